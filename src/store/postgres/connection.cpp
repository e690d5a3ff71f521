#include "store/postgres/connection.hpp"

#include "core/log.hpp"
#include "store/postgres/hosts.hpp"
#include "store/postgres/opening.hpp"
#include "store/postgres/session_state.hpp"
#include "store/postgres/sqlstate.hpp"
#include "store/postgres/watchdog.hpp"

#include <pqxx/except>
#include <pqxx/nontransaction>

#include <exception>
#include <libpq-fe.h>
#include <utility>

namespace guildhall::store {

namespace {

/// How long past its deadline a call may still take: the server's own answer is better than a
/// connection lost.
constexpr std::chrono::milliseconds grace{250};

/// Gives libpqxx a connection that was made already.
class made_already final : public pqxx::connectionpolicy {
public:
  explicit made_already(PGconn* made) : connectionpolicy({}), made_(made) {}

  handle do_startconnect(handle mine) override {
    return mine ? mine : std::exchange(made_, nullptr);
  }
  handle do_completeconnect(handle mine) override {
    return mine;
  }

private:
  PGconn* made_;
};

class open_database final : public pqxx::connection_base {
public:
  explicit open_database(PGconn* made) : connection_base(policy_), policy_(made) {
    try {
      init();
    } catch (...) {
      close(); // nobody else would
      throw;
    }
    // Never reconnect behind our back: what the session had would be gone without an error.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }
  ~open_database() {
    close();
  }

private:
  made_already policy_;
};

std::string sentence(std::string_view name, std::string_view statement) {
  return std::string(name) + ": statement " + std::string(statement);
}

} // namespace

struct connection::state {
  state(PGconn* made, const connection_options& options)
      : database(made),
        guard(database.sock()),
        hosts(options.hosts),
        key(options.key),
        local_settings(
            options.pooling == pooling::transaction ? settings_of_a_transaction(options)
                                                    : std::string{}),
        read_only(options.read_only) {}

  ~state() {
    guard.retire();
  }

  open_database database;
  watchdog guard;
  std::unordered_set<std::string_view> prepared;
  const std::shared_ptr<host_memory> hosts;
  const std::string key;
  const std::string local_settings; ///< empty where a session is kept
  const bool read_only;
  bool broken{false};
  bool refuses_writes{false};

  /// A primary that was replaced goes on as a standby, and its links with it.
  bool is_standby() {
    try {
      pqxx::nontransaction asking(database);
      return asking.exec1("select pg_is_in_recovery()")[0].as<bool>();
    } catch (const std::exception&) {
      return true; // it says nothing: no link to keep
    }
  }

  /// A change that was under way is there or not: nobody can tell.
  result<void> lost(bool in_doubt) {
    broken = true;
    if (hosts)
      hosts->doubt(); // it may be another pooler that comes back
    if (in_doubt && !read_only)
      return fail(ec::outcome_unknown);
    return fail(failure_of(trouble::lost, {}, {}));
  }

  result<void> refused(const pqxx::sql_error& error, session::state& parts, std::string where) {
    const auto code = sqlstate_of(error);
    const auto what = trouble_of(code);
    switch (what) {
    case trouble::lost:
      return lost(parts.in_doubt);
    case trouble::read_only:
      if (read_only)
        return fail(failure_of(trouble::ours, code, where));
      parts.plain.reset();
      if (is_standby())
        return lost(false);
      refuses_writes = true;
      break;
    case trouble::wrong_pooling:
      if (!local_settings.empty())
        return fail(failure_of(trouble::ours, code, where));
      log::error("database: {}", wrong_pooling_sentence(key));
      return lost(false);
    case trouble::stale_plan:
      // What was prepared before the table changed; else it is what it says.
      if (parts.prepared_now)
        return fail(failure_of(trouble::ours, code, where));
      return lost(false);
    case trouble::locked:
      log::warn("{} waited too long for a lock", where);
      break;
    default:
      break;
    }
    return fail(failure_of(what, code, where));
  }
};

result<std::unique_ptr<connection>> connection::open(const connection_options& options) {
  auto link = open_link(options);
  if (!link)
    return fail(link.error());
  try {
    return std::unique_ptr<connection>(
        new connection(std::make_unique<state>(link->release(), options)));
  } catch (const std::exception&) {
    return fail(ec::database_down, "the database connection is lost");
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

  session::state parts{state_->database, state_->prepared, expires, state_->local_settings};
  const auto where = [&] { return sentence(name, parts.last_statement); };
  state_->guard.arm(expires + grace);
  result<void> outcome = [&]() -> result<void> {
    try {
      session db(parts);
      return work(db);
    } catch (const session::expired&) {
      // Something was committed, and what was to follow was not even begun.
      return fail(parts.in_doubt ? ec::outcome_unknown : ec::deadline_expired);
    } catch (const pqxx::broken_connection&) {
      return state_->lost(parts.in_doubt);
    } catch (const pqxx::in_doubt_error&) {
      return state_->lost(parts.in_doubt);
    } catch (const pqxx::statement_completion_unknown&) {
      return state_->lost(true);
    } catch (const pqxx::sql_error& error) {
      return state_->refused(error, parts, where());
    } catch (const pqxx::transaction_rollback&) {
      log::warn("{} lost against others, again and again", where());
      return fail(failure_of(trouble::collision, {}, {}));
    } catch (const std::exception& error) {
      return fail(ec::internal, where() + ": " + error.what());
    }
  }();
  parts.plain.reset();
  state_->guard.disarm();
  if (state_->guard.fired() || !state_->database.is_open())
    state_->broken = true;
  const auto told = outcome ? ec::none : outcome.error().code;
  if (state_->broken && !outcome && told != ec::deadline_expired && told != ec::database_down
      && told != ec::outcome_unknown)
    return state_->lost(parts.in_doubt);
  return outcome;
}

bool connection::broken() const noexcept {
  return state_->broken || state_->guard.fired();
}

bool connection::refuses_writes() const noexcept {
  return state_->refuses_writes;
}

result<void> connection::prove(deadline expires) {
  return run(expires, "prove", [this](session& db) -> result<void> {
    const auto seen = db.exec_raw(
        "select pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'");
    if (state_->read_only)
      return {};
    if (seen[0][0].as<bool>())
      return state_->lost(false);
    state_->refuses_writes = seen[0][1].as<bool>();
    return {};
  });
}

void connection::interrupt() noexcept {
  state_->guard.interrupt();
}

pqxx::connection_base& connection::raw() noexcept {
  return state_->database;
}

} // namespace guildhall::store
