#include "store/mirror/addresses.hpp"

#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement take{
    "take_over_addresses", R"(
  with claims as (
    select * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
      as w(realm, name_key, realm_id, bnet_id)
  ), holders as (
    select c.id, w.realm_id, w.bnet_id
    from claims w join characters c
      on c.region = $1 and c.realm = w.realm and c.name_key = w.name_key
    where (c.realm_id, c.bnet_character_id) <> (w.realm_id, w.bnet_id)
    order by c.id for update of c
  )
  update characters c set name_key = null, updated_at = app_now()
  from holders h where c.id = h.id
  returning c.id, c.realm_id, c.bnet_character_id, h.realm_id, h.bnet_id, c.name)",
    15'000};
constexpr statement log_takeover{
    "log_takeover", R"(
  insert into guild_events (kind, seen_at, region, guild_id, guild_realm_id, bnet_guild_id,
    character_id, realm_id, bnet_character_id, other_realm_id, other_bnet_character_id, old_name)
  select 'address_taken_over', app_now(), $1, g.id, g.realm_id, g.bnet_guild_id, $2, $3, $4, $5,
    $6, $7
  from (select) one left join guild_members m on m.character_id = $2 and m.left_at is null
    left join guilds g on g.id = m.guild_id)",
    30};
constexpr statement take_guild{
    "take_over_guild_address", R"(
  with lost as (
    update guilds set name_key = null, updated_at = app_now()
    where region = $1 and realm = $2 and name_key = $3
      and (realm_id, bnet_guild_id) <> ($4::bigint, $5::bigint)
    returning id, region, realm_id, bnet_guild_id, name
  ), due as (
    update tracked_guilds t set roster_due_at = app_now() from lost where t.guild_id = lost.id
    returning t.id
  ), pulled as (
    update sync_queue q set due_at = greatest(app_now(), q.not_before) from due
    where q.tracked_guild_id = due.id and q.due_at > greatest(app_now(), q.not_before)
  )
  insert into guild_events (kind, seen_at, region, guild_id, guild_realm_id, bnet_guild_id,
    old_name)
  select 'guild_address_taken_over', app_now(), region, id, realm_id, bnet_guild_id, name
  from lost)",
    60};
constexpr statement name_realm{
    "remember_realm", R"(
  insert into realm_names as r (region, realm_id, name) values ($1, $2, $3)
  on conflict (region, realm_id) do update set name = excluded.name
  where r.name <> excluded.name)",
    20};
constexpr std::array all{take, log_takeover, take_guild, name_realm};
const listed_statements registered{all};

} // namespace

std::vector<character_id> take_over_addresses(
    session& db, std::span<const claimed_address> claims,
    const std::vector<std::int64_t>& moving) {
  if (claims.empty())
    return {};
  const auto where = claims.front().who.region;
  array realms;
  array keys;
  array realm_ids;
  array bnet_ids;
  for (const auto& claim : claims) {
    realms.add(claim.address.realm);
    keys.add(claim.address.name_key);
    realm_ids.add(claim.who.realm_id);
    bnet_ids.add(claim.who.bnet_id);
  }
  std::vector<character_id> lost;
  std::vector<std::int64_t> due;
  for (const auto& row : db.exec(take, {where, realms, keys, realm_ids, bnet_ids})) {
    domain::character_identity before{.region = where, .realm_id = {}, .bnet_id = {}};
    domain::character_identity now = before;
    character_id id;
    std::optional<std::string> name;
    fields(row) >> id >> before.realm_id >> before.bnet_id >> now.realm_id >> now.bnet_id
        >> name;
    if (std::ranges::find(moving, id.value) != moving.end())
      continue;
    db.exec(
        log_takeover,
        {where, id, before.realm_id, before.bnet_id, now.realm_id, now.bnet_id, name});
    lost.push_back(id);
    due.push_back(id.value);
  }
  make_due(db, due);
  return lost;
}

bool take_over_guild_address(
    session& db, const domain::guild_address& address, const domain::guild_identity& who) {
  return db.exec(
               take_guild,
               {address.region, address.realm, address.name_slug, who.realm_id, who.bnet_id})
             .affected_rows()
       > 0;
}

void remember_realm(
    session& db, domain::region where, realm_id realm, const std::string& name) {
  if (!name.empty())
    db.exec(name_realm, {where, realm, name});
}

} // namespace guildhall::store
