#include "http/mailbox.hpp"

#include "http/connection.hpp"
#include "http/worker.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace guildhall::http {

void mailbox::deliver(std::uint64_t turn, response answer) noexcept {
  if (thread_->is_current()) {
    if (owner_)
      owner_->accept(turn, std::move(answer));
    return;
  }
  const std::lock_guard guard{lock_};
  if (!owner_)
    return;
  asio::post(
      thread_->context(),
      [self = shared_from_this(), turn, answer = std::move(answer)]() mutable {
        if (self->owner_)
          self->owner_->accept(turn, std::move(answer));
      });
}

bool mailbox::go_on(std::move_only_function<void()>& work) noexcept {
  if (thread_->is_current()) {
    work();
    return true;
  }
  const std::lock_guard guard{lock_};
  if (!owner_) // else its thread is there
    return false;
  asio::post(thread_->context(), std::move(work));
  return true;
}

void mailbox::end_connection() noexcept {
  const std::lock_guard guard{lock_};
  if (owner_)
    asio::post(thread_->context(), [self = shared_from_this()] {
      if (self->owner_)
        self->owner_->abort();
    });
}

void mailbox::close() noexcept {
  const std::lock_guard guard{lock_};
  owner_ = nullptr;
}

} // namespace guildhall::http
