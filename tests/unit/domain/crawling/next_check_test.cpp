#include "domain/crawling/check_rule.hpp"
#include "domain/crawling/next_check.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

const change_record daily{.changes = 14, .exposure = 14 * 24, .as_of = monday};

double hours_until(const next_look& next) {
  return std::chrono::duration<double, std::ratio<3600>>{next.due - monday}.count();
}

TEST(next_look, is_when_the_rule_says_for_this_rate_and_weight) {
  const crawled who{
      .seen = daily, .last_change = monday - 24h * 2, .why = {.own_of_visitor = true}};
  const auto next = plan_next_look(who, {.price = 5}, monday, 0.5);
  EXPECT_NEAR(next.per_hour, 1.0 / 24, 1e-12);
  EXPECT_EQ(next.weight, 3);
  EXPECT_NEAR(hours_until(next), check_interval(1.0 / 24, 3, 5), 1e-6);
}

TEST(next_look, is_spread_by_a_tenth) {
  const crawled who{.seen = daily, .last_change = monday, .why = {}};
  const auto at = [&](double random) {
    return hours_until(plan_next_look(who, {.price = 5}, monday, random));
  };
  EXPECT_NEAR(at(0) / at(0.5), 0.9, 1e-6);
  EXPECT_NEAR(at(0.75) / at(0.5), 1.05, 1e-6);
}

TEST(next_look, falls_after_the_raid_and_not_before_it) {
  hour_counts evenings{.counts = std::vector<double>(hour_counts::size), .as_of = monday};
  evenings.counts[20] = 1'000; // on Monday
  const crawled who{.seen = daily, .last_change = monday, .why = {}};
  const auto flat = plan_next_look(who, {.price = 1}, monday + 10h, 0.5);
  const auto raid =
      plan_next_look(who, {.price = 1, .hours = playing_hours{evenings}}, monday + 10h, 0.5);
  EXPECT_LT(flat.due, monday + 18h);
  EXPECT_GT(raid.due, monday + 19h);
  EXPECT_LT(raid.due, monday + 21h);
}

TEST(next_look, of_those_that_wait_as_long_as_may_be_is_not_one_moment) {
  const crawled who{.seen = {}, .last_change = time_point{}, .why = {}};
  const auto at = [&](double random) {
    return hours_until(plan_next_look(who, {.price = 1e6}, monday, random));
  };
  EXPECT_NEAR(at(0), 0.9 * 14 * 24, 1e-6);
  EXPECT_NEAR(at(0.9), 0.99 * 14 * 24, 1e-6);
}

RC_GTEST_PROP(next_look, keeps_its_bounds_whatever_goes_in, ()) {
  hour_counts counts{
      .counts = *rc::gen::container<std::vector<double>>(hour_counts::size, anything()),
      .as_of = monday};
  const interest why{
      *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  const crawled who{
      .seen = {*anything(), *anything(), monday},
      .last_change = monday + 24h * 100 - *minutes_below(24h * 9'000),
      .why = why};
  const crawl_terms terms{.price = *anything(), .hours = playing_hours{counts}};
  const auto next = plan_next_look(who, terms, monday, *anything());
  RC_ASSERT(next.due >= monday + 20min);
  RC_ASSERT(next.due <= monday + 24h * 14);
  RC_ASSERT(std::isfinite(next.per_hour) && next.per_hour > 0);
  RC_ASSERT(std::isfinite(next.weight) && next.weight > 0);
}

TEST(next_look, keeps_even_bounds_that_contradict_each_other) {
  crawl_terms terms{.price = 1, .bounds = {.shortest = 10h, .longest = 1h}};
  EXPECT_LE(plan_next_look({}, terms, monday, 0.9).due, monday + 10h);
  terms.bounds = {.shortest = -10h, .longest = -20h};
  EXPECT_GT(plan_next_look({}, terms, monday, 0.9).due, monday);
}

} // namespace
} // namespace guildhall::domain
