#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

class own_test : public api_test {
protected:
  own_test() {
    people.own_guilds_answer = std::vector<domain::own_guild>{
        {{7},
         "Avalerion",
         "stormrage",
         domain::region::eu,
         moment(evening),
         user_id{5},
         R"({"name": "Avalerion", "member_count": 418})"}};
    domain::character_row zoe;
    zoe.id = {101};
    zoe.user_id = user_id{5};
    zoe.region = domain::region::eu;
    zoe.realm = "stormrage";
    zoe.name = "Zoë";
    zoe.class_name = "Mage";
    zoe.level = 80;
    zoe.role = "DPS";
    zoe.is_main = true;
    people.own_characters_answer = std::vector<domain::character_row>{zoe};
    people.synced = zoe;
    reads.character_answer = zoe;
    become({});
  }
};

TEST_F(own_test, guilds_have_a_title_and_say_who_leads) {
  EXPECT_EQ(get("/api/guilds/user").parsed(), json::parse(R"({"success": true, "data": [
        {"id": 7, "name": "Avalerion", "realm": "stormrage", "region": "eu",
         "last_updated": "2025-05-13T18:00:00.000Z", "leader_id": 5,
         "guild_data_json": {"name": "Avalerion", "member_count": 418},
         "is_guild_master": true}]})"));
  people.own_guilds_answer->front().leader_id = user_id{6};
  cache.move("guild:7");
  EXPECT_EQ(get("/api/guilds/user").parsed().at("data").at(0).at("is_guild_master"), false);
}

TEST_F(own_test, nobodys_guilds_are_an_empty_list) {
  people.own_guilds_answer = std::vector<domain::own_guild>{};
  EXPECT_EQ(get("/api/guilds/user").parsed(), json::parse(R"({"success": true, "data": []})"));
}

TEST_F(own_test, characters_say_which_is_the_main_and_answer_304) {
  const auto first = get("/api/characters");
  EXPECT_EQ(first.status, 200);
  const auto zoe = first.parsed().at("data").at(0);
  EXPECT_EQ(zoe.at("id"), 101);
  EXPECT_EQ(zoe.at("name"), "Zoë");
  EXPECT_EQ(zoe.at("class"), "Mage");
  EXPECT_EQ(zoe.at("is_main"), true);
  ASSERT_FALSE(first.header("ETag").empty());
  EXPECT_EQ(get("/api/characters", {{"If-None-Match", first.header("ETag")}}).status, 304);
  EXPECT_EQ(people.reads, 1);
}

TEST_F(own_test, one_of_the_account_list_is_queued) {
  const auto added = send(
      method::post, "/api/characters",
      R"({"name": "Zoë", "realm": "stormrage", "region": "eu", "class": "Mage", "level": 999})");
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(people.last_address.name_key, "zoë");
  EXPECT_EQ(people.last_address.realm, "stormrage");
  people.synced = fail(ec::forbidden, "not yours");
  EXPECT_EQ(
      send(
          method::post, "/api/characters",
          R"({"name": "Other", "realm": "stormrage", "region": "eu"})")
          .status,
      403);
  EXPECT_EQ(send(method::post, "/api/characters", R"({"name": "Zoë"})").status, 400);
}

TEST_F(own_test, a_sync_is_asked_for_by_id) {
  EXPECT_EQ(send(method::post, "/api/characters/sync", R"({"characterId": 101})").status, 200);
  EXPECT_EQ(people.last_write, "sync 101");
  EXPECT_EQ(
      send(method::post, "/api/characters/sync", R"({"characterId": "101"})").status, 400);
}

TEST_F(own_test, what_an_update_says_of_battle_nets_fields_is_ignored) {
  const auto same = send(
      method::put, "/api/characters/101",
      R"({"name": "Stolen", "level": 1, "class": "Rogue"})");
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(same.parsed().at("data").at("name"), "Zoë");
  EXPECT_EQ(people.last_write, "");
  reads.character_answer->user_id = user_id{6};
  const auto other = send(method::put, "/api/characters/101", R"({"name": "Stolen"})");
  EXPECT_EQ(other.status, 404) << "another's, in no guild of theirs";
  EXPECT_EQ(other.parsed().at("message"), "Character with ID 101 not found");
}

} // namespace
} // namespace guildhall::api::test
