#pragma once

#include "core/error.hpp"
#include "http/account/request_log.hpp"
#include "http/account/request_metrics.hpp"
#include "http/door/guests.hpp"
#include "http/door/spare_descriptors.hpp"
#include "http/door/unsent_bytes.hpp"
#include "http/net.hpp"
#include "http/server.hpp"
#include "http/worker.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace guildhall::http {

/// What all listeners and threads of one server share.
struct shared_parts {
  shared_parts(server_options how, metrics& measures);

  const server_options limits;
  unsent_bytes unsent;
  request_log lines;
  prometheus::Gauge& unsent_gauge;
  /// So that the operators' listener answers when the process has no descriptors left. On the
  /// accepting thread.
  spare_descriptors spare;
};

class listener;

/// One connection's place at its listener, given back when it goes, wherever it got to.
class seat {
public:
  seat(listener& at, worker& thread, std::shared_ptr<guest> who, const ip_address& from);
  seat(seat&& other) noexcept
      : at_{std::exchange(other.at_, nullptr)},
        thread_{other.thread_},
        who_{std::move(other.who_)},
        from_{other.from_} {}
  seat& operator=(seat&&) = delete;
  ~seat();

  listener& at() const noexcept {
    return *at_;
  }
  guest& who() const noexcept {
    return *who_;
  }
  const ip_address& from() const noexcept {
    return from_;
  }

private:
  listener* at_;
  worker* thread_;
  std::shared_ptr<guest> who_;
  ip_address from_;
};

/// One listening socket, and what its connections share. Accepting happens on the first I/O
/// thread.
class listener {
public:
  using workers = std::vector<std::unique_ptr<worker>>;

  listener(listener_options how, shared_parts& shared, std::size_t index, metrics& measures);

  /// Binds and listens; connections wait in the backlog until `start`. `ec::bad_config` with a
  /// sentence when the address cannot be had.
  result<void> open(asio::io_context& io);
  /// Accepts, and deals each connection to the thread with the fewest.
  void start(const workers& threads);

  /// Takes what the backlog holds, then closes the socket. Any thread.
  void begin_drain();
  /// Closes the socket. Any thread.
  void stop();
  /// Lets go of the io_context, after its thread has ended.
  void release() noexcept {
    acceptor_.reset();
  }

  std::uint16_t port() const noexcept {
    return port_;
  }
  std::size_t index() const noexcept {
    return index_;
  }
  const listener_options& options() const noexcept {
    return options_;
  }
  const server_options& limits() const noexcept {
    return shared_.limits;
  }
  shared_parts& shared() const noexcept {
    return shared_;
  }
  const request_metrics& measures() const noexcept {
    return measures_;
  }
  bool draining() const noexcept {
    return draining_;
  }
  bool accepting() const noexcept {
    return accepting_;
  }

  std::atomic<unsigned> connections{0};
  std::atomic<unsigned> in_flight{0};

private:
  friend class seat;

  task<> accept_loop(const workers& threads);
  task<> wait_for_descriptors(net_timer& timer, const boost::system::error_code& why);
  bool accept_one(const workers& threads, boost::system::error_code& error);
  bool accept_with_spare(const workers& threads);
  void admit(net_socket peer, worker& thread);
  void turn_away(net_socket peer, const ip_address& from, guest_list::verdict why);
  void take_backlog(const workers& threads);

  const listener_options options_;
  shared_parts& shared_;
  const std::size_t index_;
  const request_metrics measures_;
  guest_list guests_;
  std::optional<net_acceptor> acceptor_;
  std::uint16_t port_{0};
  std::atomic<bool> draining_{false};
  std::atomic<bool> accepting_{false};
};

} // namespace guildhall::http
