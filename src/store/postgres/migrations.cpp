#include "store/postgres/migrations.hpp"

#include "core/crypto.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/session.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

namespace guildhall::store {

namespace {

constexpr std::chrono::milliseconds pause_between_tries{100};
/// How long a migration may wait for a table's lock before it gives way to the traffic.
constexpr std::string_view transaction_settings{
    "set local lock_timeout = '3s'; set local statement_timeout = '30min';"
    "set local idle_in_transaction_session_timeout = '30min'"};
/// A server that does not hear that we have gone would hold its locks until the statement ends.
/// Not every platform of a server can look.
constexpr std::string_view look_for_client{R"(
  do $$ begin
    perform set_config('client_connection_check_interval', '1s', false);
  exception when others then null;
  end $$)"};
constexpr std::string_view take_turn{"select pg_try_advisory_xact_lock(7318349394477056)"};
constexpr std::string_view table{R"(
  create table if not exists schema_migrations (
    version    integer primary key,
    name       text not null,
    checksum   text not null,
    release    integer not null,
    -- Of one that runs outside of a transaction: who runs it, until it is finished.
    backend    integer,
    started_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz
  ))"};

struct applied_migration {
  std::string name;
  std::string checksum;
  int release{0};
  bool finished{false};
  bool abandoned{false}; ///< its backend is gone
};
using history = std::map<int, applied_migration>;

std::string quoted(std::string_view text) {
  std::string out{"'"};
  for (const char c : text)
    out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string checksum_of(const migration& file) {
  const auto digest = crypto::sha256(file.sql);
  return crypto::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

int release_of(const migration& file) {
  constexpr std::string_view mark{"-- release "};
  const auto at = file.sql.find(mark);
  return at == std::string_view::npos ? 1 : std::atoi(file.sql.data() + at + mark.size());
}

bool runs_outside_of_transaction(const migration& file) {
  return file.sql.starts_with("-- no transaction");
}

/// Statements end with a semicolon at the end of a line.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < sql.size();) {
    auto end = sql.find(";\n", at);
    end = end == std::string_view::npos ? sql.size() : end + 2;
    out.emplace_back(sql.substr(at, end - at));
    at = end;
  }
  return out;
}

history read_history(session& db) {
  history out;
  const auto exists = db.exec_raw("select to_regclass('schema_migrations') is not null");
  if (!exists[0][0].as<bool>())
    return out;
  for (const auto& row : db.exec_raw(R"(
         select version, name, checksum, release, applied_at is not null,
                applied_at is null and not exists (
                  select from pg_stat_activity a
                  where a.pid = m.backend and a.backend_start <= m.started_at)
         from schema_migrations m)")) {
    int version = 0;
    applied_migration line;
    fields(row) >> version >> line.name >> line.checksum >> line.release >> line.finished
        >> line.abandoned;
    out.emplace(version, std::move(line));
  }
  return out;
}

/// Whether the binary may work with what was applied.
result<void> check_history(const history& applied, std::span<const migration> known) {
  int newest = 0;
  for (const auto& file : known) {
    newest = std::max(newest, release_of(file));
    const auto found = applied.find(file.version);
    if (found != applied.end() && found->second.checksum != checksum_of(file))
      return fail(
          ec::schema_mismatch, "migration " + std::to_string(file.version) + " ("
                                   + std::string(file.name)
                                   + ") was changed after it had been applied: this is another "
                                     "guildhall's database; give this one its own");
  }
  for (const auto& [version, line] : applied)
    if (line.release > newest + 1)
      return fail(
          ec::schema_mismatch, "the database is at release " + std::to_string(line.release)
                                   + ", this binary knows up to " + std::to_string(newest)
                                   + ": run a newer guildhall");
  return {};
}

std::string record(const migration& file, bool finished) {
  return "insert into schema_migrations (version, name, checksum, release, backend, "
         "applied_at) "
         "values ("
       + std::to_string(file.version) + ", " + quoted(file.name) + ", "
       + quoted(checksum_of(file)) + ", " + std::to_string(release_of(file)) + ", "
       + "pg_backend_pid(), " + (finished ? "clock_timestamp()" : "null")
       + ") on conflict (version) do update set backend = excluded.backend, "
         "started_at = clock_timestamp(), applied_at = excluded.applied_at";
}

enum class turn { applied, wait, finished };
struct step {
  turn what{turn::finished};
  const migration* file{nullptr}; ///< when applied, or to be run outside of a transaction now
};

/// The first that is neither applied nor under way elsewhere; none when all are applied.
result<step> choose(const history& applied, std::span<const migration> known) {
  if (auto ok = check_history(applied, known); !ok)
    return fail(ok.error());
  for (const auto& file : known) {
    const auto found = applied.find(file.version);
    if (found != applied.end() && found->second.finished)
      continue;
    if (found != applied.end() && !found->second.abandoned)
      return step{turn::wait};
    return step{turn::applied, &file};
  }
  return step{turn::finished};
}

/// Looks at the history under the lock and does the next migration, if it is this one's turn.
result<step>
next_step(session& db, std::span<const migration> known, const migration_watch& watch) {
  return db.transaction([&]() -> result<step> {
    db.exec_raw(std::string(transaction_settings));
    // Never waited for with a snapshot held: a concurrent index would wait for us.
    if (!db.exec_raw(std::string(take_turn))[0][0].as<bool>())
      return step{turn::wait};
    db.exec_raw(std::string(table));
    auto chosen = choose(read_history(db), known);
    if (!chosen || chosen->what != turn::applied)
      return chosen;
    const auto& file = *chosen->file;
    if (watch.on_step)
      watch.on_step(&file);
    const bool outside = runs_outside_of_transaction(file);
    if (outside && !db.is_kept()) // what it sets, and who runs it, would be somebody else's
      return fail(
          ec::schema_mismatch, "migration " + std::to_string(file.version)
                                   + " cannot run through a pooler in transaction mode: set "
                                     "database.listen_dsn, or "
                                     "run guildhall migrate with a direct database.dsn");
    if (!outside)
      db.exec_raw(std::string(file.sql));
    db.exec_raw(record(file, !outside));
    return chosen;
  });
}

void run_outside(session& db, const migration& file) {
  db.exec_raw("set statement_timeout = 0; set lock_timeout = '3s'");
  for (const auto& sql : statements_of(file.sql))
    db.exec_raw(sql);
  db.exec_raw("reset statement_timeout; reset lock_timeout");
  db.exec_raw(
      "update schema_migrations set applied_at = clock_timestamp(), backend = null "
      "where version = "
      + std::to_string(file.version));
}

auto missing(const history& applied, std::span<const migration> known) {
  return std::ranges::count_if(known, [&](const auto& file) {
    const auto found = applied.find(file.version);
    return found == applied.end() || !found->second.finished;
  });
}

} // namespace

result<std::vector<migration_line>>
migration_status(connection& db, deadline expires, std::span<const migration> known) {
  std::vector<migration_line> lines;
  const auto outcome = db.run(expires, "migration status", [&](session& s) -> result<void> {
    auto applied = read_history(s);
    for (const auto& file : known) {
      migration_line line{.version = file.version, .name = std::string(file.name)};
      if (const auto found = applied.find(file.version); found != applied.end()) {
        line.applied = found->second.finished;
        line.changed = found->second.checksum != checksum_of(file);
        applied.erase(found);
      }
      lines.push_back(std::move(line));
    }
    for (const auto& [version, line] : applied)
      lines.push_back(
          {.version = version, .name = line.name, .applied = line.finished, .known = false});
    return {};
  });
  if (!outcome)
    return fail(outcome.error());
  std::ranges::sort(lines, {}, &migration_line::version);
  return lines;
}

result<void> check_schema(connection& db, deadline expires, std::span<const migration> known) {
  return db.run(expires, "check schema", [&](session& s) -> result<void> {
    const auto applied = read_history(s);
    if (auto fits = check_history(applied, known); !fits)
      return fits;
    if (const auto count = missing(applied, known); count > 0)
      return fail(
          ec::schema_mismatch,
          "the database lacks " + std::to_string(count)
              + " of this binary's migrations: run guildhall migrate first");
    return {};
  });
}

known_schema newest_schema(std::span<const migration> known) {
  known_schema newest;
  for (const auto& file : known)
    newest = {
        std::max(newest.version, file.version), std::max(newest.release, release_of(file))};
  return newest;
}

std::string number_of(const migration& which) {
  constexpr std::size_t digits = 4;
  auto number = std::to_string(which.version);
  number.insert(0, digits - std::min(digits, number.size()), '0');
  return number;
}

namespace {

/// Everything that is missing, one after the other; `done` gets the versions.
result<void> apply_missing(
    session& db, std::span<const migration> known, const migration_watch& watch,
    std::vector<int>& done) {
  if (db.is_kept()) // through a transaction pooler it would stay with whoever comes next
    db.exec_raw(std::string(look_for_client));
  for (;;) {
    if (watch.is_over && watch.is_over())
      return fail(ec::shutting_down);
    const auto next = next_step(db, known, watch);
    if (!next)
      return fail(next.error());
    if (next->what == turn::finished)
      return {};
    if (next->what == turn::wait) {
      if (watch.on_step)
        watch.on_step(nullptr);
      std::this_thread::sleep_for(pause_between_tries);
      continue;
    }
    if (runs_outside_of_transaction(*next->file))
      run_outside(db, *next->file);
    done.push_back(next->file->version);
  }
}

} // namespace

result<std::vector<int>> migrate(
    connection& db, deadline expires, std::span<const migration> known,
    const migration_watch& watch) {
  std::vector<int> done;
  const auto outcome = db.run(expires, "migrate", [&](session& s) -> result<void> {
    // Nothing to do needs no lock: most starts.
    const auto before = read_history(s);
    if (auto ok = check_history(before, known); !ok || missing(before, known) == 0)
      return ok;
    return apply_missing(s, known, watch, done);
  });
  if (!outcome)
    return fail(outcome.error());
  return done;
}

} // namespace guildhall::store
