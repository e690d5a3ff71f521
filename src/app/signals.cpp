#include "app/signals.hpp"

#include "core/log.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <pthread.h>

namespace guildhall::app {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

signal_watch::signal_watch(std::function<void()> on_stop) {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread{[set, on_stop = std::move(on_stop)](const std::stop_token& stop) {
    // Long enough to cost nothing, short enough that the end does not wait for it.
    constexpr timespec look_interval{.tv_sec = 0, .tv_nsec = 100'000'000};
    bool stopping = false;
    while (!stop.stop_requested()) {
      const int signal = sigtimedwait(&set, nullptr, &look_interval);
      if (signal != SIGTERM && signal != SIGINT)
        continue;
      if (stopping)
        std::_Exit(128 + signal);
      stopping = true;
      log::info("stopping ({})", signal == SIGTERM ? "SIGTERM" : "SIGINT");
      on_stop();
    }
  }};
}

signal_watch::~signal_watch() = default;

stop_watchdog::stop_watchdog(std::chrono::milliseconds grace)
    : thread_{[grace](const std::stop_token& stop) {
        std::mutex lock;
        std::condition_variable_any called_off;
        std::unique_lock guard{lock};
        called_off.wait_for(guard, stop, grace, [] { return false; });
        if (stop.stop_requested())
          return;
        log::critical("did not stop within {} ms; ends now", grace.count());
        std::_Exit(1);
      }} {}

} // namespace guildhall::app
