#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace guildhall::simulation {

/// Chance, drawn from one seed. Everything that happens in a run hangs on objects of this kind,
/// so the same seed gives the same run.
class chance {
public:
  explicit chance(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t number() {
    return engine_();
  }
  /// In [0, 1).
  double unit() {
    return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }
  /// In [from, to].
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from
         + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(to - from + 1));
  }
  bool happens(double probability) {
    return unit() < probability;
  }
  std::chrono::milliseconds wait(std::int64_t from_ms, std::int64_t to_ms) {
    return std::chrono::milliseconds{between(from_ms, to_ms)};
  }

private:
  std::mt19937_64 engine_;
};

} // namespace guildhall::simulation
