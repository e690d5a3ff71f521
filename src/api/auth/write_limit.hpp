#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace guildhall::api::auth {

/// So many writes per second and user, evenly refilled, six seconds' worth at once; of this
/// instance. Remembers a bounded number of users: when that many write at once, all start anew.
/// Thread-safe.
class write_limit {
public:
  using clock = std::chrono::steady_clock;

  explicit write_limit(unsigned per_second = 10);

  /// From now on so many.
  void set(unsigned per_second);

  /// `ec::rate_limited` with when to come back.
  result<void> admit(user_id who, clock::time_point now = clock::now());

private:
  static constexpr std::size_t max_users = 50'000;
  static constexpr std::chrono::seconds burst{6};

  std::atomic<clock::duration> each_;
  std::mutex lock_;
  std::unordered_map<std::int64_t, clock::time_point> free_at_; ///< when nothing is used up
};

} // namespace guildhall::api::auth
