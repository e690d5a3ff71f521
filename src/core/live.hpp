#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace guildhall {

/// A value that can be replaced while others read it. Copies are the same value. Whoever has
/// read it keeps what it was. A reader takes a lock for an instant: not for what every request
/// reads. Any thread.
template <class T>
class live {
public:
  live() : live{T{}} {}
  explicit(false) live(T value)
      : shared_{std::make_shared<shared>(std::make_shared<const T>(std::move(value)))} {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard guard{shared_->lock};
    return shared_->value;
  }
  /// `value->field` for one field; what belongs together is read by one `get`.
  std::shared_ptr<const T> operator->() const {
    return get();
  }
  void set(T value) const {
    auto fresh = std::make_shared<const T>(std::move(value));
    const std::lock_guard guard{shared_->lock};
    std::swap(shared_->value, fresh); // the old one may go after the lock
  }

private:
  struct shared {
    explicit shared(std::shared_ptr<const T> first) : value{std::move(first)} {}
    std::mutex lock;
    std::shared_ptr<const T> value;
  };
  std::shared_ptr<shared> shared_;
};

} // namespace guildhall
