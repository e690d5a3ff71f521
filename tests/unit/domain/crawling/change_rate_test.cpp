#include "domain/crawling/change_rate.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

const playing_hours flat;

constexpr double a_day = 24;

change_record unchanged(change_record seen, time_point now) {
  return noted(seen, {.now = now, .changed_at = {}}, flat);
}

change_record changed(change_record seen, time_point now, time_point at) {
  return noted(seen, {.now = now, .changed_at = at}, flat);
}

TEST(change_record, begins_with_the_first_look_and_counts_nothing) {
  for (const auto& first : {unchanged({}, monday), changed({}, monday, monday - 5h)})
    EXPECT_EQ(first, (change_record{.changes = 0, .exposure = 0, .as_of = monday}));
}

TEST(change_record, grows_by_the_time_in_which_nothing_changed) {
  const auto seen = unchanged(unchanged({}, monday), monday + 10h);
  EXPECT_EQ(seen.changes, 0);
  EXPECT_NEAR(seen.exposure, 10, 1e-9);
}

TEST(change_record, counts_a_change_and_the_time_since) {
  // What came before it, and after the last look, may have been any number of changes.
  const auto seen = changed(unchanged({}, monday), monday + 10h, monday + 4h);
  EXPECT_EQ(seen.changes, 1);
  EXPECT_NEAR(seen.exposure, 6, 1e-9);
}

TEST(change_record, counts_a_change_that_is_said_to_be_older_than_the_last_look) {
  const auto seen = changed(unchanged({}, monday), monday + 10h, monday - 4h);
  EXPECT_EQ(seen.changes, 1);
  EXPECT_NEAR(seen.exposure, 10, 1e-9);
}

TEST(change_record, halves_in_two_weeks) {
  const change_record before{.changes = 8, .exposure = 100, .as_of = monday};
  const auto seen = unchanged(before, monday + 24h * 14);
  EXPECT_NEAR(seen.changes, 4, 1e-9);
  EXPECT_NEAR(seen.exposure, 50 + 24 * 14, 1e-9);
}

TEST(change_record, leaves_nothing_too_small_for_a_column) {
  const change_record before{.changes = 8, .exposure = 100, .as_of = monday};
  EXPECT_EQ(unchanged(before, monday + 24h * 1'000).changes, 0);
}

TEST(change_record, is_measured_in_the_guilds_playing_time) {
  hour_counts evenings{.counts = std::vector<double>(hour_counts::size), .as_of = monday};
  evenings.counts[20] = 1'000;
  const playing_hours hours{evenings};
  const auto seen = noted(
      {.changes = 0, .exposure = 0, .as_of = monday}, {.now = monday + 10h, .changed_at = {}},
      hours);
  EXPECT_NEAR(seen.exposure, hours.between(monday, monday + 10h), 1e-9);
}

TEST(change_record, is_not_moved_by_a_clock_that_goes_back) {
  const change_record before{.changes = 1, .exposure = 50, .as_of = monday};
  EXPECT_EQ(unchanged(before, monday - 1h), before);
}

RC_GTEST_PROP(change_record, stays_a_pair_of_counts_whatever_goes_in, ()) {
  const change_record before{*anything(), *anything(), monday};
  const auto seen =
      changed(before, monday + *minutes_below(24h * 400), monday - *minutes_below(24h * 400));
  RC_ASSERT(std::isfinite(seen.changes) && seen.changes >= 0);
  RC_ASSERT(std::isfinite(seen.exposure) && seen.exposure >= 0);
}

TEST(changes_per_hour, of_one_never_seen_is_a_day) {
  EXPECT_EQ(changes_per_hour({}, {}, monday), 1 / a_day);
}

TEST(changes_per_hour, knows_an_absentee_from_the_first_answer) {
  EXPECT_NEAR(changes_per_hour({}, monday - 24h * 60, monday), 1 / (60 * a_day), 1e-12);
}

TEST(changes_per_hour, does_not_take_one_evening_for_a_habit) {
  EXPECT_NEAR(changes_per_hour({}, monday - 1h, monday), 1 / (4 * a_day), 1e-12);
}

TEST(changes_per_hour, never_forgets_those_who_were_away_for_years) {
  EXPECT_NEAR(changes_per_hour({}, monday - 24h * 3'000, monday), 1 / (120 * a_day), 1e-12);
  const change_record long_watched{.changes = 1e-30, .exposure = 480, .as_of = monday};
  EXPECT_NEAR(changes_per_hour(long_watched, time_point{}, monday), 1 / (120 * a_day), 1e-12);
}

TEST(changes_per_hour, is_what_was_seen_once_enough_was) {
  const change_record daily{.changes = 14, .exposure = 14 * a_day, .as_of = monday};
  EXPECT_NEAR(changes_per_hour(daily, monday - 24h * 3, monday), 1 / a_day, 1e-12);
}

TEST(changes_per_hour, takes_a_day_at_least_to_believe_in_many_changes) {
  const change_record hasty{.changes = 2, .exposure = 0.5, .as_of = monday};
  EXPECT_NEAR(changes_per_hour(hasty, monday, monday), 2 / a_day, 1e-12);
}

TEST(changes_per_hour, falls_while_a_profile_without_a_date_does_not_change) {
  const change_record watched{.changes = 0, .exposure = 240, .as_of = monday};
  EXPECT_NEAR(changes_per_hour(watched, {}, monday), 1.0 / 240, 1e-12);
}

/// The mean of what is believed of one who changes daily, by chance, and is looked at so often.
double believed_when_looked_at_every(std::chrono::hours interval) {
  std::mt19937_64 engine{1};
  std::exponential_distribution<double> wait{1.0};
  change_record seen;
  auto next = monday;
  auto last = monday - 1h;
  double sum = 0;
  int looks = 0;
  for (auto now = monday; now < monday + 24h * 3'000; now += interval, ++looks) {
    const auto known = last;
    for (; next <= now; next += std::chrono::minutes{std::lround(wait(engine) * 1'440)})
      last = next;
    seen = last == known ? unchanged(seen, now) : changed(seen, now, last);
    sum += changes_per_hour(seen, last, now);
  }
  return sum / looks;
}

TEST(changes_per_hour, comes_out_right_however_rarely_somebody_looks) {
  EXPECT_NEAR(believed_when_looked_at_every(2h), 1 / a_day, 0.2 / a_day);
  EXPECT_NEAR(believed_when_looked_at_every(72h), 1 / a_day, 0.3 / a_day);
}

TEST(changes_per_hour, grows_with_somebody_who_has_begun_to_play) {
  auto seen = unchanged({}, monday);
  for (int day = 1; day <= 90; ++day)
    seen = unchanged(seen, monday + 24h * day);
  const auto back = monday + 24h * 90;
  const double away = changes_per_hour(seen, monday - 24h, back);
  for (int day = 1; day <= 14; ++day)
    seen = changed(seen, back + 24h * day, back + 24h * day - 1h);
  EXPECT_GT(changes_per_hour(seen, back + 24h * 14 - 1h, back + 24h * 17), 20 * away);
}

RC_GTEST_PROP(changes_per_hour, is_never_nothing_and_never_beyond_reason, ()) {
  const change_record seen{*anything(), *anything(), monday};
  const auto last = monday + 24h * 200 - *minutes_below(24h * 9'000);
  const double rate = changes_per_hour(seen, last, monday);
  RC_ASSERT(std::isfinite(rate));
  RC_ASSERT(rate >= 1 / (120 * a_day) - 1e-12);
}

} // namespace
} // namespace guildhall::domain
