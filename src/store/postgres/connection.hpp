#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pqxx {
class connection_base;
}

namespace guildhall::store {

class session;

struct connection_options {
  std::string dsn; ///< either of libpq's forms
  std::string application_name{"guildhall"};
  bool read_only{false};
  std::chrono::milliseconds connect_timeout{3'000}; ///< libpq counts whole seconds, at least 2
  std::chrono::milliseconds statement_timeout{10'000};
  std::chrono::milliseconds lock_timeout{5'000};
};

/// One connection to PostgreSQL and the thread that watches over it. Blocking; used by one
/// thread at a time, except for `interrupt`. A connection that broke stays broken: throw it
/// away and open another (libpqxx would reconnect silently and lose what the session had).
class connection {
public:
  /// `wrong_credentials` (user, password, or no such database), `database_down` (nobody
  /// listens, still starting up, no free slot, no answer in time), `bad_config` for a DSN that
  /// libpq cannot read.
  static result<std::unique_ptr<connection>> open(const connection_options& options);

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// Runs `work` and turns whatever libpqxx throws into a failure: `database_down` (the
  /// connection is then broken; also a link to write by whose server has become a standby),
  /// `deadline_expired` (also when the server cancelled a statement), `unavailable` (the server
  /// takes nothing at the moment), `database_error` with the statement's name. Nothing is sent
  /// once `expires` has passed; 250 ms after it the socket is shut down, so the call returns
  /// whatever the network does.
  result<void>
  run(deadline expires, std::string_view name,
      const std::function<result<void>(session&)>& work);

  bool broken() const noexcept;

  /// Shuts the socket down: a blocked `run` ends with `database_down`. Any thread.
  void interrupt() noexcept;

  /// For `change_feed`.
  pqxx::connection_base& raw() noexcept;

private:
  struct state;
  explicit connection(std::unique_ptr<state> parts);
  std::unique_ptr<state> state_;
};

} // namespace guildhall::store
