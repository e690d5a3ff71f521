#include "app/battlenet_clients.hpp"
#include "app/commands.hpp"
#include "app/database_gate.hpp"
#include "app/say.hpp"
#include "store/import/import.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"

#include <chrono>

namespace guildhall::app {

namespace {

constexpr std::chrono::hours patience{12};
/// How long one statement of the old database may take, and how long it may wait for us.
constexpr std::chrono::minutes old_statement_timeout{10};
constexpr std::chrono::seconds check_patience{30};

deadline within(std::chrono::seconds time) {
  return std::chrono::steady_clock::now() + time;
}

result<std::unique_ptr<store::connection>> open_old(const std::string& dsn) {
  store::connection_options how;
  how.dsn = dsn;
  how.application_name = "guildhall import";
  how.key = "the old database's DSN";
  how.read_only = true;
  how.statement_timeout = old_statement_timeout;
  auto db = store::connection::open(how);
  if (db)
    return db;
  switch (db.error().code) {
  case ec::bad_config:
    if (!db.error().message.ends_with(" cannot be read"))
      return fail(ec::validation, db.error().message);
    return fail(
        ec::validation, "the DSN of the old database cannot be read; it is like "
                        "postgresql://reader@oldhost/oldname");
  case ec::wrong_credentials:
    return fail(
        ec::wrong_credentials,
        "the old database does not exist, or refuses the user or password of its DSN: check "
        "them with psql");
  default:
    return fail(db.error().code, "the old database: " + std::string(message_of(db.error())));
  }
}

void print(const store::import_report& report) {
  std::int64_t waiting = 0;
  std::int64_t taken = 0;
  say("\n");
  for (const auto& table : report.counts) {
    say(table.what, ": ", table.read, " read, ", table.taken, " taken, ", table.here,
        " here already, ", table.waiting, " waiting, ", table.left, " not taken\n");
    waiting += table.waiting;
    taken += table.taken;
  }
  if (waiting > 0)
    say("\n", waiting,
        " rows wait, most of them until their guild or character was fetched from "
        "Battle.net: run this again when guildhall status shows the guilds synced.\n");
  if (taken > 0)
    say("\nNobody owns a character or leads a guild by this import: that follows from "
        "each player's own account list when they log in. Sign-ups keep their user.\n"
        "Not taken on purpose: tokens (everybody logs in again), what Battle.net sent "
        "(the sync fetches it), main flags, Discord names, push subscriptions.\n");
}

} // namespace

result<void> import_old(const config& cfg, const std::string& dsn) {
  auto own = store::connection::open(connection_options_of(cfg));
  if (!own)
    return fail(own.error());
  if (auto fits = store::check_schema(**own, within(check_patience)); !fits)
    return fits;
  auto old = open_old(dsn);
  if (!old)
    return fail(old.error());
  const auto report = store::import_old_database(
      **old, **own, regions_of(cfg), within(patience),
      [](const std::string& line) { say(whole_line{line}, "\n"); });
  if (!report)
    return fail(report.error());
  print(*report);
  return {};
}

} // namespace guildhall::app
