#pragma once

#include "core/clock.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace guildhall::store {

/// Shuts a socket down when a deadline passes: the only bound on a blocked libpq call that
/// holds whatever the network does. One thread per connection; arming it costs no system call
/// as long as deadlines grow.
class watchdog {
public:
  explicit watchdog(int socket);
  ~watchdog();

  void arm(deadline at);
  void disarm();
  /// The socket is about to be closed: it is nobody's to shut down any more.
  void retire() noexcept;
  /// Shuts the socket down now. Any thread.
  void interrupt() noexcept;
  /// Whether the socket was shut down, by time or by `interrupt`.
  bool fired() const noexcept;

private:
  void shut_down() noexcept; ///< with the mutex held
  void loop();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  int socket_;
  bool armed_{false};
  bool fired_{false};
  bool stop_{false};
  deadline at_{};
  deadline sleeping_until_{deadline::max()};
  std::thread thread_;
};

} // namespace guildhall::store
