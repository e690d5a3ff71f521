#include "store/ledger/queue_rows.hpp"

#include "domain/address.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement unqueued{
    "members_without_queue", R"(
  select m.character_id, coalesce(c.name, '')
  from guild_members m join characters c on c.id = m.character_id
    left join sync_queue q on q.character_id = m.character_id
  where m.guild_id = $1 and m.left_at is null
    and (q.id is null or q.guild_id is distinct from $1 or q.due_at = 'infinity')
  order by m.character_id)",
    20'000};
constexpr statement enqueue{
    "queue_members", R"(
  insert into sync_queue as q (character_id, guild_id, priority, due_at)
  select id, $1, 2, case when askable then now.t else 'infinity' end
  from unnest($2::bigint[], $3::boolean[]) as w(id, askable), (select app_now() as t) now
  on conflict (character_id) do update set guild_id = excluded.guild_id,
    due_at = case when q.due_at = 'infinity' then excluded.due_at else q.due_at end
  where q.guild_id is distinct from excluded.guild_id
    or (q.due_at = 'infinity' and excluded.due_at < 'infinity'))",
    20'000};
constexpr statement drop_left{
    "unqueue_members", R"(
  with gone as (
    delete from sync_queue q using characters c
    where q.character_id = any($1::bigint[]) and c.id = q.character_id and c.user_id is null
  )
  update sync_queue q set guild_id = null from characters c
  where q.character_id = any($1::bigint[]) and c.id = q.character_id and c.user_id is not null)",
    20'000};
constexpr std::string_view free_named{R"(
  with freed as (
    update sync_queue q set due_at = now.t from (select app_now() as t) now
    where q.character_id = any($1::bigint[]) and q.due_at > now.t
      and exists (select from characters c where c.id = q.character_id and c.name is not null)
    returning q.guild_id, q.due_at
  ))"};
constexpr statement due_now{"make_due", join<free_named, pull_guilds>, 20'000};
constexpr statement strays{
    "drop_strays", R"(
  delete from sync_queue q using characters c
  where q.character_id = any($1::bigint[]) and not q.forced and q.guild_id is null
    and q.lease_token is null and c.id = q.character_id and c.user_id is null)",
    20'000};
constexpr statement hold_characters{
    "hold_queue_of_characters", R"(
  select from sync_queue where character_id = any($1::bigint[]) order by id for update)",
    20'000};
constexpr statement hold_guild{
    "hold_queue_of_guild", R"(
  select from sync_queue where tracked_guild_id = any(array(
    select id from tracked_guilds
    where guild_id = $1::bigint or (region = $2 and realm = $3 and name_slug = $4)))
  order by id for update)",
    60};
// The index gives the earliest of each class at once, however many characters there are.
constexpr statement pull_forward{
    "pull_guild_forward", R"(
  update sync_queue q set
    due_at = least(q.due_at, greatest(first.due_at, case when not $2 then q.not_before end)),
    not_before = case when not $2 then q.not_before end,
    priority = case when $2::boolean then 0 else q.priority end
  from tracked_guilds t, (
    select min(c.due_at) as due_at from generate_series(0, 3) p, lateral (
      select due_at from sync_queue c
      where c.guild_id = $1 and c.priority = p::smallint and c.lease_token is null
        and c.character_id is not null
      order by due_at limit 1) c
  ) first
  where t.guild_id = $1 and t.state <> 'renamed' and q.tracked_guild_id = t.id
    and q.lease_token is null and (q.due_at > first.due_at or $2))",
    60};
constexpr std::array all{unqueued,     enqueue,         drop_left,  due_now,
                         pull_forward, hold_characters, hold_guild, strays};
const listed_statements registered{all};

} // namespace

std::array<param, look_params> params_of(const std::optional<domain::look_record>& look) {
  if (!look)
    return {std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt};
  return {look->seen.changes, look->seen.exposure, look->seen.as_of,
          look->per_hour,     look->weight,        look->price};
}

std::array<param, hint_params> params_of(const std::optional<domain::hint_answer>& hint) {
  if (!hint)
    return {std::nullopt, std::nullopt};
  return {hint->said, hint->tries};
}

param regions_of(const std::vector<domain::region>& regions) {
  if (regions.empty())
    return std::nullopt;
  array names;
  for (const auto one : regions)
    names.add(one);
  return names;
}

std::size_t queue_members(session& db, guild_id guild) {
  array ids;
  array askable;
  const auto rows = db.exec(unqueued, {guild});
  for (const auto& row : rows) {
    character_id id;
    std::string name;
    fields(row) >> id >> name;
    ids.add(id);
    askable.add(domain::is_askable_name(name));
  }
  if (rows.empty())
    return 0;
  return static_cast<std::size_t>(db.exec(enqueue, {guild, ids, askable}).affected_rows());
}

void unqueue_members(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(drop_left, {characters});
}

void make_due(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(due_now, {characters});
}

void drop_strays(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(strays, {characters});
}

void hold_queue(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(hold_characters, {characters});
}

void hold_queue(
    session& db, std::optional<guild_id> guild,
    const std::optional<domain::guild_address>& address) {
  if (address)
    db.exec(hold_guild, {guild, address->region, address->realm, address->name_slug});
  else
    db.exec(hold_guild, {guild, std::nullopt, std::nullopt, std::nullopt});
}

void pull_guild_forward(session& db, guild_id guild, bool person) {
  db.exec(pull_forward, {guild, person});
}

} // namespace guildhall::store
