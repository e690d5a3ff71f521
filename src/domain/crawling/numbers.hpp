#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

/// What the rule's files share; no interface.
namespace guildhall::domain::crawling {

using hours = std::chrono::duration<double, std::ratio<3600>>;

constexpr double least = 1e-9;
constexpr double most = 1e9;

/// A number to reckon with: what is none, or not positive, is the least; infinity the most.
inline double positive(double value) {
  return value > least ? std::min(value, most) : least;
}

/// The same where nothing is a possible number.
inline double not_negative(double value) {
  return value > 0 ? std::min(value, most) : 0;
}

inline double hours_between(time_point from, time_point to) {
  return hours{to - from}.count();
}

/// What is left of a count after so long: half after 14 days. Of the past nothing grows, and
/// what is next to nothing is nothing: a column of single precision has no place for it.
inline double faded(double count, double hours_since) {
  constexpr double half_life = 14 * 24;
  constexpr double next_to_nothing = 1e-6;
  const double left = not_negative(count) * std::exp2(-std::max(hours_since, 0.0) / half_life);
  return left < next_to_nothing ? 0 : left;
}

} // namespace guildhall::domain::crawling
