#pragma once

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/live.hpp"
#include "core/metrics.hpp"
#include "http/door/client_address.hpp"
#include "http/router.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::http {

/// One address that is listened on, with its own routes and limits.
struct listener_options {
  std::string name; ///< in logs and metrics: "api", "admin"
  std::string address{"127.0.0.1"};
  std::uint16_t port{0}; ///< 0: the system chooses; see `server::port`
  router routes;
  /// Origins whose pages may call ("https://host:port"); empty: no CORS headers at all.
  live<std::vector<std::string>> cors_origins{};
  /// For one more, whoever idles longest makes room; when nobody idles it gets 503 and is
  /// closed.
  unsigned max_connections{4096};
  /// The same for those of one address (of IPv6: of one /64); not of trusted proxies.
  unsigned max_connections_per_address{256};
  unsigned max_in_flight{1024}; ///< requests waiting for a late answer; more get 503
  /// Past `max_unsent_bytes` large answers are 503.
  bool sheds_large_answers{true};
  /// Only requests for an address or a name that no public name server knows are answered.
  bool private_hosts_only{false};
  /// Accepts with what is kept back when the process has no descriptors left.
  bool uses_spare_descriptors{false};
  /// Goes on accepting until the other listeners are drained, so that /live and /ready answer.
  bool drains_last{false};
};

struct server_options {
  unsigned io_threads{0};                           ///< 0: one per core, at most 8
  std::size_t max_header_bytes{16 * 1024};          ///< request line and headers: 414, 431
  std::size_t max_body_bytes{100 * 1024};           ///< 413
  std::chrono::milliseconds header_timeout{10'000}; ///< first to last header byte: 408
  std::chrono::milliseconds body_timeout{10'000};   ///< 408
  std::chrono::milliseconds write_timeout{
      20'000}; ///< one whole answer; the connection is closed
  std::chrono::milliseconds idle_timeout{75'000}; ///< between requests; closed without a word
  std::chrono::milliseconds request_deadline{5'000}; ///< 504
  /// Of answers that wait for their clients, over all connections.
  std::size_t max_unsent_bytes{64u << 20};
  proxy_trust trust{};              ///< whose word about the client's address counts
  std::size_t spare_descriptors{8}; ///< kept back for listeners that use them
  std::vector<listener_options> listeners;
};

/// The limits and times of `[http]`, and two listeners: [0] "api" and [1] "admin" (few
/// connections, no CORS, drained last). The caller adds the routes.
server_options options_from(const config& cfg);

/// How many I/O threads there are where so many are wanted (0: one per core, at most 8).
unsigned io_threads_of(unsigned wanted) noexcept;

/// The web server: HTTP/1.1, one io_context per I/O thread, one coroutine per connection.
///
/// Each address has one listening socket without SO_REUSEPORT, whose connections are dealt to
/// the threads in turn: a second instance on the same address is refused by the system, and no
/// queued connection is lost when a socket closes. All members may be called from any thread
/// but an I/O thread.
class server {
public:
  /// Listens and serves. `ec::bad_config` with a sentence when an address is taken or not ours.
  static result<std::unique_ptr<server>> start(server_options how, metrics& measures);

  server(const server&) = delete;
  server& operator=(const server&) = delete;
  /// Stops.
  ~server();

  /// The port that a listener got.
  std::uint16_t port(std::string_view listener) const;

  /// Stops accepting once the backlog is empty; what is accepted is answered with
  /// `Connection: close`. Returns at once. Listeners with `drains_last` go on.
  void begin_drain();
  bool draining() const noexcept;

  /// Whether every connection ended in time (those of `drains_last` listeners are drained after
  /// the others, within the same time). Begins draining if nobody did.
  bool wait_drained(std::chrono::milliseconds at_most);

  /// Closes everything that is left and joins the threads. Slots that are still out answer
  /// nobody.
  void stop();

  /// Requests that wait for a late answer, all listeners together.
  std::size_t in_flight() const noexcept;
  std::size_t connections() const noexcept;

private:
  struct state;
  explicit server(std::unique_ptr<state> own);
  std::unique_ptr<state> state_;
};

} // namespace guildhall::http
