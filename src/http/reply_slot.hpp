#pragma once

#include "core/clock.hpp"
#include "http/response.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace guildhall::http {

/// Where answers go: a connection, or a test.
class reply_target {
public:
  virtual ~reply_target() = default;
  /// Any thread. `turn` says which request the answer belongs to; one that has been answered
  /// meanwhile (504 past its deadline) ignores it.
  virtual void deliver(std::uint64_t turn, response answer) noexcept = 0;
  /// Any thread. Runs `work` on the thread that the requests come from, at once if that is this
  /// one. False, and `work` is as it was, if the requests have come to an end.
  virtual bool go_on(std::move_only_function<void()>& work) noexcept = 0;
};

/// The right to answer one request, exactly once, from any thread. Dropped without an answer it
/// answers 503, so that no client hangs on an actor that died.
class reply_slot {
public:
  reply_slot(
      std::shared_ptr<reply_target> target, std::uint64_t turn, deadline expires) noexcept
      : target_{std::move(target)},
        turn_{turn},
        expires_{expires} {}
  reply_slot(reply_slot&&) noexcept = default;
  reply_slot& operator=(reply_slot&&) = delete;
  ~reply_slot();

  /// The second and later calls do nothing.
  void send(response answer) noexcept;
  void fail(const failure& why) {
    send(error_response(why));
  }

  /// When the client gets 504 instead; goes into what is asked on its behalf.
  deadline expires() const noexcept {
    return expires_;
  }

  /// Where the handler goes on after it has waited.
  const std::shared_ptr<reply_target>& target() const noexcept {
    return target_;
  }

private:
  std::shared_ptr<reply_target> target_; ///< null once answered
  std::uint64_t turn_;
  deadline expires_;
};

} // namespace guildhall::http
