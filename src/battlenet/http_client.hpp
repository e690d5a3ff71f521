#pragma once

#include "battlenet/answer.hpp"
#include "battlenet/request.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace guildhall::battlenet {

struct client_options {
  std::string base_url; ///< "https://eu.api.blizzard.com" or "http://127.0.0.1:8090"
  unsigned connections{16};
  std::size_t max_queue{1024}; ///< requests waiting for a connection; more answer `transient`
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{15'000}; ///< from sending to the last byte
  std::chrono::seconds idle_timeout{30};
  std::size_t max_body_bytes{16u << 20}; ///< after unpacking
  std::string user_agent{"guildhall"};
};

/// Keep-alive HTTP/1.1 connections to one host (TLS with verification for https). Gzip is
/// accepted and unpacked. Thread-safe; completions run on the io_context's threads, exactly
/// once each, also when the client is closed. A kept-alive connection that the peer has closed
/// is not used again. If it is closed while a GET is under way, the answer says `stale`:
/// nothing is sent twice that was asked for once. It throws nothing: what makes no request
/// (`sendable.hpp`) is answered `unsent`, and an exception while one is under way is its
/// failure.
class http_client {
public:
  using completion = std::move_only_function<void(answer)>;

  /// Fails (`ec::bad_config`) for a base URL that is not http(s)://host[:port].
  static result<std::shared_ptr<http_client>>
  make(boost::asio::io_context& io, client_options options);

  virtual ~http_client() = default;

  /// `if_modified_since` is sent verbatim, unless it is empty or no field's value.
  virtual void
  get(const request& what, std::string bearer, std::string if_modified_since, deadline expires,
      completion done) = 0;

  /// POST of a form with HTTP Basic credentials (OAuth token endpoint, which has no budget). On
  /// a stale connection it is sent once more by itself.
  virtual void post_form(
      std::string target, std::string user, std::string password, std::string form,
      deadline expires, completion done) = 0;

  /// Closes every connection; everything waiting completes with `transient`.
  virtual void close() = 0;
};

} // namespace guildhall::battlenet
