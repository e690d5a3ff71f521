#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace guildhall::system_test {

using steady = std::chrono::steady_clock;

inline double seconds_since(steady::time_point start) {
  return std::chrono::duration<double>(steady::now() - start).count();
}

/// Does something at the end of its scope, however that comes.
struct at_end {
  std::function<void()> run;
  explicit at_end(std::function<void()> what) : run(std::move(what)) {}
  at_end(const at_end&) = delete;
  at_end& operator=(const at_end&) = delete;
  ~at_end() {
    run();
  }
};

/// Looks until `condition` holds. Throws, naming `what`, when it does not come true in time.
template <class Condition>
void eventually(
    const std::string& what, std::chrono::milliseconds bound, Condition condition,
    std::chrono::milliseconds interval = std::chrono::milliseconds{50}) {
  const auto end = steady::now() + bound;
  while (!condition()) {
    if (steady::now() > end)
      throw std::runtime_error(
          "within " + std::to_string(bound.count()) + " ms it did not come true that " + what);
    std::this_thread::sleep_for(interval);
  }
}

} // namespace guildhall::system_test
