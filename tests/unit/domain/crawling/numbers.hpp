#pragma once

#include "core/clock.hpp"

#include <rapidcheck.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace guildhall::domain::crawling_tests {

using namespace std::chrono_literals;

/// A Monday, 00:00 UTC.
constexpr time_point monday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

/// Of any size between two powers of ten.
inline rc::Gen<double> size_between(int lowest, int highest) {
  constexpr int fine = 1'000;
  return rc::gen::map(rc::gen::inRange(lowest * fine, highest * fine), [](int power) {
    return std::pow(10.0, static_cast<double>(power) / fine);
  });
}

inline rc::Gen<double> rates() { // an hour
  return size_between(-5, 1);
}
inline rc::Gen<double> weights() {
  return size_between(-1, 1);
}
inline rc::Gen<double> prices() { // hours
  return size_between(-3, 3);
}

/// What no rule should be given.
inline rc::Gen<double> anything() {
  using limits = std::numeric_limits<double>;
  return rc::gen::oneOf(
      rc::gen::element(
          limits::quiet_NaN(), limits::infinity(), -limits::infinity(), 0.0, -0.0, -1.0,
          limits::max(), limits::lowest(), limits::min(), limits::denorm_min()),
      size_between(-12, 12));
}

inline rc::Gen<double> random_number() {
  constexpr int fine = 1'000'000;
  return rc::gen::map(
      rc::gen::inRange(0, fine), [](int n) { return static_cast<double>(n) / fine; });
}

inline rc::Gen<std::chrono::minutes> minutes_below(std::chrono::minutes limit) {
  return rc::gen::map(rc::gen::inRange<std::int64_t>(0, limit.count()), [](std::int64_t n) {
    return std::chrono::minutes{n};
  });
}

} // namespace guildhall::domain::crawling_tests
