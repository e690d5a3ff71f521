#include "store/postgres/watchdog.hpp"

#include <sys/socket.h>

namespace guildhall::store {

watchdog::watchdog(int socket) : socket_(socket), thread_([this] { loop(); }) {}

watchdog::~watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void watchdog::arm(deadline at) {
  bool too_late = false;
  {
    const std::lock_guard lock(mutex_);
    armed_ = true;
    at_ = at;
    too_late = at < sleeping_until_;
  }
  if (too_late)
    wake_.notify_one();
}

void watchdog::disarm() {
  const std::lock_guard lock(mutex_);
  armed_ = false;
}

void watchdog::retire() noexcept {
  const std::lock_guard lock(mutex_);
  socket_ = -1;
}

void watchdog::interrupt() noexcept {
  const std::lock_guard lock(mutex_);
  shut_down();
}

bool watchdog::fired() const noexcept {
  const std::lock_guard lock(mutex_);
  return fired_;
}

void watchdog::shut_down() noexcept {
  fired_ = true;
  if (socket_ >= 0)
    ::shutdown(socket_, SHUT_RDWR);
}

void watchdog::loop() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (armed_ && std::chrono::steady_clock::now() >= at_) {
      shut_down();
      armed_ = false;
    }
    sleeping_until_ = armed_ ? at_ : deadline::max();
    if (armed_)
      wake_.wait_until(lock, sleeping_until_);
    else
      wake_.wait(lock);
  }
}

} // namespace guildhall::store
