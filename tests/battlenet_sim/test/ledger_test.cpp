#include "battlenet_sim/ledger.hpp"
#include "battlenet_sim/limits.hpp"
#include "battlenet_sim/text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace guildhall::sim {

namespace {

ledger_entry entry(std::int64_t time_us, std::string_view kind, int status, std::string path) {
  return {time_us, kind, status, "eu", std::move(path)};
}

} // namespace

TEST(sim_ledger, a_window_holds_what_came_in_less_than_its_length) {
  std::vector<std::int64_t> times{0, 10, 20, 999, 1000, 1001, 1009, 5000};
  EXPECT_EQ(max_in_window(times, 1000), 6); // 10..1009
  EXPECT_EQ(max_in_window(times, 1), 1);
  EXPECT_EQ(max_in_window({}, 1000), 0);
  std::vector<std::int64_t> together(7, 42);
  EXPECT_EQ(max_in_window(together, 1), 7);
}

TEST(sim_ledger, a_window_slides_over_the_edges_of_clock_seconds) {
  // 100 in the last tenth of one second and 100 in the first of the next: 200 within a second.
  std::vector<std::int64_t> times;
  for (auto i = 0; i < 100; ++i)
    times.push_back(900'000 + i);
  for (auto i = 0; i < 100; ++i)
    times.push_back(1'000'000 + i);
  EXPECT_EQ(max_in_window(times, 1'000'000), 200);
}

TEST(sim_ledger, counting_on_the_way_agrees_with_counting_afterwards) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<std::int64_t> times;
    std::int64_t t = 0;
    sliding_maximum running(1'000);
    for (std::uint64_t i = 0; i < 500; ++i) {
      t += static_cast<std::int64_t>(mix(seed, i) % 40);
      times.push_back(t);
      running.add(t);
    }
    EXPECT_EQ(running.maximum(), max_in_window(times, 1'000)) << "seed " << seed;
  }
}

TEST(sim_ledger, totals_and_filters_agree_with_what_was_added) {
  ledger book;
  book.add(entry(1'000'000, "token", 200, "/oauth/token"));
  book.add(entry(2'000'000, "profile", 200, "/profile/wow/character/a/b"));
  book.add(entry(2'500'000, "profile", 304, "/profile/wow/character/a/c"));
  book.add(entry(9'000'000, "roster", 429, "/data/wow/guild/a/g/roster"));
  auto all = book.summary();
  EXPECT_EQ(all.requests, 4);
  EXPECT_EQ(all.by_class.at("profile"), 2);
  EXPECT_EQ(all.by_status.at(429), 1);
  EXPECT_EQ(all.max_per_second, 2);
  EXPECT_EQ(all.max_per_hour, 3) << "tokens are not of the budget";
  EXPECT_EQ(book.summary({.since_us = 2'100'000, .prefix = "", .kind = ""}).requests, 2);
  EXPECT_EQ(book.summary({.since_us = 0, .prefix = "/profile", .kind = ""}).requests, 2);
  EXPECT_EQ(book.summary({.since_us = 0, .prefix = "", .kind = "roster"}).requests, 1);
  auto last = book.entries({}, 2);
  ASSERT_EQ(last.size(), 2);
  EXPECT_EQ(last[0].status, 304);
  EXPECT_EQ(last[1].status, 429);
  book.reset();
  EXPECT_EQ(book.summary().requests, 0);
  EXPECT_EQ(book.summary().max_per_hour, 0);
}

TEST(sim_limits, the_request_after_the_limit_is_refused_until_the_window_ends) {
  fixed_window window(1'000'000, 250'000, 100);
  std::int64_t begin = 10'750'000; // a window of this phase starts here
  for (auto i = 0; i < 100; ++i)
    ASSERT_TRUE(window.admit(begin + i * 1'000)) << i;
  EXPECT_FALSE(window.admit(begin + 500'000));
  EXPECT_FALSE(window.admit(begin + 999'999));
  EXPECT_TRUE(window.admit(begin + 1'000'000));
}

TEST(sim_limits, a_limit_of_zero_is_none) {
  fixed_window window(1'000'000, 0, 0);
  for (auto i = 0; i < 1'000; ++i)
    ASSERT_TRUE(window.admit(5));
}

TEST(sim_limits, beyond_the_hour_answers_are_slow_and_not_refused) {
  limits quota(0, 3, 1);
  for (auto i = 0; i < 3; ++i)
    EXPECT_EQ(quota.admit(1'000'000'000 + i), verdict::admitted);
  EXPECT_EQ(quota.admit(1'000'000'004), verdict::slowed);
  EXPECT_EQ(quota.admit(1'000'000'000 + 3'600'000'000), verdict::admitted);
}

TEST(sim_limits, the_phase_of_the_window_follows_the_seed) {
  std::set<std::int64_t> first_refused;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    limits quota(1, 0, seed);
    std::int64_t t = 0;
    quota.admit(0);
    while (quota.admit(t) == verdict::refused)
      t += 1'000;
    first_refused.insert(t);
  }
  EXPECT_GT(first_refused.size(), 15);
}

} // namespace guildhall::sim
