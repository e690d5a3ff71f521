#include "core/workshop.hpp"

#include <utility>

namespace guildhall {

workshop::workshop(std::size_t threads, std::size_t max_waiting) : max_waiting_{max_waiting} {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { run(); });
}

workshop::~workshop() {
  std::deque<work> dropped; // without the lock: dropping may ask for more
  {
    const std::lock_guard guard{lock_};
    ends_ = true;
    dropped.swap(waiting_);
  }
  changed_.notify_all();
  threads_.clear(); // joins
}

bool workshop::take(work& what) {
  {
    const std::lock_guard guard{lock_};
    if (ends_ || waiting_.size() >= max_waiting_)
      return false;
    waiting_.push_back(std::move(what));
  }
  changed_.notify_one();
  return true;
}

void workshop::run() {
  for (;;) {
    work next;
    {
      std::unique_lock guard{lock_};
      changed_.wait(guard, [this] { return ends_ || !waiting_.empty(); });
      if (ends_)
        return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }
}

} // namespace guildhall
