#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace pqxx {
class connection_base;
}

namespace guildhall::store {

class host_memory;
class session;

/// What stands between us and PostgreSQL.
enum class pooling : std::uint8_t {
  session,    ///< nothing, or a pooler that keeps a session for each client
  transaction ///< a pooler that may take another session for each transaction
};

struct connection_options {
  std::string dsn; ///< either of libpq's forms
  std::string application_name{"guildhall"};
  bool read_only{false};
  std::chrono::milliseconds connect_timeout{3'000}; ///< for each host
  std::chrono::milliseconds statement_timeout{10'000};
  std::chrono::milliseconds lock_timeout{5'000};
  store::pooling pooling{store::pooling::session};
  std::string key{"database.dsn"};      ///< what a person would mend
  std::shared_ptr<host_memory> hosts{}; ///< shared by links of this DSN; may be missing
  std::stop_token stop{};               ///< ends an attempt
};

/// One connection to PostgreSQL and the thread that watches over it. Blocking; used by one
/// thread at a time, except for `interrupt`. A connection that broke stays broken: throw it
/// away and open another (libpqxx would reconnect silently and lose what the session had).
class connection {
public:
  /// Asks the DSN's hosts one after the other, the last good one first, `connect_timeout` each,
  /// and takes the first that is what `target_session_attrs` wants; a link to write by needs a
  /// primary. What we rely on is then set and read back.
  /// `wrong_credentials` (user, password, or no such database), `database_down` (nobody
  /// listens, still starting up, no free slot, no answer in time, a standby, a role that may
  /// only read), `bad_config` for a DSN that libpq cannot read, for a pooler in transaction
  /// mode that `pooling` does not speak of, and for settings that do not come into force;
  /// `shutting_down` by `stop`.
  static result<std::unique_ptr<connection>> open(const connection_options& options);

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// Runs `work` and turns whatever libpqxx throws into a failure, as `sqlstate.hpp` says:
  /// `database_down` (the connection is then broken; also a link to write by whose server has
  /// become a standby), `outcome_unknown` (it broke while a change was being made),
  /// `deadline_expired` (also when the server cancelled a statement), `database_refuses`,
  /// `contended`, `database_error` with the statement's name. Nothing is sent once
  /// `expires` has passed; 250 ms after it the socket is shut down, so the call returns
  /// whatever the network does.
  result<void>
  run(deadline expires, std::string_view name,
      const std::function<result<void>(session&)>& work);

  bool broken() const noexcept;
  /// Whether it has met a role that may only read. It is not broken, but of no use for writing.
  bool refuses_writes() const noexcept;

  /// Whether the server answers, and is still what a link like this needs.
  result<void> prove(deadline expires);

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
