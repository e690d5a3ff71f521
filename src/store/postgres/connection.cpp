#include "store/postgres/connection.hpp"

#include "store/postgres/dsn_options.hpp"
#include "store/postgres/session_state.hpp"
#include "store/postgres/watchdog.hpp"

#include <pqxx/except>
#include <pqxx/nontransaction>

#include <exception>
#include <utility>

namespace guildhall::store {

namespace {

/// How long past its deadline a call may still take: the server's own answer is better than a
/// connection lost.
constexpr std::chrono::milliseconds grace{250};

bool ends_the_connection(const std::string& sqlstate) {
  // Connection exceptions; shutdowns and crashes; the session timeouts that end it.
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25P03";
}

/// The server takes no writes: it is a standby, or the role may only read.
bool is_read_only(const std::string& sqlstate) {
  return sqlstate == "25006";
}

/// No room, no memory, no working disk: nothing is wrong with what was asked, and a minute may
/// mend it.
bool lacks_means(const std::string& sqlstate) {
  return sqlstate.starts_with("53") || sqlstate.starts_with("58");
}

bool ran_out_of_time(const std::string& sqlstate) {
  return sqlstate == "57014" || sqlstate == "55P03";
}

std::string sentence(std::string_view name, std::string_view statement) {
  return std::string(name) + ": statement " + std::string(statement);
}

} // namespace

struct connection::state {
  state(const std::string& options, bool may_only_read)
      : database(options),
        guard(database.sock()),
        read_only(may_only_read) {
    // Never reconnect behind our back: what the session had would be gone without an error.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    database.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }

  ~state() {
    guard.retire();
  }

  pqxx::connection database;
  watchdog guard;
  /// A primary that was replaced goes on as a standby, and its links with it.
  bool is_standby() {
    try {
      pqxx::nontransaction asking(database);
      return asking.exec1("select pg_is_in_recovery()")[0].as<bool>();
    } catch (const std::exception&) {
      return true; // it says nothing: no link to keep
    }
  }

  std::unordered_set<std::string_view> prepared;
  const bool read_only;
  bool broken{false};
};

result<std::unique_ptr<connection>> connection::open(const connection_options& options) {
  const auto merged = connection_string(options);
  if (!merged)
    return fail(merged.error());
  try {
    return std::unique_ptr<connection>(
        new connection(std::make_unique<state>(*merged, options.read_only)));
  } catch (const std::exception&) {
    return fail(
        why_not_connected(*merged, std::chrono::steady_clock::now() + options.connect_timeout));
  }
}

connection::connection(std::unique_ptr<state> parts) : state_(std::move(parts)) {}

connection::~connection() = default;

result<void> connection::run(
    deadline expires, std::string_view name,
    const std::function<result<void>(session&)>& work) {
  if (broken())
    return fail(ec::database_down, "the database connection is lost");
  if (std::chrono::steady_clock::now() >= expires)
    return fail(ec::deadline_expired);

  session::state parts{state_->database, state_->prepared, expires};
  const auto lost = [&]() -> result<void> {
    state_->broken = true;
    return fail(ec::database_down, "the database connection is lost");
  };
  state_->guard.arm(expires + grace);
  result<void> outcome = [&]() -> result<void> {
    try {
      session db(parts);
      return work(db);
    } catch (const session::expired&) {
      return fail(ec::deadline_expired);
    } catch (const pqxx::broken_connection&) {
      return lost();
    } catch (const pqxx::in_doubt_error&) {
      return lost();
    } catch (const pqxx::sql_error& error) {
      if (ends_the_connection(error.sqlstate()))
        return lost();
      if (is_read_only(error.sqlstate()) && !state_->read_only) {
        parts.plain.reset();
        if (state_->is_standby())
          return lost();
        return fail(ec::unavailable, "the database takes no writes: its role may only read");
      }
      if (lacks_means(error.sqlstate()))
        return fail(
            ec::unavailable, "the database has no room or resources at the moment (SQLSTATE "
                                 + error.sqlstate() + ")");
      if (ran_out_of_time(error.sqlstate()))
        return fail(ec::deadline_expired, sentence(name, parts.last_statement));
      // Neither the values nor the server's text, which may quote them.
      return fail(
          ec::database_error,
          sentence(name, parts.last_statement) + " failed with SQLSTATE " + error.sqlstate());
    } catch (const pqxx::transaction_rollback&) {
      return fail(
          ec::database_error, sentence(name, parts.last_statement) + " lost against others");
    } catch (const std::exception& error) {
      return fail(ec::internal, sentence(name, parts.last_statement) + ": " + error.what());
    }
  }();
  parts.plain.reset();
  state_->guard.disarm();
  if (state_->guard.fired() || !state_->database.is_open())
    state_->broken = true;
  if (state_->broken && !outcome && outcome.error().code != ec::deadline_expired)
    return lost();
  return outcome;
}

bool connection::broken() const noexcept {
  return state_->broken || state_->guard.fired();
}

void connection::interrupt() noexcept {
  state_->guard.interrupt();
}

pqxx::connection_base& connection::raw() noexcept {
  return state_->database;
}

} // namespace guildhall::store
