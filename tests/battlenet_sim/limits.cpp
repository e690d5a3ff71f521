#include "battlenet_sim/limits.hpp"

#include "battlenet_sim/text.hpp"

namespace guildhall::sim {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_us = 3600 * second_us;

std::int64_t phase(std::uint64_t seed, std::int64_t length) {
  return static_cast<std::int64_t>(mix(seed, length) % static_cast<std::uint64_t>(length));
}

} // namespace

bool fixed_window::admit(std::int64_t time_us) {
  if (limit_ == 0)
    return true;
  auto window = (time_us + phase_) / length_;
  if (window != window_) {
    window_ = window;
    used_ = 0;
  }
  if (used_ >= limit_)
    return false;
  ++used_;
  return true;
}

limits::limits(std::uint32_t per_second, std::uint32_t per_hour, std::uint64_t seed)
    : second_(second_us, phase(seed, second_us), per_second),
      hour_(hour_us, phase(seed, hour_us), per_hour) {}

verdict limits::admit(std::int64_t time_us) {
  std::lock_guard lock(mutex_);
  // A refused request still counts against the hour.
  auto in_hour = hour_.admit(time_us);
  if (!second_.admit(time_us))
    return verdict::refused;
  return in_hour ? verdict::admitted : verdict::slowed;
}

} // namespace guildhall::sim
