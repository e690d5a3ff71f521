#pragma once

#include <chrono>

namespace guildhall {

/// Wall-clock time as PostgreSQL keeps it (UTC, microseconds).
using time_point = std::chrono::sys_time<std::chrono::microseconds>;

/// A moment after which an answer is of no use to whoever asked. Monotonic.
using deadline = std::chrono::steady_clock::time_point;

inline time_point wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now());
}

/// As tokens count it.
inline std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace guildhall
