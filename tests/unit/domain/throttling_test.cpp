#include "domain/throttling.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <random>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using clock_time = throttling::clock_time;
using degree = throttling::degree;

constexpr clock_time start{std::chrono::hours{1}};
constexpr auto eu = region::eu;
constexpr auto us = region::us;

/// `count` answers in a row, a millisecond apart, to requests sent a moment before.
clock_time
hear(throttling& rule, int count, bool throttled, clock_time now, region where = eu) {
  for (int i = 0; i < count; ++i, now += 1ms)
    rule.note(where, now, throttled, now);
  return now;
}

/// A client that sends as fast as the rule lets it, and a Battle.net that answers 100 ms later.
struct traffic {
  using judge = std::function<bool(clock_time)>; ///< whether the request sent then is refused

  explicit traffic(double per_second, judge refuses)
      : rate{per_second},
        refused{std::move(refuses)} {}

  void run(std::chrono::seconds length) {
    const auto until = now + length;
    auto next = now;
    while (now < until) {
      while (!under_way.empty() && under_way.front().first + latency <= now) {
        const auto [sent, bad] = under_way.front();
        under_way.pop_front();
        (bad ? throttled : good)++;
        rule.note(eu, sent, bad, now);
      }
      const auto interval = std::chrono::duration_cast<clock_time::duration>(
          std::chrono::duration<double>(1.0 / (rate * rule.factor(now))));
      if (now >= next && now >= rule.paused_until()) {
        under_way.emplace_back(now, refused(now));
        next = std::max(next, now - interval) + interval;
      }
      now += 1ms;
    }
  }

  static constexpr std::chrono::milliseconds latency{100};
  double rate;
  judge refused;
  throttling rule{};
  clock_time now{start};
  std::deque<std::pair<clock_time, bool>> under_way{};
  int good{0};
  int throttled{0};
};

traffic::judge by_chance(double share) {
  return [share, engine = std::mt19937_64{7}](clock_time) mutable {
    return std::uniform_real_distribution<double>{}(engine) < share;
  };
}

/// At most so many in a sliding second, as Battle.net says of itself.
traffic::judge at_most(std::size_t per_second) {
  return [per_second, seen = std::deque<clock_time>{}](clock_time now) mutable {
    while (!seen.empty() && now - seen.front() >= 1s)
      seen.pop_front();
    if (seen.size() >= per_second)
      return true;
    seen.push_back(now);
    return false;
  };
}

TEST(throttling, the_first_429_only_waits_until_that_second_is_over) {
  throttling rule;
  auto now = hear(rule, 50, false, start);
  EXPECT_EQ(rule.note(eu, now, true, now), degree::wait);
  EXPECT_EQ(rule.paused_until(), now + 1s);
  EXPECT_EQ(rule.factor(now), 1);
}

TEST(throttling, answers_to_what_was_sent_before_a_reaction_tell_nothing_new) {
  throttling rule;
  const auto now = hear(rule, 50, false, start);
  ASSERT_EQ(rule.note(eu, now, true, now), degree::wait);
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(rule.note(eu, now - 1ms, true, now + 200ms), degree::none);
  EXPECT_EQ(rule.paused_until(), now + 1s);
}

TEST(throttling, a_few_among_many_good_answers_change_nothing) {
  throttling rule;
  auto now = start;
  for (int round = 0; round < 40; ++round) {
    now = hear(rule, 1, true, now);
    now = hear(rule, 19, false, now + 1s);
  }
  EXPECT_EQ(rule.factor(now), 1);
  EXPECT_EQ(rule.paused_until(), start + 1s);
}

TEST(throttling, a_good_part_halves_the_rate_which_grows_back_by_a_tenth_a_second) {
  throttling rule;
  auto now = hear(rule, 1, true, start) + 1s; // waits
  auto what = degree::none;
  for (int i = 0; i < 50 && what == degree::none; ++i, now += 1ms)
    what = rule.note(eu, now, i >= 40, now);
  ASSERT_EQ(what, degree::slow);
  EXPECT_NEAR(rule.factor(now), 0.5, 0.01);
  EXPECT_NEAR(rule.factor(now + 3s), 0.8, 0.01);
  EXPECT_EQ(rule.factor(now + 6s), 1);
}

TEST(throttling, where_429_is_the_common_answer_pauses_grow_to_a_minute) {
  throttling rule;
  auto now = hear(rule, 1, true, start) + 1s;
  std::vector<std::chrono::seconds> pauses;
  int answers = 0;
  while (pauses.size() < 6 && answers < 1'000) {
    ++answers;
    if (rule.note(eu, now, true, now) != degree::pause)
      continue;
    pauses.push_back(std::chrono::floor<std::chrono::seconds>(rule.paused_until() - now));
    now = rule.paused_until();
    EXPECT_LE(rule.factor(now), 0.125) << "a few requests tell whether it is over";
  }
  EXPECT_EQ(pauses, (std::vector<std::chrono::seconds>{5s, 10s, 20s, 40s, 60s, 60s}));
  EXPECT_LE(answers, 20 + 5 * 10);
}

TEST(throttling, once_it_is_over_the_next_pause_is_a_short_one) {
  throttling rule;
  auto now = hear(rule, 1, true, start) + 1s;
  for (int i = 0; i < 40; ++i)
    if (rule.note(eu, now, true, now) == degree::pause)
      now = rule.paused_until();
  now = hear(rule, 30, false, now) + 20s;
  now = hear(rule, 1, true, now) + 1s;
  for (int i = 0; i < 100 && rule.note(eu, now, true, now) != degree::pause; ++i)
    now += 1ms;
  EXPECT_EQ(rule.paused_until(), now + 5s);
}

TEST(throttling, random_429_of_5_percent_leave_nine_tenths_of_the_good_answers) {
  for (const double rate : {2.0, 20.0, 80.0, 95.0}) {
    traffic good{rate, by_chance(0)};
    good.run(300s);
    traffic odd{rate, by_chance(0.05)};
    odd.run(300s);
    EXPECT_GE(odd.good, good.good * 85 / 100) << "at " << rate << " a second";
  }
}

TEST(throttling, random_429_of_20_percent_are_seen_not_to_hang_on_the_rate) {
  traffic good{80, by_chance(0)};
  good.run(300s);
  traffic odd{80, by_chance(0.20)};
  odd.run(300s);
  EXPECT_GE(odd.good, good.good * 60 / 100);
}

TEST(throttling, a_limit_below_the_rate_is_kept_to_with_few_refusals) {
  for (const std::size_t limit : {25u, 40u, 60u, 75u}) {
    traffic real{80, at_most(limit)};
    real.run(300s);
    EXPECT_GE(real.good, static_cast<int>(limit) * 300 / 2) << limit;
    EXPECT_LE(real.throttled, real.good / 4) << limit;
  }
}

TEST(throttling, an_hour_without_any_left_costs_a_few_requests_a_minute) {
  traffic spent{80, [](clock_time) { return true; }};
  spent.run(3'600s);
  EXPECT_LE(spent.throttled, 60 * 20);
  spent.refused = [](clock_time) { return false; };
  spent.run(120s);
  EXPECT_GE(spent.good, 80 * 45) << "and is over within a minute of its end";
}

TEST(throttling, a_region_that_is_to_wait_stops_no_other) {
  throttling rule;
  const auto now = hear(rule, 50, false, start);
  ASSERT_TRUE(rule.pause_region(eu, now, 200s, now));
  EXPECT_FALSE(rule.pause_region(eu, now, 60s, now)) << "that was known";
  EXPECT_EQ(rule.paused_until(eu), now + 200s);
  EXPECT_TRUE(rule.closed(now)[static_cast<std::size_t>(eu)]);
  EXPECT_EQ(rule.closed(now).count(), 1u);
  EXPECT_LE(rule.paused_until(), now);
  EXPECT_TRUE(rule.closed(now + 200s).none());
  EXPECT_FALSE(rule.pause_region(us, now, 0s, now));
}

TEST(throttling, a_stray_wish_for_an_hour_costs_five_minutes) {
  throttling rule;
  ASSERT_TRUE(rule.pause_region(eu, start, 3'600s, start));
  EXPECT_EQ(rule.paused_until(eu), start + 300s);
  EXPECT_FALSE(rule.pause_region(eu, start - 1s, 3'600s, start + 1s)) << "it was on its way";
  const auto open = start + 301s;
  rule.note(eu, open, false, open);
  ASSERT_TRUE(rule.pause_region(eu, open + 1s, 3'600s, open + 1s)) << "another stray one";
  EXPECT_EQ(rule.paused_until(eu), open + 301s);
}

TEST(throttling, a_wish_for_an_hour_that_comes_again_is_granted) {
  throttling rule;
  rule.pause_region(eu, start, 86'400s, start);
  auto now = start + 300s;
  rule.note(eu, now, true, now);
  ASSERT_TRUE(rule.pause_region(eu, now, 86'400s, now));
  EXPECT_EQ(rule.paused_until(eu), now + 3'600s) << "but no day";
  EXPECT_TRUE(rule.pause_region(us, now, 3'600s, now));
  EXPECT_EQ(rule.paused_until(us), now + 300s) << "it is not that region's first";
  now += 3'600s;
  ASSERT_TRUE(rule.pause_region(eu, now, 3'600s, now));
  EXPECT_EQ(rule.paused_until(eu), now + 3'600s);
}

TEST(throttling, a_wish_that_another_instance_has_met_is_the_first_one) {
  throttling rule;
  slowdown theirs;
  theirs.regions[static_cast<std::size_t>(eu)] = 290s;
  rule.adopt(theirs, start);
  const auto now = start + 290s;
  ASSERT_TRUE(rule.pause_region(eu, now, 3'600s, now));
  EXPECT_EQ(rule.paused_until(eu), now + 3'600s);
}

TEST(throttling, a_region_that_answers_nothing_else_pauses_alone) {
  throttling rule;
  auto now = hear(rule, 1, true, start, eu) + 1s;
  auto what = degree::none;
  for (int i = 0; i < 100 && what == degree::none; ++i, now += 1ms) {
    rule.note(us, now, false, now);
    what = rule.note(eu, now, true, now);
  }
  ASSERT_EQ(what, degree::region);
  EXPECT_GT(rule.paused_until(eu), now + 4s);
  EXPECT_LE(rule.paused_until(us), now);
  EXPECT_LE(rule.paused_until(), now);
}

TEST(throttling, what_others_have_met_holds_here_too) {
  throttling rule;
  slowdown theirs{.factor = 0.5, .pause = 4s, .regions = {}};
  theirs.regions[static_cast<std::size_t>(us)] = 60s;
  rule.adopt(theirs, start);
  EXPECT_EQ(rule.paused_until(), start + 4s);
  EXPECT_EQ(rule.paused_until(us), start + 60s);
  EXPECT_NEAR(rule.factor(start + 4s), 0.5, 0.01);
  EXPECT_NEAR(rule.factor(start + 6s), 0.7, 0.01);
}

TEST(throttling, what_comes_back_of_its_own_is_no_news) {
  throttling rule;
  rule.adopt({.factor = 0.5, .pause = 10s, .regions = {}}, start);
  const auto told = rule.told(start + 1s);
  EXPECT_EQ(told.pause, 9s);
  rule.adopt(told, start + 1s + 200ms); // as late as an answer may be
  EXPECT_EQ(rule.paused_until(), start + 10s);
}

TEST(throttling, what_has_ended_elsewhere_ends_nothing_here) {
  throttling rule;
  rule.adopt({.factor = 0.5, .pause = 10s, .regions = {}}, start);
  rule.adopt({}, start + 1s);
  EXPECT_EQ(rule.paused_until(), start + 10s);
  EXPECT_NEAR(rule.factor(start + 10s), 0.5, 0.01);
}

TEST(throttling, the_slower_of_two_is_slower_in_every_part) {
  slowdown one{.factor = 0.5, .pause = 1s, .regions = {}};
  slowdown other{.factor = 0.7, .pause = 3s, .regions = {}};
  other.regions[0] = 5s;
  const auto both = slower(one, other);
  EXPECT_EQ(both.factor, 0.5);
  EXPECT_EQ(both.pause, 3s);
  EXPECT_EQ(both.regions[0], 5s);
}

} // namespace
} // namespace guildhall::domain
