#pragma once

#include "core/error.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace guildhall::app {

/// What the thread that runs the service waits for. Any thread may tell.
class service_events {
public:
  enum class kind { stop, started, reload };

  /// The first status counts.
  void stop(int status);
  void started(result<void> outcome);
  void reload();

  /// The next of them: a stop before all else, and again and again.
  kind wait();
  int status() const;
  result<void> outcome() const;

private:
  mutable std::mutex lock_;
  std::condition_variable told_;
  std::optional<int> status_;
  std::optional<result<void>> outcome_;
  bool has_started_{false};
  bool reload_{false};
};

/// The time in which a stop is only announced: not ready, but serving. Any thread.
class stop_announcement {
public:
  void begin(std::chrono::milliseconds lasts);
  /// Ends it; false if there is none to end.
  bool cut();
  /// Until it is over; at once where none has begun.
  void wait();

private:
  std::mutex lock_;
  std::condition_variable cut_short_;
  std::chrono::steady_clock::time_point ends_{};
};

} // namespace guildhall::app
