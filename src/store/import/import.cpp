#include "store/import/import.hpp"

#include "store/import/old_database.hpp"
#include "store/import/steps.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/session.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace guildhall::store {

namespace {

/// For some hundreds of rows.
constexpr std::chrono::minutes patience{2};

/// One table after the other: what a row needs is in a table before its own.
struct step {
  std::string_view what;
  std::string (*sql)(const old_database&);
  verdict (import_steps::*take)(session&, const pqxx::row&);
  /// Each row in a transaction of its own: it locks a guild, then characters who wait for it.
  bool alone{false};
};

constexpr std::array steps{
    step{"users", &import_steps::users_sql, &import_steps::take_user},
    step{"guilds", &import_steps::guilds_sql, &import_steps::take_guild, true},
    step{"custom rank names", &import_steps::ranks_sql, &import_steps::take_rank},
    step{"rosters", &import_steps::rosters_sql, &import_steps::take_roster},
    step{"roster places", &import_steps::roster_members_sql, &import_steps::take_roster_member},
    step{"events", &import_steps::events_sql, &import_steps::take_event},
    step{"sign-ups", &import_steps::sign_ups_sql, &import_steps::take_sign_up}};

std::string line_of(const std::string& label, const verdict& outcome) {
  switch (outcome.what) {
  case fate::taken:
    return label + ": taken, " + outcome.why;
  case fate::here:
    return label + ": is here already, " + outcome.why;
  case fate::waits:
    return label + ": waits: " + outcome.why;
  case fate::left:
    return label + ": not taken: " + outcome.why;
  }
  return label;
}

void count(import_count& in, fate outcome) {
  ++in.read;
  switch (outcome) {
  case fate::taken:
    ++in.taken;
    break;
  case fate::here:
    ++in.here;
    break;
  case fate::waits:
    ++in.waiting;
    break;
  case fate::left:
    ++in.left;
    break;
  }
}

class import_run {
public:
  import_run(
      old_database& old, connection& own, const import_line& say,
      const std::vector<domain::region>& synced)
      : old_(old),
        own_(own),
        say_(say),
        rows_(synced) {}

  result<import_report> run() {
    if (old_.is_guildhall())
      return fail(ec::validation, "this is a database of guildhall, not of the old back end");
    if (import_steps::users_sql(old_).empty() && import_steps::guilds_sql(old_).empty())
      return fail(
          ec::validation, "no users and no guilds of the old back end can be read there");
    if (auto learned = rows_.learn_realms(old_); !learned)
      return fail(learned.error());
    for (const auto& one : steps)
      if (auto done = take_table(one); !done)
        return fail(done.error());
    return std::move(report_);
  }

private:
  result<void> take_table(const step& what) {
    auto& counts = report_.counts.emplace_back(import_count{.what = what.what});
    const auto sql = what.sql(old_);
    if (sql.empty()) {
      say_(std::string(what.what) + ": none can be read: the table or its columns are missing");
      return {};
    }
    return old_.each_batch(
        sql, [&](const pqxx::result& rows) { return take_batch(what, rows, counts); });
  }

  result<void> take_batch(const step& what, const pqxx::result& rows, import_count& counts) {
    if (!what.alone)
      return take_rows(what, rows.begin(), rows.end(), counts);
    for (auto row = rows.begin(); row != rows.end(); ++row)
      if (auto done = take_rows(what, row, row + 1, counts); !done)
        return done;
    return {};
  }

  /// In one transaction, which may have to run again: what it tells is told when it is over.
  result<void> take_rows(
      const step& what, pqxx::result::const_iterator first, pqxx::result::const_iterator last,
      import_count& counts) {
    import_count after;
    std::vector<std::string> lines;
    auto ran = own_.run(
        std::chrono::steady_clock::now() + patience, "import",
        [&](session& db) -> result<void> {
          return db.transaction([&]() -> result<void> {
            after = counts;
            lines.clear();
            for (auto at = first; at != last; ++at) {
              const pqxx::row row{*at};
              const auto outcome = take_row(db, what, row);
              if (rows_.stopped())
                return fail(*rows_.stopped());
              count(after, outcome.what);
              const bool remarkable = outcome.what == fate::waits || outcome.what == fate::left
                                   || !outcome.why.empty();
              if (remarkable)
                lines.push_back(line_of(row[0].c_str(), outcome));
            }
            rows_.announce(db);
            return {};
          });
        });
    if (!ran)
      return ran;
    counts = after;
    for (const auto& line : lines)
      say_(line);
    return {};
  }

  verdict take_row(session& db, const step& what, const pqxx::row& row) {
    verdict outcome;
    if (!db.accepted([&] { outcome = (rows_.*what.take)(db, row); }))
      return {fate::left, "the database refuses one of its values"};
    return outcome;
  }

  old_database& old_;
  connection& own_;
  const import_line& say_;
  import_steps rows_;
  import_report report_;
};

} // namespace

result<import_report> import_old_database(
    connection& old, connection& own, std::vector<domain::region> synced, deadline expires,
    const import_line& say) {
  result<import_report> outcome = fail(ec::internal);
  const auto ran = old.run(expires, "import", [&](session& db) -> result<void> {
    return db.transaction([&]() -> result<void> {
      db.exec_raw("set transaction isolation level repeatable read, read only");
      old_database source(db);
      outcome = import_run(source, own, say, synced).run();
      if (!outcome)
        return fail(outcome.error());
      return {};
    });
  });
  if (!ran)
    return fail(ran.error());
  return outcome;
}

} // namespace guildhall::store
