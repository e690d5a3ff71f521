#include "domain/budget.hpp"
#include "domain/control.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/known_guilds.hpp"
#include "store/ledger/realms.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr int overview_guilds = 200;
constexpr int overview_errors = 50;

constexpr statement write_paused{
    "set_paused", R"(
  update sync_settings set paused = $1 where paused <> $1)",
    4};
constexpr statement count_queue{
    "overview_counts", R"(
  with now as materialized (select app_now() as t)
  select s.paused, g.due, g.running, c.due, c.running, b.hour_limit, b.newest_slot, b.counts,
    b.price, b.demand, b.supply
  from sync_settings s, api_budget b, (
    select count(*) filter (where lease_token is null and due_at <= (select t from now)) as due,
      count(*) filter (where lease_token is not null) as running
    from sync_queue where tracked_guild_id is not null) g, (
    select (
        select count(*) from sync_queue where character_id is not null and lease_token is null
          and due_at <= (select t from now)) as due, (
        select count(*) from sync_queue where lease_token is not null
          and character_id is not null) as running) c)",
    30'000};
constexpr statement list_tracked{
    "overview_guilds", R"(
  select t.id, t.region, t.realm, t.name_slug, t.guild_id, t.state, t.last_synced_at, q.due_at,
    coalesce(q.lease_token is not null, false), t.last_error
  from tracked_guilds t left join sync_queue q on q.tracked_guild_id = t.id
  where $2::text is null or (t.region = $2 and t.realm = $3 and t.name_slug = $4)
  order by t.last_error <> '' desc, t.last_error_at desc nulls last, t.id limit $1)",
    15'000};
constexpr statement list_errors{
    "overview_errors", R"(
  select case when d.guild_id is not null
      then 'guild ' || g.region || '/' || g.realm || '/' || coalesce(g.name_key, g.name)
      else 'character ' || d.character_id end,
    d.document, d.error_class, d.error_detail, d.failed_at
  from document_states d left join guilds g on g.id = d.guild_id
  where d.error_class in ('transient', 'throttled', 'malformed')
  order by d.failed_at desc limit $1)",
    400};
// Whoever is in doubt says so at least every five minutes.
constexpr statement list_doubts{
    "overview_doubts", R"(
  select region, document, since from upstream_doubts
  where renewed_at > app_now() - interval '15 minutes' order by since, region, document)",
    20};
constexpr statement list_pauses{
    "overview_pauses", R"(
  select null::text, paused_until from api_budget where paused_until > app_now()
  union all
  select region::text, paused_until from api_region_pauses where paused_until > app_now()
  order by 1 nulls first)",
    20};
constexpr std::array all{write_paused, count_queue, list_tracked,
                         list_errors,  list_doubts, list_pauses};
const listed_statements registered{all};

domain::tracked_guild_row tracked_in(const pqxx::row& row) {
  domain::tracked_guild_row out;
  fields(row) >> out.id >> out.address.region >> out.address.realm >> out.address.name_slug
      >> out.guild_id >> out.state >> out.last_synced_at >> out.due_at >> out.running
      >> out.last_error;
  return out;
}

} // namespace

template <>
result<domain::job_row> run(session& db, const domain::job_by_id& what) {
  auto row = find_job(db, what.id);
  if (!row)
    return fail(ec::not_found, "Job with ID " + std::to_string(what.id.value) + " not found");
  return *row;
}

template <>
result<domain::sync_overview> run(session& db, const domain::overview_of_sync&) {
  domain::sync_overview out;
  std::int64_t newest_slot = 0;
  std::vector<std::int64_t> counts;
  fields(db.exec(count_queue)[0]) >> out.paused >> out.guilds_due >> out.guilds_running
      >> out.characters_due >> out.characters_running >> out.hour_limit >> newest_slot >> counts
      >> out.price >> out.demand >> out.supply;
  domain::hour_window window(std::move(counts), newest_slot);
  window.advance(now_of(db));
  out.hour_spent = window.spent();
  for (const auto& row :
       db.exec(list_tracked, {overview_guilds, std::nullopt, std::nullopt, std::nullopt}))
    out.guilds.push_back(tracked_in(row));
  for (const auto& row : db.exec(list_errors, {overview_errors})) {
    auto& line = out.last_errors.emplace_back();
    fields(row) >> line.entity >> line.document >> line.error_class >> line.detail >> line.at;
  }
  for (const auto& row : db.exec(list_doubts)) {
    auto& line = out.doubts.emplace_back();
    fields(row) >> line.region >> line.document >> line.since;
  }
  for (const auto& row : db.exec(list_pauses)) {
    auto& line = out.pauses.emplace_back();
    fields(row) >> line.region >> line.until;
  }
  return out;
}

template <>
result<domain::tracked_guild_row> run(session& db, const domain::tracked_guild_at& asked) {
  auto realm = realm_named(db, asked.address.region, asked.address.realm);
  if (!realm)
    return fail(realm.error());
  const domain::guild_address address{
      asked.address.region, std::move(*realm), asked.address.name_slug};
  const auto rows =
      db.exec(list_tracked, {1, address.region, address.realm, address.name_slug});
  if (rows.empty())
    return fail(ec::not_found, not_tracked(db, address));
  return tracked_in(rows[0]);
}

template <>
result<void> run(session& db, const domain::set_paused& what) {
  return db.transaction([&]() -> result<void> {
    if (db.exec(write_paused, {what.paused}).affected_rows() > 0)
      wake_schedulers(db);
    return {};
  });
}

} // namespace guildhall::store
