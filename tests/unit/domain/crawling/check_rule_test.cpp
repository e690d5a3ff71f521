#include "domain/crawling/check_rule.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

constexpr double nearly = 1 + 1e-9;

TEST(expected_age, is_half_the_time_times_the_chance_of_a_change_while_changes_are_rare) {
  EXPECT_NEAR(expected_age(1e-6, 10), 1e-6 * 10 * 10 / 2, 1e-9);
}

TEST(expected_age, is_nearly_all_the_time_where_changes_are_frequent) {
  EXPECT_NEAR(expected_age(100, 10), 10, 0.011);
}

RC_GTEST_PROP(expected_age, is_the_closed_form, ()) {
  const double rate = *size_between(-8, 3);
  const double hours = *size_between(-4, 4);
  const long double x = static_cast<long double>(rate) * static_cast<long double>(hours);
  const long double exact = (x + std::expm1(-x)) / static_cast<long double>(rate);
  // Where even 64 bits of mantissa cancel, the first terms of the series say it.
  const long double expected =
      x > 1e-4L ? exact : x * x / 2 * (1 - x / 3 + x * x / 12) / static_cast<long double>(rate);
  RC_ASSERT(std::abs(expected_age(rate, hours) / static_cast<double>(expected) - 1) < 1e-10);
}

RC_GTEST_PROP(check_interval, is_when_the_weighted_age_has_reached_the_price, ()) {
  const double rate = *rates();
  const double weight = *weights();
  const double price = *prices();
  const double hours = check_interval(rate, weight, price);
  RC_ASSERT(std::abs(weight * expected_age(rate, hours) / price - 1) < 1e-9);
}

RC_GTEST_PROP(check_interval, rises_with_the_price_and_falls_with_rate_and_weight, ()) {
  const double rate = *rates();
  const double weight = *weights();
  const double price = *prices();
  const double more = 1 + *size_between(-6, 3);
  const double hours = check_interval(rate, weight, price);
  RC_ASSERT(check_interval(rate, weight, price * more) * nearly > hours);
  RC_ASSERT(check_interval(rate, weight * more, price) < hours * nearly);
  RC_ASSERT(check_interval(rate * more, weight, price) < hours * nearly);
}

RC_GTEST_PROP(check_interval, is_a_positive_number_whatever_goes_in, ()) {
  const double hours = check_interval(*anything(), *anything(), *anything());
  RC_ASSERT(std::isfinite(hours) && hours > 0);
  const double age = expected_age(*anything(), *anything());
  RC_ASSERT(std::isfinite(age) && age >= 0);
}

TEST(check_interval, of_who_is_away_for_months_goes_with_the_root_of_the_price) {
  const double rate = 1.0 / (90 * 24);
  EXPECT_NEAR(check_interval(rate, 1, 0.4) / check_interval(rate, 1, 0.1), 2, 0.02);
}

} // namespace
} // namespace guildhall::domain
