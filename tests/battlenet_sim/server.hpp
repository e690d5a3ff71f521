#pragma once

#include "battlenet_sim/options.hpp"
#include "battlenet_sim/simulation.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace guildhall::sim {

/// The simulator on a socket: plain HTTP/1.1 with keep-alive, all regions on one port.
///
///     sim::server upstream;
///     auto port = upstream.start(opts);   // http://127.0.0.1:port
///     upstream.service().book.summary();  // or over HTTP: /_sim/ledger
///
/// The destructor stops it. Not to be used from its own threads.
class server {
public:
  /// Connections at a time; more are closed at once.
  static constexpr std::size_t max_connections = 4'096;
  static constexpr std::size_t max_header_bytes = 16'384;
  /// A fault may say what is larger than any answer.
  static constexpr std::size_t max_body_bytes = 32U << 20U;
  static constexpr int idle_seconds = 120;

  server();
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Makes the world, binds and serves on `threads` threads of its own. Returns the port.
  /// Throws std::runtime_error when it cannot bind or the recordings cannot be read.
  std::uint16_t start(options opts);

  /// Closes everything and joins the threads; may be called again.
  void stop();

  /// Only while started.
  simulation& service();
  std::string url() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace guildhall::sim
