#include "core/log.hpp"
#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace guildhall::simulation {
namespace {

using namespace std::chrono_literals;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* set = std::getenv(name);
  return set ? std::strtoull(set, nullptr, 10) : otherwise;
}

class simulation_test : public ::testing::Test {
protected:
  // A run logs every simulated failure; of 1,000 runs nobody would read that.
  void SetUp() override {
    if (!std::getenv("GUILDHALL_SIMULATION_LOG"))
      log::set_level(log::level::off);
  }
};

// GUILDHALL_SIMULATION_SEEDS: how many runs. GUILDHALL_SIMULATION_SEED: only this one.
TEST_F(simulation_test, every_guild_is_in_sync_in_the_end_whatever_went_wrong) {
  const auto only = from_environment("GUILDHALL_SIMULATION_SEED", 0);
  const auto first = only > 0 ? only : 1;
  const auto count = only > 0 ? 1 : from_environment("GUILDHALL_SIMULATION_SEEDS", 1'000);
  for (auto seed = first; seed < first + count; ++seed) {
    const auto done = run({.seed = seed});
    ASSERT_EQ(done.broken, "") << "seed " << seed
                               << "; replay: GUILDHALL_SIMULATION_SEED=" << seed
                               << " GUILDHALL_SIMULATION_LOG=1 simulation_test";
    ASSERT_GT(done.requests, 0u);
  }
}

TEST_F(simulation_test, the_same_seed_replays_exactly) {
  for (const std::uint64_t seed : {7u, 42u, 4711u}) {
    const auto one = run({.seed = seed});
    const auto two = run({.seed = seed});
    EXPECT_EQ(one.trace, two.trace);
    EXPECT_EQ(one.requests, two.requests);
    EXPECT_EQ(one.broken, two.broken);
    EXPECT_NE(one.trace, run({.seed = seed + 1}).trace);
  }
}

TEST_F(simulation_test, without_faults_a_first_sync_sends_no_request_twice) {
  const auto done = run(
      {.guilds = 3, .most_members = 40, .faults = false, .changes = false, .per_hour = 36'000});
  EXPECT_EQ(done.broken, "");
  // Guild, roster, four documents per member; two instances ask for the period and the realms.
  EXPECT_EQ(done.requests, 3 * (2 + 40 * 4) + 2 * 2u);
}

// 30 % 5xx, 5 % resets, 1 % truncated bodies, 1 % 429.
TEST_F(simulation_test, a_bad_day_costs_at_most_1_7_times_the_requests_of_a_good_one) {
  plan how{
      .guilds = 3,
      .most_members = 60,
      .faults = false,
      .changes = false,
      .per_hour = 36'000,
      .guild_interval = 4h,
      .freshness = 4h};
  const auto good = run(how);
  EXPECT_EQ(good.broken, "");
  how.faults = how.fixed_faults = true;
  how.faults_for = 6h;
  std::size_t bad_requests = 0;
  constexpr std::size_t days = 5;
  for (how.seed = 1; how.seed <= days; ++how.seed) {
    const auto bad = run(how);
    EXPECT_EQ(bad.broken, "") << "seed " << how.seed;
    EXPECT_EQ(bad.calm, 0s) << "in sync while the faults lasted, seed " << how.seed;
    bad_requests += bad.requests;
  }
  EXPECT_LE(static_cast<double>(bad_requests), 1.7 * days * static_cast<double>(good.requests))
      << good.requests << " requests on a good day";
}

// The same at the rate of one large guild, where a 429 comes about once a second.
TEST_F(simulation_test, a_bad_day_at_the_full_rate_ends_in_sync_for_1_7_times_the_requests) {
  const first_sync_plan how{.rate = 80, .members = {986}};
  const auto good = first_syncs_in({}, how);
  const weather bad{.throttled = 0.01, .server_error = 0.30, .reset = 0.05, .truncated = 0.01};
  const auto cost = first_syncs_in(bad, how);
  EXPECT_LE(static_cast<double>(cost.requests), 1.7 * static_cast<double>(good.requests))
      << good.requests << " requests on a good day";
  EXPECT_LE(cost.longest_pause, 10s);
}

TEST_F(simulation_test, one_429_in_twenty_leaves_more_than_four_fifths_of_the_throughput) {
  for (const double rate : {20.0, 95.0}) {
    const first_sync_plan how{.rate = rate, .members = {rate < 50 ? 200u : 986u}};
    const auto good = first_syncs_in({}, how);
    const auto cost = first_syncs_in({.throttled = 0.05}, how);
    EXPECT_LE(cost.took, good.took * 5 / 4) << rate << " a second";
    EXPECT_LE(cost.longest_pause, 2s) << rate << " a second";
  }
}

TEST_F(simulation_test, however_many_429_there_are_nothing_stalls) {
  for (const double share : {0.01, 0.2}) {
    const auto cost = first_syncs_in({.throttled = share}, {.rate = 80, .members = {986}});
    EXPECT_LE(cost.longest_pause, 10s) << share;
    EXPECT_LE(static_cast<double>(cost.requests), 1.1 / (1 - share) * (986 * 4 + 3)) << share;
  }
}

TEST_F(simulation_test, a_failing_guild_and_a_database_restart_do_not_hold_up_the_others) {
  first_sync_plan how{.members = {300, 500, 700, 900}};
  const auto undisturbed = first_syncs(how);
  how.faults = true;
  for (how.seed = 1; how.seed <= 4; ++how.seed) {
    const auto disturbed = first_syncs(how);
    for (std::size_t i = 0; i < disturbed.size(); ++i)
      EXPECT_LE(disturbed[i], undisturbed[i] * 3 / 2)
          << "the guild of " << how.members[i] << ", " << undisturbed[i].count()
          << " s without faults, seed " << how.seed;
  }
}

TEST_F(simulation_test, an_hour_of_503_costs_a_probe_now_and_then_and_is_soon_made_up_for) {
  const auto seen = outage({.members = {60, 80, 100}}, 40s, 1h);
  // Until the breaker opens, then one probe every 30 s.
  EXPECT_LE(seen.requests, 250u + 120u);
  // What was left takes a minute without an outage.
  EXPECT_LE(seen.recovery, 3min);
}

} // namespace
} // namespace guildhall::simulation
