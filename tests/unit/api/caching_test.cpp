#include "rows.hpp"

namespace guildhall::api::test {
namespace {

class caching_test : public api_test {};

TEST_F(caching_test, the_second_request_asks_nobody) {
  reads.guild_answer = avalerion();
  const auto first = get("/api/guilds/id/7");
  const auto second = get("/api/guilds/id/7");
  EXPECT_EQ(reads.asked, 1);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.header("ETag"), second.header("ETag"));
}

TEST_F(caching_test, a_check_that_found_nothing_new_keeps_the_etag) {
  for (const std::string target : {"/api/guilds/id/7", "/api/guilds/id/7?fields=full"}) {
    reads.guild_answer = avalerion();
    const auto before = get(target);
    for (auto& record : reads.guild_answer->documents)
      record.checked_at = moment(evening + 3'600'000);
    reads.guild_answer->last_synced_at = moment(evening + 3'600'000);
    reads.guild_answer->last_roster_sync = moment(evening + 3'600'000);
    reads.guild_answer->updated_at = moment(evening + 3'600'000);
    cache.move("guild:7");
    const auto after = get(target);
    EXPECT_EQ(before.header("ETag"), after.header("ETag")) << target;
    EXPECT_EQ(after.header("X-Guildhall-Checked-At"), "2025-05-13T19:00:00.000Z");
    EXPECT_EQ(get(target, {{"If-None-Match", before.header("ETag")}}).status, 304);
  }
}

TEST_F(caching_test, different_parts_and_codings_are_different_answers) {
  reads.guild_answer = avalerion();
  reads.guild_answer->guild_data_json = R"({"name": ")" + std::string(3000, 'n') + R"("})";
  const auto plain = get("/api/guilds/id/7");
  const auto packed = get("/api/guilds/id/7", {{"Accept-Encoding", "gzip"}});
  const auto smaller = get("/api/guilds/id/7", {{"Accept-Encoding", "gzip, br"}});
  const auto full = get("/api/guilds/id/7?fields=full");
  EXPECT_EQ(smaller.header("Content-Encoding"), "br");
  EXPECT_NE(packed.header("ETag"), smaller.header("ETag"));
  EXPECT_EQ(get("/api/guilds/id/7").body, plain.body) << "each coding is kept apart";
  EXPECT_EQ(
      get("/api/guilds/id/7",
          {{"Accept-Encoding", "br"}, {"If-None-Match", smaller.header("ETag")}})
          .status,
      304);
  EXPECT_NE(plain.header("ETag"), packed.header("ETag"));
  EXPECT_NE(plain.header("ETag"), full.header("ETag"));
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
}

TEST_F(caching_test, every_answer_about_a_guild_stands_under_its_tag) {
  reads.guild_answer = avalerion();
  const std::vector<std::string> targets{
      "/api/guilds/id/7",
      "/api/guilds/7/members",
      "/api/guilds/7/members/enhanced",
      "/api/guilds/7/classified-roster",
      "/api/guilds/7/member-activity",
      "/api/guilds/7/ranks",
      "/api/guilds/7/rank-structure",
      "/api/guilds/eu/stormrage/avalerion"};
  for (const auto& target : targets) {
    get(target);
    const auto asked = reads.asked;
    get(target);
    EXPECT_EQ(reads.asked, asked) << target << " is cached";
    cache.move("guild:8");
    get(target);
    EXPECT_EQ(reads.asked, asked) << target << " is another guild's";
    cache.move("guild:7");
    get(target);
    EXPECT_EQ(reads.asked, asked + 1) << target << " has changed";
  }
}

TEST_F(caching_test, lookups_by_name_stand_under_the_addresses_too) {
  reads.guild_answer = avalerion();
  domain::character_row row;
  row.id = {9};
  reads.character_answer = row;
  for (const std::string target :
       {"/api/guilds/eu/stormrage/avalerion", "/api/characters/eu/stormrage/zoe"}) {
    get(target);
    const auto asked = reads.asked;
    cache.move("addresses");
    get(target);
    EXPECT_EQ(reads.asked, asked + 1) << target;
  }
  get("/api/characters/eu/stormrage/zoe");
  const auto asked = reads.asked;
  cache.move("character:9");
  get("/api/characters/eu/stormrage/zoe");
  EXPECT_EQ(reads.asked, asked + 1);
}

TEST_F(caching_test, what_is_long_is_written_in_the_workshop_and_nothing_else_is) {
  reads.guild_answer = avalerion();
  get("/api/guilds/id/7");
  get("/api/guilds/7/ranks");
  EXPECT_EQ(written_in_bulk, 0);
  get("/api/guilds/7/members");
  get("/api/guilds/7/members/enhanced");
  get("/api/guilds/7/classified-roster");
  EXPECT_EQ(written_in_bulk, 3);
  get("/api/guilds/7/members");
  EXPECT_EQ(written_in_bulk, 3) << "a kept answer is written already";
}

TEST_F(caching_test, failures_are_asked_for_again) {
  get("/api/guilds/id/7");
  reads.guild_answer = avalerion();
  EXPECT_EQ(get("/api/guilds/id/7").status, 200);
}

TEST_F(caching_test, a_cached_answer_still_needs_a_token) {
  reads.guild_answer = avalerion();
  get("/api/guilds/id/7");
  EXPECT_EQ(call(api, http::method::get, "/api/guilds/id/7").status, 401);
}

} // namespace
} // namespace guildhall::api::test
