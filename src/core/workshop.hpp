#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace guildhall {

/// Threads for what takes long and is asked for by threads that must not: one piece of work
/// after the other, in the order in which they came. Thread-safe.
class workshop {
public:
  using work = std::move_only_function<void()>;

  /// At most `max_waiting` pieces wait.
  workshop(std::size_t threads, std::size_t max_waiting);
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;
  /// Ends with what is at work; what waits is dropped.
  ~workshop();

  /// False, and the work is as it was, when as many wait as may.
  bool take(work& what);

private:
  void run();

  const std::size_t max_waiting_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<work> waiting_;
  bool ends_{false};
  std::vector<std::jthread> threads_;
};

} // namespace guildhall
