#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace guildhall::app {

/// From here on the signals that a service understands (SIGTERM, SIGINT, SIGHUP, SIGUSR1,
/// SIGUSR2) wait for a `signal_watch` instead of ending the process. For a thread and those
/// that it makes: call it before there are others.
void hold_signals();

/// Whether the process may go on after a signal to stop.
enum class after_stop { goes_on, ends_now };

/// Waits for signals on a thread of its own. SIGTERM and SIGINT call `on_stop`, which says
/// whether the process ends at once (with status 128 + the signal's number); SIGHUP calls
/// `on_reload`; SIGUSR1 and SIGUSR2 do nothing, and that is logged. Make it before any other
/// thread.
class signal_watch {
public:
  struct actions {
    std::function<after_stop()> on_stop;
    std::function<void()> on_reload;
  };

  explicit signal_watch(actions what);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

private:
  std::jthread thread_;
};

/// Ends the process with `status` if it still lives after `grace`: no blocked thread may keep a
/// stopping process alive. Destroying it calls it off.
class stop_watchdog {
public:
  stop_watchdog(std::chrono::milliseconds grace, int status);

private:
  std::jthread thread_;
};

} // namespace guildhall::app
