#include "store/ledger/guild_events.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement insert{
    "log_events", R"(
  insert into guild_events (kind, seen_after, seen_at, region, guild_id, guild_realm_id,
    bnet_guild_id, character_id, realm_id, bnet_character_id, old_rank, new_rank, old_name, new_name,
    other_realm_id, other_bnet_character_id)
  select e.kind, $2::timestamptz, now.t, g.region, g.id, g.realm_id, g.bnet_guild_id,
    e.character_id, e.realm_id, e.bnet_id, e.old_rank, e.new_rank, e.old_name, e.new_name,
    e.other_realm, e.other_bnet
  from guilds g cross join (select app_now() as t) now
    cross join unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
      $8::integer[], $9::text[], $10::text[], $11::bigint[], $12::bigint[])
    as e(kind, character_id, realm_id, bnet_id, old_rank, new_rank, old_name, new_name, other_realm,
      other_bnet)
  where g.id = $1)",
    30'000};
constexpr std::array all{insert};
const listed_statements registered{all};

param name_or_null(const std::string& name) {
  return name.empty() ? param(std::nullopt) : param(name);
}

} // namespace

member_event left_event(const domain::stored_member& member) {
  return {
      .kind = "left",
      .character = member.character_id,
      .who = member.identity,
      .old_rank = member.rank,
      .old_name = member.name};
}

void log_events(
    session& db, guild_id guild, std::optional<time_point> seen_after,
    const std::vector<member_event>& events) {
  if (events.empty())
    return;
  array kinds, characters, realms, bnet_ids, old_ranks, new_ranks, old_names, new_names;
  array other_realms, other_ids;
  for (const auto& event : events) {
    kinds.add(event.kind);
    characters.add(event.character);
    realms.add(event.who.realm_id);
    bnet_ids.add(event.who.bnet_id);
    old_ranks.add(event.old_rank);
    new_ranks.add(event.new_rank);
    old_names.add(name_or_null(event.old_name));
    new_names.add(name_or_null(event.new_name));
    other_realms.add(event.other ? param(event.other->realm_id) : param(std::nullopt));
    other_ids.add(event.other ? param(event.other->bnet_id) : param(std::nullopt));
  }
  db.exec(
      insert, {guild, seen_after, kinds, characters, realms, bnet_ids, old_ranks, new_ranks,
               old_names, new_names, other_realms, other_ids});
}

} // namespace guildhall::store
