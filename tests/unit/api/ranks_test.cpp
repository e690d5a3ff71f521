#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

class ranks_test : public api_test {
protected:
  ranks_test() {
    domain::rank_row named;
    named.id = 4;
    named.guild_id = {7};
    named.rank_id = 3;
    named.rank_name = "Raider";
    named.is_custom = true;
    named.member_count = 12;
    named.created_at = named.updated_at = moment(evening);
    named.row_version = 2;
    people.rank_answer = domain::written<domain::rank_row>{named, {"guild:7"}};
    people.main_written =
        domain::written<domain::main_override>{{{7}, {101}, true, 1}, {"guild:7"}};
    become({{.guild = guild_id{7}, .best_rank = 0, .is_leader = true}});
  }
};

TEST_F(ranks_test, a_rename_makes_it_custom_and_is_read_at_once) {
  reads.ranks_answer = {std::vector<domain::rank_row>{}};
  get("/api/guilds/7/ranks");
  const auto named = send(method::put, "/api/guilds/7/ranks/3", R"({"rank_name": " Raider "})");
  EXPECT_EQ(named.status, 200);
  EXPECT_EQ(people.last_write, "set rank 3 of 7");
  EXPECT_EQ(people.last_rank.name, "Raider");
  EXPECT_FALSE(people.last_rank.is_officer);
  EXPECT_EQ(named.parsed().at("data").at("is_custom"), true);
  EXPECT_EQ(named.parsed().at("data").at("row_version"), 2);
  const auto asked = reads.asked;
  get("/api/guilds/7/ranks");
  EXPECT_EQ(reads.asked, asked + 1);
}

TEST_F(ranks_test, the_guild_master_says_who_is_an_officer) {
  send(method::put, "/api/guilds/7/ranks/3", R"({"rank_name": "Raider", "is_officer": true})");
  EXPECT_EQ(people.last_rank.is_officer, true);
}

TEST_F(ranks_test, others_do_not) {
  become({{.guild = guild_id{7}, .best_rank = 1, .is_officer = true}});
  const auto refused = send(method::put, "/api/guilds/7/ranks/3", R"({"rank_name": "Raider"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(
      refused.parsed().at("error").at("message"),
      "You must be the guild master to perform this action");
}

TEST_F(ranks_test, there_are_ten) {
  const auto status = [&](const std::string& rank) {
    return send(method::put, "/api/guilds/7/ranks/" + rank, R"({"rank_name": "x"})").status;
  };
  EXPECT_EQ(status("0"), 200);
  EXPECT_EQ(status("9"), 200);
  EXPECT_EQ(status("10"), 400);
  EXPECT_EQ(status("-1"), 400);
  EXPECT_EQ(status("x"), 400);
}

TEST_F(ranks_test, officers_say_who_is_the_main) {
  become({{.guild = guild_id{7}, .best_rank = 1, .is_officer = true}});
  const auto target = "/api/guilds/7/members/101/main";
  const auto chosen = send(method::put, target, R"({"isMain": true})");
  EXPECT_EQ(chosen.status, 200);
  EXPECT_EQ(
      chosen.parsed().at("data"),
      json::parse(R"({"guild_id": 7, "character_id": 101, "isMain": true, "row_version": 1})"));
  EXPECT_EQ(people.last_write, "main of 7-101: true");
  send(method::put, target, R"({"isMain": null})");
  EXPECT_EQ(people.last_write, "main of 7-101: null");
  EXPECT_EQ(send(method::put, target, R"({"isMain": "yes"})").status, 400);
  EXPECT_EQ(send(method::put, target, R"({})").status, 400);
  become({{.guild = guild_id{7}, .best_rank = 4}});
  EXPECT_EQ(send(method::put, target, R"({"isMain": true})").status, 403);
}

} // namespace
} // namespace guildhall::api::test
