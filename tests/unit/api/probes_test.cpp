#include "fixture.hpp"

namespace guildhall::api::test {
namespace {

class probes_test : public api_test {
protected:
  answer probe(const std::string& target) {
    return call(admin, http::method::get, target);
  }
};

TEST_F(probes_test, live_is_always_live) {
  state = {.reason = "no database"};
  EXPECT_EQ(probe("/live").status, 200);
}

TEST_F(probes_test, live_tells_what_the_start_is_at_and_ready_what_troubles) {
  EXPECT_EQ(probe("/live").body, R"({"status":"live"})");
  starting = "migrating: 0009";
  const auto live = probe("/live");
  EXPECT_EQ(live.status, 200);
  EXPECT_EQ(live.body, R"({"status":"live","starting":"migrating: 0009"})");
  state.trouble = "Battle.net refuses the client secret";
  EXPECT_EQ(
      probe("/ready").parsed(),
      json::parse(
          R"({"status":"ready","writes":true,"trouble":"Battle.net refuses the client secret"})"));
}

TEST_F(probes_test, ready_says_why_not) {
  EXPECT_EQ(probe("/ready").status, 200);
  state = {.reason = "no database"};
  const auto got = probe("/ready");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.header("Retry-After"), "1");
  EXPECT_EQ(
      got.parsed(),
      json::parse(R"({"status":"not ready","writes":false,"reason":"no database"})"));
}

TEST_F(probes_test, ready_means_reads_unless_writes_are_asked_for) {
  EXPECT_EQ(probe("/ready?writes=1").status, 200);
  state.writes = false;
  const auto lax = probe("/ready");
  EXPECT_EQ(lax.status, 200);
  EXPECT_EQ(lax.parsed(), json::parse(R"({"status":"ready","writes":false})"));
  const auto strict = probe("/ready?writes=1");
  EXPECT_EQ(strict.status, 503);
  EXPECT_EQ(
      strict.parsed(),
      json::parse(
          R"({"status":"not ready","writes":false,"reason":"nothing can be written"})"));
}

TEST_F(probes_test, metrics_count_what_the_cache_did) {
  domain::guild_row row;
  row.guild_data_json = "{}";
  reads.guild_answer = row;
  get("/api/guilds/id/7");
  get("/api/guilds/id/7");
  get("/api/guilds/id/7");
  probe("/metrics");
  const auto text = probe("/metrics").body; // the second look must not count twice
  EXPECT_NE(text.find("guildhall_cache_hits_total 2"), std::string::npos) << text;
  EXPECT_NE(text.find("guildhall_cache_reads_total 1"), std::string::npos);
  EXPECT_NE(text.find("guildhall_cache_entries 1"), std::string::npos);
  EXPECT_NE(text.find("guildhall_cache_coherent 1"), std::string::npos);
}

} // namespace
} // namespace guildhall::api::test
