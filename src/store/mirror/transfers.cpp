#include "store/mirror/transfers.hpp"

#include "core/text.hpp"
#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/guild_events.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr int transfers_at_once = 50;

// Whoever has been refused an answer for two weeks gets none: others wait behind it.
constexpr statement pending{
    "pending_transfers", R"(
  with given_up as (
    delete from pending_transfers
    where guild_id = $1 and created_at < app_now() - interval '14 days'
  )
  select t.id, t.leaver_id, t.joiner_id, l.region, l.realm, l.name, coalesce(l.name_key, ''),
    l.bnet_character_id, j.realm, coalesce(j.name_key, ''), j.bnet_character_id
  from pending_transfers t join characters l on l.id = t.leaver_id
    join characters j on j.id = t.joiner_id
  where t.guild_id = $1 and t.created_at >= app_now() - interval '14 days'
    and l.name is not null order by t.id limit $2)",
    300};
constexpr statement guild_of{
    "guild_of_transfer", "select guild_id from pending_transfers where id = $1", 6};
constexpr statement settle{
    "settle_transfer", R"(
  delete from pending_transfers where id = $1 and leaver_id = $2 and joiner_id = $3
  returning guild_id)",
    12};
constexpr statement both{
    "both_of_transfer", R"(
  select id, region, realm_id, bnet_character_id, name from characters where id in ($1, $2)
  order by id for no key update)",
    12};
constexpr statement move_main{
    "move_main", R"(
  update guild_members j set is_main = l.is_main, updated_at = app_now()
  from guild_members l
  where l.guild_id = $3 and l.character_id = $1 and j.guild_id = $3 and j.character_id = $2
    and j.is_main is distinct from l.is_main)",
    20};
constexpr statement move_override{
    "move_override", R"(
  with moved as (delete from main_overrides where character_id = $1 and guild_id = $3 returning *)
  insert into main_overrides (guild_id, character_id, is_main, set_by)
  select guild_id, $2, is_main, set_by from moved on conflict do nothing)",
    30};
constexpr statement move_rosters{
    "move_roster_places", R"(
  with moved as (
    delete from roster_members p using rosters r
    where p.character_id = $1 and r.id = p.roster_id and r.guild_id = $3 returning p.*)
  insert into roster_members (roster_id, character_id, role)
  select roster_id, $2, role from moved on conflict do nothing)",
    200};
constexpr std::array all{pending,   guild_of,      settle,      both,
                         move_main, move_override, move_rosters};
const listed_statements registered{all};

/// By name and class alone only what this guild gave moves: whoever takes a freed name gets no
/// rights by it.
void become_one(session& db, guild_id guild, const domain::pending_transfer& which) {
  domain::character_identity leaver;
  domain::character_identity joiner;
  std::string old_name;
  for (const auto& row : db.exec(both, {which.leaver, which.joiner})) {
    character_id id;
    domain::character_identity who;
    std::string name;
    fields(row) >> id >> who.region >> who.realm_id >> who.bnet_id >> name;
    (id == which.leaver ? leaver : joiner) = who;
    if (id == which.leaver)
      old_name = name;
  }
  db.exec(move_main, {which.leaver, which.joiner, guild});
  db.exec(move_override, {which.leaver, which.joiner, guild});
  db.exec(move_rosters, {which.leaver, which.joiner, guild});
  change_tags tags;
  add_owners(db, {which.leaver.value, which.joiner.value}, tags);
  update_leader(db, guild, tags);
  log_events(
      db, guild, std::nullopt,
      {{.kind = "transferred",
        .character = which.leaver,
        .who = leaver,
        .old_name = old_name,
        .other = joiner}});
  tags.add(guild);
  tags.add(which.leaver);
  tags.add(which.joiner);
  tags.send(db);
}

} // namespace

std::vector<domain::pending_transfer> pending_transfers(session& db, guild_id guild) {
  std::vector<domain::pending_transfer> out;
  for (const auto& row : db.exec(pending, {guild, transfers_at_once})) {
    auto& one = out.emplace_back();
    auto& from = one.leaver_address;
    auto& to = one.joiner_address;
    std::string name;
    fields(row) >> one.id >> one.leaver >> one.joiner >> from.region >> from.realm >> name
        >> from.name_key >> one.leaver_bnet_id >> to.realm >> to.name_key >> one.joiner_bnet_id;
    to.region = from.region;
    one.same_address = from.realm == to.realm && text::name_key(name) == to.name_key;
  }
  return out;
}

template <>
result<void> run(session& db, const domain::settle_transfer& what) {
  const auto& which = what.transfer;
  return db.transaction([&]() -> result<void> {
    if (auto held = fence(db, what.lease); !held)
      return held;
    const auto rows = db.exec(guild_of, {which.id});
    if (rows.empty())
      return {}; // settled before
    guild_id guild;
    fields(rows[0]) >> guild;
    lock_guild(db, guild); // before the characters, as everybody does
    db.exec(both, {which.leaver, which.joiner});
    if (db.exec(settle, {which.id, which.leaver, which.joiner}).empty())
      return {}; // meanwhile
    if (what.same)
      become_one(db, guild, which);
    return {};
  });
}

} // namespace guildhall::store
