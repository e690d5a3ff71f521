#pragma once

#include "core/clock.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace guildhall::domain {

/// When a guild plays: how often its members' profiles changed in each hour of the week (UTC,
/// from Monday 00:00), older ones count less.
struct hour_counts {
  static constexpr std::size_t size = 168;
  std::vector<double> counts{};      ///< 168 of them, or none
  std::optional<time_point> as_of{}; ///< they decay from here
  friend bool operator==(const hour_counts&, const hour_counts&) = default;
};

/// `before`, decayed until `now`, and these moments. Moments of more than two weeks ago, and of
/// the future, tell nothing of when people play now.
hour_counts
with_moments(hour_counts before, std::span<const time_point> moments, time_point now);

/// A clock that runs while a guild plays and nearly stands while it sleeps: as many hours in a
/// week as any other. Flat until enough changes have been seen.
class playing_hours {
public:
  playing_hours(); ///< flat
  explicit playing_hours(const hour_counts& seen);

  /// Hours of playing time between two moments; negative if `to` comes before `from`.
  double between(time_point from, time_point to) const;
  /// The moment at which so many of them have passed since `from`; at most a year of them.
  time_point after(time_point from, double hours) const;

private:
  std::array<double, hour_counts::size> speed_{};      ///< mean 1, each at least 0.1
  std::array<double, hour_counts::size + 1> passed_{}; ///< until each hour of the week begins
};

} // namespace guildhall::domain
