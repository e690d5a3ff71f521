#include "domain/crawling/check_rule.hpp"

#include "domain/crawling/numbers.hpp"

namespace guildhall::domain {

namespace {

/// x - 1 + exp(-x). Below a half the terms would cancel to nothing: the series, whose twelve
/// terms reach the last bit there.
double age_in_changes(double x) {
  constexpr double small = 0.5;
  if (x >= small)
    return x - 1 + std::exp(-x);
  constexpr int last_term = 13;
  double sum = 0;
  double term = -x;
  for (int n = 2; n <= last_term; ++n) {
    term *= -x / n;
    sum += term;
  }
  return sum;
}

/// The x at which it is `age`. The function is convex, and what is begun with lies right of
/// the root, so Newton walks down to it and never past it; six steps do.
double changes_until(double age) {
  constexpr int steps = 20;
  constexpr double close = 1e-8; // the error after such a step is of its square's size
  double x = std::sqrt(2 * age) + age;
  for (int i = 0; i < steps; ++i) {
    const double step = (age_in_changes(x) - age) / -std::expm1(-x);
    x -= step;
    if (std::abs(step) <= close * x)
      break;
  }
  return x;
}

} // namespace

double expected_age(double per_hour, double hours) {
  const double rate = crawling::positive(per_hour);
  return age_in_changes(rate * crawling::not_negative(hours)) / rate;
}

double check_interval(double per_hour, double weight, double price) {
  const double rate = crawling::positive(per_hour);
  const double age = crawling::positive(price) / crawling::positive(weight);
  return changes_until(rate * age) / rate;
}

} // namespace guildhall::domain
