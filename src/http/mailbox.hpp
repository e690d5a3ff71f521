#pragma once

#include "http/reply_slot.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace guildhall::http {

class connection;
class worker;

/// Where reply slots deliver: it outlives its connection as long as a slot is out, and the
/// server.
class mailbox final : public reply_target, public std::enable_shared_from_this<mailbox> {
public:
  explicit mailbox(connection& owner, worker& thread) noexcept
      : owner_{&owner},
        thread_{&thread} {}

  void deliver(std::uint64_t turn, response answer) noexcept override;
  bool go_on(std::move_only_function<void()>& work) noexcept override;
  /// Any thread. The connection ends, if it has not.
  void end_connection() noexcept;
  /// On the connection's thread, when it ends.
  void close() noexcept;

private:
  std::mutex lock_; ///< held by other threads to read, by the connection's own to write
  connection* owner_;
  worker* const thread_;
};

} // namespace guildhall::http
