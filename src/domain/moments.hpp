#pragma once

#include "core/clock.hpp"

#include <chrono>

namespace guildhall::domain {

/// No character, guild or document is older.
inline constexpr time_point first_moment{
    std::chrono::sys_days{std::chrono::year{2004} / std::chrono::January / 1}};

/// Whether Battle.net can mean this moment. Zeros and far futures stand for "not known"; a year
/// is more than any clock is wrong.
constexpr bool is_plausible(time_point moment, time_point now) noexcept {
  return moment >= first_moment && moment <= now + std::chrono::days{366};
}

} // namespace guildhall::domain
