#include "domain/crawling/playing_hours.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

constexpr std::size_t tuesday_evening = 24 + 20;

/// A guild that plays on Tuesdays from 20 to 21 only.
hour_counts raiders(double changes = 1'000) {
  hour_counts seen{.counts = std::vector<double>(hour_counts::size), .as_of = monday};
  seen.counts[tuesday_evening] = changes;
  return seen;
}

rc::Gen<hour_counts> any_counts() {
  return rc::gen::map(
      rc::gen::container<std::vector<double>>(hour_counts::size, anything()),
      [](std::vector<double> counts) {
        return hour_counts{.counts = std::move(counts), .as_of = monday};
      });
}

double sum(const hour_counts& seen) {
  return std::accumulate(seen.counts.begin(), seen.counts.end(), 0.0);
}

/// No hour of the week counts more than another.
bool is_flat(const playing_hours& hours) {
  for (auto at = monday; at < monday + 7 * 24h; at += 1h)
    if (std::abs(hours.between(at, at + 1h) - 1) > 1e-9)
      return false;
  return true;
}

TEST(playing_hours, are_hours_until_enough_is_known) {
  for (const auto& flat : {playing_hours{}, playing_hours{raiders(199)}}) {
    EXPECT_TRUE(is_flat(flat));
    EXPECT_NEAR(flat.between(monday + 20min, monday + 37h), 36 + 2.0 / 3, 1e-9);
    EXPECT_EQ(flat.after(monday + 20min, 36.5), monday + 36h + 50min);
  }
  EXPECT_FALSE(is_flat(playing_hours{raiders(201)}));
}

TEST(playing_hours, are_flat_for_counts_that_are_none) {
  EXPECT_TRUE(is_flat(playing_hours{{.counts = std::vector<double>(10, 1'000), .as_of = {}}}));
}

TEST(playing_hours, pass_while_the_guild_plays) {
  const playing_hours hours{raiders()};
  const double evening = hours.between(monday + 44h, monday + 45h);
  const double night = hours.between(monday + 50h, monday + 51h);
  EXPECT_GT(evening, 20);
  EXPECT_LT(night, 0.5);
  EXPECT_GE(night, 0.1);
  // A look that is worth it after two hours falls into the raid that comes first.
  EXPECT_GT(hours.after(monday + 38h, 10), monday + 43h);
  EXPECT_LT(hours.after(monday + 38h, 10), monday + 45h);
}

TEST(playing_hours, tell_of_the_hours_beside_those_that_were_seen) {
  const playing_hours hours{raiders()};
  const double beside = hours.between(monday + 43h, monday + 44h);
  EXPECT_GT(beside, 2 * hours.between(monday + 40h, monday + 41h));
  EXPECT_LT(beside, hours.between(monday + 44h, monday + 45h));
}

TEST(playing_hours, go_round_at_the_end_of_the_week) {
  hour_counts seen{.counts = std::vector<double>(hour_counts::size), .as_of = monday};
  seen.counts.front() = 1'000;
  const playing_hours hours{seen};
  EXPECT_NEAR(
      hours.between(monday - 1h, monday), hours.between(monday + 1h, monday + 2h), 1e-9);
  EXPECT_GT(hours.between(monday - 1h, monday), hours.between(monday - 2h, monday - 1h));
}

RC_GTEST_PROP(playing_hours, are_168_a_week, ()) {
  const playing_hours hours{*any_counts()};
  const auto from = monday + *minutes_below(24h * 365) - 24h * 180;
  RC_ASSERT(std::abs(hours.between(from, from + 24h * 7) - 168) < 1e-6);
}

RC_GTEST_PROP(playing_hours, between_now_and_later_are_those_that_were_asked_for, ()) {
  const playing_hours hours{*any_counts()};
  const auto from = monday + *minutes_below(24h * 365) - 24h * 180;
  const double wanted = *size_between(-3, 3);
  const auto until = hours.after(from, wanted);
  RC_ASSERT(until >= from);
  RC_ASSERT(std::abs(hours.between(from, until) - wanted) < 1e-5);
  RC_ASSERT(std::abs(hours.between(until, from) + wanted) < 1e-5);
}

RC_GTEST_PROP(playing_hours, never_stand_still, ()) {
  const playing_hours hours{*any_counts()};
  const auto from = monday + *minutes_below(24h * 14);
  RC_ASSERT(hours.between(from, from + 1h) >= 0.1 - 1e-9);
}

RC_GTEST_PROP(playing_hours, end_within_a_year_whatever_is_asked_for, ()) {
  const playing_hours hours{*any_counts()};
  const auto until = hours.after(monday, *anything());
  RC_ASSERT(until >= monday);
  RC_ASSERT(until <= monday + 24h * 373);
}

TEST(with_moments, counts_the_hour_of_the_week_in_utc) {
  const std::array moments{monday + 44h + 59min, monday + 45h, monday - 1s};
  const auto seen = with_moments({}, moments, monday + 46h);
  EXPECT_NEAR(seen.counts.at(44), 1, 0.02);
  EXPECT_NEAR(seen.counts.at(45), 1, 0.02);
  EXPECT_NEAR(seen.counts.at(167), 1, 0.1);
  EXPECT_EQ(seen.as_of, monday + 46h);
}

TEST(with_moments, leaves_out_what_is_long_past_or_not_yet) {
  const std::array moments{monday - 24h * 14, monday + 1s, time_point{}};
  EXPECT_EQ(sum(with_moments({}, moments, monday)), 0);
}

TEST(with_moments, halves_what_is_two_weeks_old) {
  const auto later = with_moments(raiders(100), {}, monday + 24h * 14);
  EXPECT_NEAR(sum(later), 50, 1e-9);
  EXPECT_EQ(later.as_of, monday + 24h * 14);
}

TEST(with_moments, leaves_nothing_too_small_for_a_column) {
  EXPECT_EQ(with_moments(raiders(100), {}, monday + 24h * 1'000).counts[tuesday_evening], 0);
}

TEST(with_moments, tells_the_same_however_often_it_was_asked_in_between) {
  const std::array moments{monday + 1h, monday + 30h};
  const auto at_once = with_moments(raiders(), moments, monday + 40h);
  auto by_and_by = with_moments(raiders(), std::span{moments}.first(1), monday + 2h);
  by_and_by = with_moments(by_and_by, std::span{moments}.last(1), monday + 40h);
  EXPECT_NEAR(sum(at_once), sum(by_and_by), 1e-9);
}

TEST(with_moments, does_not_grow_when_the_clock_goes_back) {
  const std::array moments{monday - 3h};
  const auto seen = with_moments(raiders(100), moments, monday - 2h);
  EXPECT_LE(sum(seen), 101);
  EXPECT_EQ(seen.as_of, monday);
}

TEST(with_moments, begins_anew_with_counts_that_are_none) {
  const hour_counts odd{.counts = {1, 2, 3}, .as_of = monday};
  EXPECT_EQ(sum(with_moments(odd, {}, monday)), 0);
  EXPECT_EQ(with_moments(odd, {}, monday).counts.size(), hour_counts::size);
}

} // namespace
} // namespace guildhall::domain
