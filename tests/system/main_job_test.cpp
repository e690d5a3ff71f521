#include "tests/system/support/world.hpp"

#include <iostream>

/// What the main job is judged by, in requests: how fast it is, ./dev bench measures.
namespace guildhall::system_test {

namespace {

class main_job : public world {
protected:
  /// What every character row carries, whoever wrote it last.
  std::string character_versions() const {
    return db.value("select count(*) || ' rows, ' || sum(xmin::text::bigint) from characters");
  }
};

/// A simulator without limits: a busy machine sends and takes requests late, and then many at
/// once.
std::vector<std::string> unlimited(std::vector<std::string> more) {
  more.insert(more.end(), {"--per-second", "0", "--per-hour", "0"});
  return more;
}

/// Requests of ten seconds at 100 a second, and of some more in which the machine stood still.
constexpr std::chrono::seconds window{10};
constexpr std::int64_t most_in_window = 1'300;

} // namespace

TEST_F(
    main_job,
    a_guild_of_a_thousand_is_mirrored_within_the_rate_and_then_costs_next_to_nothing) {
  simulate(unlimited({"--world", "1000"}));
  auto& guildhall = serve({{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}});
  const auto address = sim().guilds().at(0);

  const auto guild = mirror(guildhall, address, std::chrono::seconds{150});
  const auto first = sim().book();
  std::cout << "first sync: " << first.requests << " requests, at most " << first.max_per_second
            << " in a sliding second\n";
  EXPECT_LE(first.most_within(window), most_in_window);
  EXPECT_GT(first.requests, 4'000) << "profiles and their documents";
  expect_mirrored(address);
  EXPECT_EQ(
      db.number("select count(*) from document_states where state not in ('ok', 'not_found')"),
      0);

  // Nothing has changed: one conditional request per document that can tell, no write.
  const auto target = "/api/guilds/id/" + std::to_string(guild);
  const auto etag = guildhall.api(target).header("etag");
  ASSERT_FALSE(etag.empty());
  const auto before = character_versions();
  const auto mark = sim().now_ms();
  refresh(guildhall, guild, std::chrono::seconds{60});
  const auto second = sim().book(mark);
  std::cout << "second sync: " << second.requests << " requests\n";
  EXPECT_LE(second.requests, 3 + 1'000);
  EXPECT_LE(second.most_within(window), most_in_window);
  EXPECT_EQ(second.of_status(200), 3)
      << "guild, roster and activity are asked whole for a person; every other answer says: "
         "not modified";
  EXPECT_EQ(character_versions(), before);
  EXPECT_EQ(guildhall.api(target, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(db.number("select count(*) from guild_events"), 0);
}

TEST_F(main_job, a_small_guild_does_not_wait_for_large_ones) {
  simulate(
      unlimited({"--world", "400,400,400,20", "--latency-min", "10", "--latency-max", "30"}));
  auto& guildhall = serve(
      {{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}, {"GUILDHALL_SYNC_POLL_INTERVAL", "1s"}});
  const auto guilds = sim().guilds();
  std::vector<std::int64_t> large;
  for (std::size_t i = 0; i < 3; ++i)
    large.push_back(track(guildhall, guilds[i]));
  // They are at work on their characters when the small one comes.
  eventually("the large guilds are being synced", std::chrono::seconds{30}, [&] {
    return sim().book(0, "equipment").requests >= 30;
  });
  const auto mark = sim().now_ms();
  await_job(guildhall, track(guildhall, guilds[3]), std::chrono::seconds{60});
  // In order, which a busy machine does not change: it is done before any that came first.
  for (const auto job : large)
    EXPECT_NE(
        text(guildhall.admin("GET", "/jobs/" + std::to_string(job))
                 .json()
                 .at("data")
                 .at("state")),
        "done")
        << job;
  std::cout << "20 members amid 1,200: " << sim().book(mark).requests
            << " requests until it was done\n";
  expect_mirrored(guilds[3]);
}

} // namespace guildhall::system_test
