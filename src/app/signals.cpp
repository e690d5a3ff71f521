#include "app/signals.hpp"

#include "core/log.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <pthread.h>
#include <string_view>

namespace guildhall::app {

namespace {

sigset_t held_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})
    sigaddset(&set, signal);
  return set;
}

std::string_view name_of(int signal) {
  switch (signal) {
  case SIGTERM:
    return "SIGTERM";
  case SIGINT:
    return "SIGINT";
  case SIGHUP:
    return "SIGHUP";
  case SIGUSR1:
    return "SIGUSR1";
  default:
    return "SIGUSR2";
  }
}

void take(int signal, const signal_watch::actions& what) {
  switch (signal) {
  case SIGTERM:
  case SIGINT:
    // Before a word is said: who reads it may be what hangs.
    if (what.on_stop() == after_stop::ends_now)
      std::_Exit(128 + signal);
    log::info("stopping ({})", name_of(signal));
    break;
  case SIGHUP:
    what.on_reload();
    break;
  default:
    log::info("{} does nothing here", name_of(signal));
  }
}

} // namespace

void hold_signals() {
  const auto set = held_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

signal_watch::signal_watch(actions what) {
  hold_signals();
  thread_ = std::jthread{[what = std::move(what)](const std::stop_token& stop) {
    // Long enough to cost nothing, short enough that the end does not wait for it.
    constexpr timespec look_interval{.tv_sec = 0, .tv_nsec = 100'000'000};
    const auto set = held_signals();
    while (!stop.stop_requested())
      if (const int signal = sigtimedwait(&set, nullptr, &look_interval); signal > 0)
        take(signal, what);
  }};
}

signal_watch::~signal_watch() = default;

stop_watchdog::stop_watchdog(std::chrono::milliseconds grace, int status)
    : thread_{[grace, status](const std::stop_token& stop) {
        std::mutex lock;
        std::condition_variable_any called_off;
        std::unique_lock guard{lock};
        called_off.wait_for(guard, stop, grace, [] { return false; });
        if (stop.stop_requested())
          return;
        if (status != 0)
          log::critical("did not stop within {} ms; ends now", grace.count());
        std::_Exit(status);
      }} {}

} // namespace guildhall::app
