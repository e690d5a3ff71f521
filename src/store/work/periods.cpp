#include "domain/sync_port.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr int characters_per_step = 2'000;

constexpr statement remember{
    "remember_period", R"(
  insert into periods as p (region, period_id, spread_to) values ($1, $2, 0)
  on conflict (region) do update set period_id = excluded.period_id, seen_at = app_now(),
    spread_to = 0
  where p.period_id < excluded.period_id
  returning 1)",
    10};
// The first period ever seen makes nothing older.
constexpr statement first{
    "first_period", R"(
  insert into periods (region, period_id, spread_to) values ($1, $2, null)
  on conflict do nothing returning 1)",
    10};
constexpr statement progress{
    "period_progress", R"(
  select period_id, seen_at, spread_to from periods
  where region = $1 and spread_to is not null for update)",
    6};
// By primary key, so that each step is bounded whatever it finds.
constexpr std::string_view step_chunk{R"(
  with chunk as materialized (
    select id, region, last_login_at from characters where id > $1 order by id limit $2
  ), older as (
    select c.id from chunk c
      join document_states d on d.character_id = c.id and d.document in ()"};
constexpr std::string_view weekly =
    generated<[] { return document_names([](const auto& kind) { return kind.weekly; }); }>;
constexpr std::string_view step_pull{R"()
    where c.region = $3 and c.last_login_at > app_now() - interval '8 weeks'
      and d.period_id < $4
  ), freed as (
    update sync_queue q set due_at = $5::timestamptz + random() * interval '6 hours'
    from older where q.character_id = older.id and q.lease_token is null
      and q.due_at > $5::timestamptz + interval '6 hours' and q.due_at < 'infinity'
    returning q.guild_id, q.due_at
  ), guilds_pulled as ()"};
constexpr std::string_view step_end{R"()
  select max(id), count(*) from chunk)"};
constexpr statement step{
    "spread_period", join<step_chunk, weekly, step_pull, pull_guilds, step_end>, 40'000};
constexpr statement advance{
    "spread_progress", R"(
  update periods set spread_to = $2 where region = $1)",
    6};
constexpr std::array all{remember, first, progress, step, advance};
const listed_statements registered{all};

/// One bounded step. True when more is left.
result<bool> spread(session& db, domain::region where) {
  return db.transaction([&]() -> result<bool> {
    const auto rows = db.exec(progress, {where});
    if (rows.empty())
      return false;
    std::int64_t period = 0;
    time_point seen_at;
    std::int64_t after = 0;
    fields(rows[0]) >> period >> seen_at >> after;
    std::optional<std::int64_t> last;
    int looked_at = 0;
    fields(db.exec(step, {after, characters_per_step, where, period, seen_at})[0]) >> last
        >> looked_at;
    const bool more = looked_at == characters_per_step;
    db.exec(advance, {where, more ? last : std::nullopt});
    return more;
  });
}

} // namespace

template <>
result<bool> run(session& db, const domain::set_period& what) {
  if (!db.exec(first, {what.region, what.period}).empty())
    return true;
  const bool is_new = !db.exec(remember, {what.region, what.period}).empty();
  constexpr std::chrono::milliseconds time_for_a_step{500};
  for (bool more = true; more;) {
    if (std::chrono::steady_clock::now() + time_for_a_step > db.expires())
      break; // the next call goes on
    const auto done = spread(db, what.region);
    if (!done)
      return fail(done.error());
    more = *done;
  }
  return is_new;
}

} // namespace guildhall::store
