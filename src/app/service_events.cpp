#include "app/service_events.hpp"

#include <utility>

namespace guildhall::app {

void service_events::stop(int status) {
  {
    const std::lock_guard guard{lock_};
    if (!status_)
      status_ = status;
  }
  told_.notify_all();
}

void service_events::started(result<void> outcome) {
  {
    const std::lock_guard guard{lock_};
    outcome_ = std::move(outcome);
    has_started_ = true;
  }
  told_.notify_all();
}

void service_events::reload() {
  {
    const std::lock_guard guard{lock_};
    reload_ = true;
  }
  told_.notify_all();
}

service_events::kind service_events::wait() {
  std::unique_lock guard{lock_};
  told_.wait(guard, [this] { return status_ || has_started_ || reload_; });
  if (status_)
    return kind::stop;
  if (std::exchange(has_started_, false))
    return kind::started;
  reload_ = false;
  return kind::reload;
}

int service_events::status() const {
  const std::lock_guard guard{lock_};
  return status_.value_or(0);
}

result<void> service_events::outcome() const {
  const std::lock_guard guard{lock_};
  return outcome_.value_or(result<void>{});
}

void stop_announcement::begin(std::chrono::milliseconds lasts) {
  const std::lock_guard guard{lock_};
  ends_ = std::chrono::steady_clock::now() + lasts;
}

bool stop_announcement::cut() {
  {
    const std::lock_guard guard{lock_};
    const auto now = std::chrono::steady_clock::now();
    if (now >= ends_)
      return false;
    ends_ = now;
  }
  cut_short_.notify_all();
  return true;
}

void stop_announcement::wait() {
  std::unique_lock guard{lock_};
  while (std::chrono::steady_clock::now() < ends_)
    cut_short_.wait_until(guard, ends_);
}

} // namespace guildhall::app
