#include "domain/validation_stats.hpp"

#include "store/ledger/audit.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr int causes_at_once = 200;
constexpr std::size_t causes_per_document = 10;

constexpr std::string_view totals_head{"select kind, n.count, n.in_part from unnest(array["};
constexpr std::string_view stored_kinds =
    generated<[] { return document_names([](const auto& kind) { return kind.stored; }); }>;
constexpr std::string_view totals_rows{R"(]) kind
    cross join lateral (
      select count(*), count(*) filter (where d.left_out > 0 and d.fetched_at > coalesce(
          (select validation_since from sync_settings), '-infinity'::timestamptz)) as in_part
      from document_states d where d.document = kind) n
  where n.count > 0 order by kind)"};
constexpr statement totals{
    "validation_totals", join<totals_head, stored_kinds, totals_rows>, 20'000};
constexpr statement failures{
    "validation_failures", R"(
  select d.document, d.error_detail, count(*), max(d.failed_at)
  from document_states d
  where d.error_class = 'malformed' and d.failed_at > coalesce(
    (select validation_since from sync_settings), '-infinity'::timestamptz)
  group by d.document, d.error_detail order by 3 desc, 1, 2 limit $1)",
    5'000};
constexpr statement reset{
    "reset_validation", "update sync_settings set validation_since = app_now()", 6};
constexpr std::array all{totals, failures, reset};
const listed_statements registered{all};

} // namespace

template <>
result<std::vector<domain::validation_stats>>
run(session& db, const domain::validation_report&) {
  std::vector<domain::validation_stats> out;
  for (const auto& row : db.exec(totals)) {
    auto& line = out.emplace_back();
    fields(row) >> line.document >> line.total >> line.in_part;
  }
  for (const auto& row : db.exec(failures, {causes_at_once})) {
    std::string document;
    domain::validation_stats::cause cause;
    time_point last;
    fields(row) >> document >> cause.what >> cause.count >> last;
    const auto line = std::ranges::find(out, document, &domain::validation_stats::document);
    if (line == out.end())
      continue; // stored since the totals were counted
    line->malformed += cause.count;
    line->last_time = std::max(line->last_time.value_or(last), last);
    if (line->causes.size() < causes_per_document)
      line->causes.push_back(std::move(cause));
  }
  return out;
}

template <>
result<void> run(session& db, const domain::reset_validation& what) {
  return db.transaction([&]() -> result<void> {
    if (auto held = hold_author(db, what.by.who.id); !held)
      return held;
    db.exec(reset);
    audit(db, {.who = what.by.who.id, .action = "validation.reset"});
    return {};
  });
}

} // namespace guildhall::store
