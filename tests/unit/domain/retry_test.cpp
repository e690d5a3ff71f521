#include "domain/retry.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr double almost_one = 0.999'999'9;

rc::Gen<double> random_number() {
  return rc::gen::map(rc::gen::inRange(0, 1'000'000), [](int n) { return n / 1'000'000.0; });
}

TEST(retry_delay, is_short_at_first_and_then_doubles_for_what_may_pass) {
  for (const auto what : {failure_class::transient, failure_class::throttled}) {
    for (const int failures : {1, 2, 3})
      EXPECT_EQ(retry_delay(what, failures, almost_one), 1s);
    EXPECT_EQ(retry_delay(what, 5, almost_one), 3s);
    EXPECT_EQ(retry_delay(what, 6, almost_one), 7s);
    EXPECT_EQ(retry_delay(what, 12, almost_one), 511s);
    EXPECT_EQ(retry_delay(what, 100, 0.5), 30min);
  }
}

TEST(retry_delay, spreads_over_the_whole_range) {
  EXPECT_EQ(retry_delay(failure_class::transient, 7, 0.0), 1s);
  EXPECT_EQ(retry_delay(failure_class::transient, 7, 0.25), 4s);
}

TEST(retry_delay, waits_longer_for_what_cannot_be_read) {
  EXPECT_EQ(retry_delay(failure_class::malformed, 1, 0.0), 10min);
  EXPECT_EQ(retry_delay(failure_class::malformed, 2, 0.0), 20min);
  EXPECT_EQ(retry_delay(failure_class::malformed, 50, almost_one), 6h);
}

TEST(retry_delay, asks_once_a_day_for_what_is_not_shown) {
  for (const auto what : {failure_class::not_found, failure_class::forbidden}) {
    EXPECT_EQ(retry_delay(what, 1, 0.0), 24h);
    EXPECT_EQ(retry_delay(what, 9, 0.5), 24h + 30min);
  }
}

RC_GTEST_PROP(retry_delay, stays_between_a_second_and_25_hours, ()) {
  const auto what = static_cast<failure_class>(*rc::gen::inRange(0, 5));
  const auto delay = retry_delay(what, *rc::gen::arbitrary<int>(), *random_number());
  RC_ASSERT(delay >= 1s);
  RC_ASSERT(delay <= 25h);
  if (what == failure_class::transient || what == failure_class::throttled)
    RC_ASSERT(delay <= 1h);
  if (what == failure_class::malformed)
    RC_ASSERT(delay >= 10min && delay <= 6h);
}

TEST(retry_delay, survives_a_random_number_that_is_none) {
  for (const double random : {-1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
    const auto delay = retry_delay(failure_class::transient, 1, random);
    EXPECT_GE(delay, 1s);
    EXPECT_LE(delay, 1s);
  }
}

RC_GTEST_PROP(second_look_delay, is_10_to_20_minutes, ()) {
  const auto delay = second_look_delay(*random_number());
  RC_ASSERT(delay >= 10min && delay <= 20min);
}

TEST(unseen_delay, climbs_from_half_an_hour_to_a_day) {
  EXPECT_EQ(unseen_delay(1, 0.0), 30min);
  EXPECT_EQ(unseen_delay(2, 0.0), 2h);
  EXPECT_EQ(unseen_delay(3, 0.0), 8h);
  for (const int failures : {4, 5, 1'000})
    EXPECT_EQ(unseen_delay(failures, 0.0), 24h);
  EXPECT_LE(unseen_delay(4, almost_one), 25h);
}

RC_GTEST_PROP(jittered, stays_within_a_tenth, ()) {
  const seconds base{*rc::gen::inRange(0, 1'000'000)};
  const auto moved = jittered(base, *random_number());
  RC_ASSERT(10 * moved.count() >= 9 * base.count() - 10);
  RC_ASSERT(10 * moved.count() <= 11 * base.count());
}

TEST(jittered, moves_apart_what_became_due_together) {
  EXPECT_EQ(jittered(1000s, 0.0), 900s);
  EXPECT_EQ(jittered(1000s, 0.5), 1000s);
  EXPECT_EQ(jittered(1000s, 0.75), 1050s);
}

} // namespace
} // namespace guildhall::domain
