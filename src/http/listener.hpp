#pragma once

#include "core/error.hpp"
#include "http/net.hpp"
#include "http/request_metrics.hpp"
#include "http/server.hpp"
#include "http/worker.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace guildhall::http {

/// One listening socket, and what its connections share. Accepting happens on the first I/O
/// thread.
class listener {
public:
  using workers = std::vector<std::unique_ptr<worker>>;

  listener(
      listener_options how, const server_options& limits, std::size_t index, metrics& measures);

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
    return limits_;
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
  task<> accept_loop(const workers& threads);
  void admit(net_socket peer, worker& thread);
  void take_backlog(const workers& threads);

  const listener_options options_;
  const server_options& limits_;
  const std::size_t index_;
  const request_metrics measures_;
  std::optional<net_acceptor> acceptor_;
  std::uint16_t port_{0};
  std::atomic<bool> draining_{false};
  std::atomic<bool> accepting_{false};
};

} // namespace guildhall::http
