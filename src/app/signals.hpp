#pragma once

#include <functional>
#include <thread>

namespace guildhall::app {

/// Waits for SIGTERM and SIGINT on a thread of its own. The first one calls `on_stop`; a second
/// one ends the process at once. Make it before any other thread: they inherit the blocked
/// signals.
class signal_watch {
public:
  explicit signal_watch(std::function<void()> on_stop);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

private:
  std::jthread thread_;
};

/// Ends the process with status 1 if it still lives after `grace`: no blocked thread may keep a
/// stopping process alive. Destroying it calls it off.
class stop_watchdog {
public:
  explicit stop_watchdog(std::chrono::milliseconds grace);

private:
  std::jthread thread_;
};

} // namespace guildhall::app
