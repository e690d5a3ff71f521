#include "tests/system/support/world.hpp"

#include <iostream>

/// The figures that the main job is judged by, against the simulator's real limits.
namespace guildhall::system_test {

namespace {

class main_job : public world {
protected:
  /// What every character row carries, whoever wrote it last.
  std::string character_versions() const {
    return db.value("select count(*) || ' rows, ' || sum(xmin::text::bigint) from characters");
  }
};

constexpr double rate = 95;
constexpr double limit = 100;
/// How late a request may come after its turn, on its way or because the machine stood still. A
/// second's worth of requests sent at once would come almost a second late.
constexpr double delay = 0.5;

} // namespace

TEST_F(
    main_job, a_guild_of_a_thousand_is_mirrored_at_full_speed_and_then_costs_next_to_nothing) {
  simulate({"--world", "1000"});
  auto& guildhall = serve({{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}});
  const auto address = sim().guilds().at(0);

  const auto began = steady::now();
  const auto guild = mirror(guildhall, address, std::chrono::seconds{150});
  const auto took = seconds_since(began);
  const auto first = sim().book();
  const auto least = static_cast<double>(first.requests) / rate;
  std::cout << "first sync: " << first.requests << " requests in " << took << " s, "
            << took / least << " x requests/rate; at most " << first.max_per_second
            << " in a sliding second, none later than " << first.worst_delay(limit) << " s\n";
  EXPECT_EQ(first.count_429, 0);
  EXPECT_LE(first.worst_delay(limit), delay);
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
  EXPECT_LE(second.requests, 2 + 1'000);
  EXPECT_EQ(second.count_429, 0);
  EXPECT_LE(second.worst_delay(limit), delay);
  EXPECT_EQ(second.of_status(200), 2)
      << "guild and roster are asked whole for a person; every other answer says: not modified";
  EXPECT_EQ(character_versions(), before);
  EXPECT_EQ(guildhall.api(target, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(db.number("select count(*) from guild_events"), 0);
}

TEST_F(main_job, a_small_guild_does_not_wait_for_large_ones) {
  simulate({"--world", "400,400,400,20", "--latency-min", "10", "--latency-max", "30"});
  auto& guildhall = serve(
      {{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}, {"GUILDHALL_SYNC_POLL_INTERVAL", "1s"}});
  const auto guilds = sim().guilds();
  for (std::size_t i = 0; i < 3; ++i)
    track(guildhall, guilds[i]);
  // They are at work on their characters when the small one comes.
  eventually("the large guilds are being synced", std::chrono::seconds{30}, [&] {
    return sim().book(0, "equipment").requests >= 30;
  });
  const auto began = steady::now();
  const auto mark = sim().now_ms();
  const auto job = track(guildhall, guilds[3]);
  eventually("a person's request is sent", std::chrono::seconds{5}, [&] {
    for (const auto& entry : sim().book(mark, "guild").entries)
      if (entry.path.ends_with('/' + guilds[3].slug))
        return true;
    return false;
  });
  const auto before_it = sim().book(mark).requests;
  await_job(guildhall, job, std::chrono::seconds{30});
  const auto in_all = sim().book(mark).requests;
  std::cout << "20 members amid 1,200: " << before_it << " requests until its first, " << in_all
            << " until it was done, " << seconds_since(began) << " s\n";
  // In requests, which a busy machine does not stretch: a second's worth before its first, and
  // the others have at most as many as it has itself and two seconds' worth.
  EXPECT_LE(before_it, rate);
  EXPECT_LE(in_all, 2 * (5 * 20) + 2 * rate);
  expect_mirrored(guilds[3]);
}

} // namespace guildhall::system_test
