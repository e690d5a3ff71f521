#pragma once

#include <cstdint>
#include <mutex>

namespace guildhall::sim {

/// What the quota says about one request.
enum class verdict {
  admitted,
  slowed,  ///< over the hourly quota: answered, but late
  refused, ///< over the quota of this second: 429
};

/// Counts requests in fixed windows whose phase is unknown to the client (seeded).
/// A limit of 0 is off. Not locked: the owner does that.
class fixed_window {
public:
  fixed_window(std::int64_t length_us, std::int64_t phase_us, std::uint32_t limit)
      : length_(length_us),
        phase_(phase_us),
        limit_(limit) {}

  /// Counts a request; false when its window was full already.
  bool admit(std::int64_t time_us);

private:
  std::int64_t length_;
  std::int64_t phase_;
  std::uint32_t limit_;
  std::int64_t window_ = -1;
  std::uint32_t used_ = 0;
};

/// The quota of one API client: 100 per second, then 429 for the rest of that second; 36,000
/// per hour, then slower service. Works on real time. Safe to use from all threads.
class limits {
public:
  limits(std::uint32_t per_second, std::uint32_t per_hour, std::uint64_t seed);

  verdict admit(std::int64_t time_us);

private:
  std::mutex mutex_;
  fixed_window second_;
  fixed_window hour_;
};

} // namespace guildhall::sim
