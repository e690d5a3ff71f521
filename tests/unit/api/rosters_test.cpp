#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

domain::roster_row raid() {
  return {{12}, {7}, "Raid", 3, moment(evening), moment(evening + 1'000)};
}

domain::roster_place zoe() {
  return {{101}, "Zoë", "Officer", "Mage", "DPS", "stormrage", ""};
}

class rosters_test : public api_test {
protected:
  rosters_test() {
    people.rosters_answer = {{raid()}};
    people.roster_answer = domain::roster_with_places{raid(), {zoe()}};
    people.roster_written = domain::written<domain::roster_row>{raid(), {"rosters:7"}};
    people.places_written =
        domain::written<domain::roster_with_places>{{raid(), {zoe()}}, {"rosters:7"}};
    people.place_written = domain::written<domain::roster_place>{zoe(), {"rosters:7"}};
    become({{.guild = guild_id{7}, .best_rank = 0, .is_leader = true}});
  }

  void become_member() {
    become({{.guild = guild_id{7}, .best_rank = 4}});
  }
  void become_stranger() {
    become({{.guild = guild_id{8}, .best_rank = 0, .is_leader = true}});
  }
};

constexpr auto roster_json =
    R"({"id": 12, "guildId": 7, "name": "Raid", "createdAt": "2025-05-13T18:00:00.000Z",
        "updatedAt": "2025-05-13T18:00:01.000Z", "row_version": 3})";

TEST_F(rosters_test, a_new_one_stands_at_top_level_and_in_data) {
  const auto made = send(method::post, "/api/guilds/7/rosters", R"({"name": " Raid "})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(people.last_write, "add roster Raid to 7");
  auto expected = json::parse(roster_json).as_object();
  expected["success"] = true;
  expected["data"] = json::parse(roster_json);
  EXPECT_EQ(made.parsed(), json::value(expected));
}

TEST_F(rosters_test, only_the_guild_master_and_admins_make_one) {
  become_member();
  const auto refused = send(method::post, "/api/guilds/7/rosters", R"({"name": "Raid"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(
      refused.parsed().at("message"), "You must be the guild master to perform this action");
  EXPECT_EQ(people.last_write, "");
  become({}, "admin");
  EXPECT_EQ(send(method::post, "/api/guilds/7/rosters", R"({"name": "Raid"})").status, 201);
}

TEST_F(rosters_test, a_wrong_body_is_told_before_who_may) {
  become_stranger();
  const auto refused = send(method::post, "/api/guilds/7/rosters", R"({"name": "  "})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(
      refused.parsed().at("error").at("details").at("fields").as_object().contains("name"));
}

TEST_F(rosters_test, members_read_lists_and_rosters_and_strangers_do_not) {
  become_member();
  EXPECT_EQ(
      get("/api/guilds/7/rosters").parsed(),
      json::parse(std::string{R"({"success": true, "data": [)"} + roster_json + "]}"));
  const auto one = get("/api/rosters/12").parsed().at("data");
  EXPECT_EQ(one.at("name"), "Raid");
  EXPECT_EQ(
      one.at("members"),
      json::parse(R"([{"characterId": 101, "name": "Zoë", "rank": "Officer", "class": "Mage",
                       "role": "DPS", "realm": "stormrage", "realm_name": null}])"));
  become_stranger();
  EXPECT_EQ(get("/api/guilds/7/rosters").status, 403);
  EXPECT_EQ(get("/api/rosters/12").status, 403) << "from the cache as well";
}

TEST_F(rosters_test, an_unknown_one_is_404) {
  people.roster_answer = fail(ec::not_found, "Roster with ID 12 not found");
  const auto got = get("/api/rosters/12");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(got.parsed().at("message"), "Roster with ID 12 not found");
}

TEST_F(rosters_test, what_was_written_is_read_at_once) {
  get("/api/guilds/7/rosters");
  get("/api/rosters/12");
  get("/api/guilds/7/rosters");
  get("/api/rosters/12");
  EXPECT_EQ(people.reads, 2) << "the second ones are from the cache";
  auto renamed = raid();
  renamed.name = "Mythic";
  people.rosters_answer = {{renamed}};
  people.roster_answer = domain::roster_with_places{renamed, {}};
  EXPECT_EQ(send(method::put, "/api/rosters/12", R"({"name": "Mythic"})").status, 200);
  EXPECT_EQ(get("/api/guilds/7/rosters").parsed().at("data").at(0).at("name"), "Mythic");
  EXPECT_EQ(get("/api/rosters/12").parsed().at("data").at("name"), "Mythic");
}

TEST_F(rosters_test, if_match_names_the_version_that_was_seen) {
  const auto seen = [&](const std::string& header) {
    send(method::put, "/api/rosters/12", R"({"name": "A"})", {{"If-Match", header}});
    return people.last_author.seen_version;
  };
  EXPECT_EQ(seen("\"3\""), 3);
  EXPECT_EQ(seen("*"), std::nullopt);
  EXPECT_EQ(seen("\"abc\""), -1) << "matches no row";
  EXPECT_EQ(seen("3"), -1);
  people.roster_written = fail(ec::precondition_failed);
  const auto stale =
      send(method::put, "/api/rosters/12", R"({"name": "A"})", {{"If-Match", "\"2\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.parsed().at("error").at("code"), "PRECONDITION_FAILED");
}

TEST_F(rosters_test, characters_and_ranks_are_added) {
  const auto added = send(
      method::post, "/api/rosters/12/members",
      R"({"additions": [{"type": "character", "characterId": 101, "role": "Tank"},
                        {"type": "rank", "rankId": 0}]})");
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(added.parsed().at("data").at(0).at("characterId"), 101);
  ASSERT_EQ(people.last_additions.size(), 2u);
  EXPECT_EQ(people.last_additions[0].character, character_id{101});
  EXPECT_EQ(people.last_additions[0].role, "Tank");
  EXPECT_EQ(people.last_additions[1].rank, 0);
  EXPECT_FALSE(people.last_additions[1].character);
  EXPECT_EQ(send(method::post, "/api/rosters/12/members", R"({"additions": []})").status, 400);
  EXPECT_EQ(
      send(
          method::post, "/api/rosters/12/members",
          R"({"additions": [{"type": "guild", "guildId": 1}]})")
          .status,
      400);
}

TEST_F(rosters_test, roles_are_set_cleared_and_members_removed) {
  const auto set = send(method::put, "/api/rosters/12/members/101", R"({"role": "Healer"})");
  EXPECT_EQ(set.status, 200);
  EXPECT_EQ(people.last_write, "101 is Healer in 12");
  EXPECT_EQ(send(method::put, "/api/rosters/12/members/101", R"({"role": null})").status, 200);
  EXPECT_EQ(people.last_write, "101 is nothing in 12");
  EXPECT_EQ(
      send(method::put, "/api/rosters/12/members/101", R"({"role": "Chef"})").status, 400);
  const auto removed = send(method::del, "/api/rosters/12/members/101");
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.body, "");
  EXPECT_EQ(people.last_write, "remove 101 from 12");
}

TEST_F(rosters_test, delete_has_no_body_and_an_unknown_one_is_404) {
  EXPECT_EQ(send(method::del, "/api/rosters/12").status, 204);
  EXPECT_EQ(people.last_write, "remove roster 12");
  people.roster_written = fail(ec::not_found, "Roster not found.");
  EXPECT_EQ(send(method::del, "/api/rosters/12").status, 404);
  EXPECT_EQ(send(method::del, "/api/rosters/abc").status, 400);
}

} // namespace
} // namespace guildhall::api::test
