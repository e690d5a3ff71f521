#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// Of one step: an hour of a large installation is thousands of documents.
constexpr int at_once = 2'000;
/// Verdicts of the time before a doubt was noticed are not believed either.
constexpr std::chrono::minutes before_it_began{30};

constexpr statement note{
    "note_doubt", R"(
  insert into upstream_doubts as d (region, document, since, renewed_at)
  select $1, $2, t - $3::interval, t from (select app_now() as t) now
  on conflict (region, document) do update set renewed_at = excluded.renewed_at,
    since = least(d.since, excluded.since))",
    10};
// Whoever is in doubt says so at least every five minutes.
constexpr statement heard{
    "doubts_in", R"(
  select document from upstream_doubts
  where region = $1 and renewed_at > app_now() - interval '15 minutes' order by document)",
    10};
constexpr statement forget{
    "forget_doubt", "delete from upstream_doubts where region = $1 and document = $2", 10};
// Due within three minutes, not all at once. Whoever is being worked on is left alone: the rows
// are locked in the order of everybody (the queue's first), without waiting. The classes stand
// in two lists because each list has its index.
constexpr std::string_view free_doubted{R"(
  with now as materialized (select app_now() as t), doubted as materialized (
    select d.id, d.character_id from now, document_states d
      join characters c on c.id = d.character_id
    where d.failed_at >= now.t - $2::interval
      and (d.error_class in ('transient', 'throttled')
        or d.error_class in ('not_found', 'forbidden'))
      and d.retry_at > now.t + interval '3 minutes'
      and c.region = $1
    order by d.failed_at limit $3
  ), entries as materialized (
    select q.id, q.character_id from sync_queue q
    where q.character_id in (select character_id from doubted) and q.lease_token is null
      and q.due_at < 'infinity'
    order by q.id for update of q skip locked
  ), freed as (
    update sync_queue q set due_at = least(q.due_at, now.t + random() * interval '3 minutes')
    from entries e, now where q.id = e.id
    returning q.guild_id, q.due_at
  ), documents as (
    update document_states d set retry_at = now.t
    from doubted o, entries e, now where d.id = o.id and e.character_id = o.character_id
    returning 1
  ), pulled as ()"};
constexpr std::string_view count_freed{R"()
  select count(*) from freed)"};
constexpr statement characters_due{
    "doubted_characters_due", join<free_doubted, pull_guilds, count_freed>, 30'000};
constexpr statement guilds_due{
    "doubted_guilds_due", R"(
  with now as materialized (select app_now() as t), entries as materialized (
    select q.id, t.id as tracked, t.guild_id
    from now, tracked_guilds t join sync_queue q on q.tracked_guild_id = t.id
    where t.region = $1 and t.last_error_at >= now.t - $2::interval and t.last_error <> ''
      and t.state in ('pending', 'active', 'not_found', 'gone')
      and t.roster_due_at > now.t + interval '3 minutes' and q.lease_token is null
    order by q.id for update of q skip locked
  ), tracked as (
    update tracked_guilds t set roster_due_at = now.t from now
    where t.id = any(array(select tracked from entries))
  ), documents as (
    update document_states d set retry_at = now.t from now
    where d.guild_id = any(array(select guild_id from entries)) and d.error_class is not null
      and d.retry_at > now.t
  ), due as (
    update sync_queue q set due_at = least(q.due_at, now.t + random() * interval '3 minutes')
    from now where q.id = any(array(select id from entries))
    returning 1
  )
  select count(*) from due)",
    500};
constexpr std::array all{note, heard, forget, characters_due, guilds_due};
const listed_statements registered{all};

std::int64_t count_in(const pqxx::result& rows) {
  std::int64_t count = 0;
  fields(rows[0]) >> count;
  return count;
}

/// Until nothing is left that is due later; each step is its own transaction.
std::int64_t make_due(session& db, domain::region where, std::chrono::seconds since) {
  std::int64_t all_of_them = count_in(db.exec(guilds_due, {where, since}));
  for (;;) {
    const auto some = count_in(db.exec(characters_due, {where, since, at_once}));
    all_of_them += some;
    if (some == 0)
      return all_of_them;
  }
}

} // namespace

template <>
result<std::int64_t> run(session& db, const domain::report_doubt& what) {
  if (!what.over) {
    db.exec(note, {what.region, what.document, what.lasted});
    return 0;
  }
  db.exec(forget, {what.region, what.document});
  const auto due = make_due(db, what.region, what.lasted + before_it_began);
  return db.transaction([&]() -> result<std::int64_t> {
    wake_schedulers(db);
    return due;
  });
}

template <>
result<std::vector<std::string>> run(session& db, const domain::doubts_in& asked) {
  std::vector<std::string> kinds;
  for (const auto& row : db.exec(heard, {asked.region}))
    fields(row) >> kinds.emplace_back();
  return kinds;
}

} // namespace guildhall::store
