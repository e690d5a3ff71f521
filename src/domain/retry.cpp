#include "domain/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace guildhall::domain {

namespace {

using std::chrono::seconds;

constexpr seconds one_hour{3'600};
constexpr seconds one_day{86'400};

double unit(double random) {
  return std::isfinite(random) ? std::clamp(random, 0.0, 1.0) : 0.0;
}

seconds scaled(seconds base, double factor) {
  return seconds{static_cast<std::int64_t>(static_cast<double>(base.count()) * factor)};
}

/// `first` for the first failure, twice as long for each further one, at most `longest`.
seconds doubled(seconds first, int failures, seconds longest) {
  constexpr int enough = 20; // doublings after which every `longest` is reached
  const auto doublings = std::clamp(failures, 1, enough + 1) - 1;
  return std::min(first * (std::int64_t{1} << doublings), longest);
}

} // namespace

seconds retry_delay(failure_class what, int failures, double random) {
  switch (what) {
  case failure_class::malformed: {
    constexpr seconds longest{6 * 3'600};
    return std::min(
        scaled(doubled(seconds{600}, failures, longest), 1.0 + 0.1 * unit(random)), longest);
  }
  case failure_class::not_found:
  case failure_class::forbidden:
    return one_day + scaled(one_hour, unit(random));
  case failure_class::transient:
  case failure_class::throttled:
    break;
  }
  constexpr int quick = 3; // retries a second apart
  return std::max(
      scaled(
          doubled(seconds{1}, std::max(failures, quick) - quick + 1, one_hour), unit(random)),
      seconds{1});
}

seconds second_look_delay(double random) {
  constexpr seconds ten_minutes{600};
  return ten_minutes + scaled(ten_minutes, unit(random));
}

seconds unseen_delay(int failures, double random) {
  constexpr std::array<seconds, 4> ladder{seconds{1'800}, 2 * one_hour, 8 * one_hour, one_day};
  constexpr int last = static_cast<int>(ladder.size()) - 1;
  const auto base = ladder[static_cast<std::size_t>(std::clamp(failures - 1, 0, last))];
  return base + scaled(base / 24, unit(random));
}

seconds jittered(seconds base, double random) {
  return scaled(base, 0.9 + 0.2 * unit(random));
}

} // namespace guildhall::domain
