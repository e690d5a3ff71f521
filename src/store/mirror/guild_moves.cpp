#include "store/mirror/guild_moves.hpp"

#include "domain/sync_port.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/guild_events.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement move_tracked{
    "move_tracked", R"(
  update tracked_guilds t set realm = $2, name_slug = $3, state = 'active', not_found_since = null,
    disputed_realm_id = null, disputed_bnet_id = null, disputed_since = null,
    roster_due_at = app_now(), last_error = '', last_error_at = null, updated_at = app_now()
  where t.id = $1 and not exists (
    select from tracked_guilds o
    where o.region = t.region and o.realm = $2 and o.name_slug = $3 and o.id <> t.id))",
    40};
constexpr statement mark_renamed{
    "mark_renamed", R"(
  update tracked_guilds set state = 'renamed', last_error = $2, last_error_at = app_now(),
    updated_at = app_now()
  where id = $1)",
    20};
constexpr statement members_to_ask{
    "some_members", R"(
  select c.region, c.realm, c.name_key
  from guild_members m join characters c on c.id = m.character_id
  where m.guild_id = $1 and m.left_at is null and c.name_key is not null and c.is_available
  order by c.last_login_at desc nulls last, m.rank, m.character_id limit $2)",
    3'000};
// Another realm, or another id there: realms were merged, or the guild went to another one.
constexpr statement log_move{
    "log_guild_move", R"(
  insert into guild_events (kind, seen_after, seen_at, region, guild_id, guild_realm_id,
    bnet_guild_id, other_realm_id, old_name, new_name)
  select 'guild_moved', d.checked_at, app_now(), g.region, g.id, g.realm_id, g.bnet_guild_id, $2,
    g.realm, $3
  from guilds g left join document_states d on d.guild_id = g.id and d.document = 'guild'
  where g.id = $1)",
    30};
constexpr statement set_identity{
    "set_guild_identity", R"(
  update guilds set realm_id = $2, bnet_guild_id = $3, realm = $4, name_key = $5,
    updated_at = app_now()
  where id = $1)",
    30};
constexpr statement log_hand_over{
    "log_hand_over", R"(
  insert into guild_events (kind, seen_after, seen_at, region, guild_id, guild_realm_id,
    bnet_guild_id, old_name)
  select 'guild_handed_over', d.checked_at, app_now(), g.region, g.id, g.realm_id,
    g.bnet_guild_id, g.name
  from guilds g left join document_states d on d.guild_id = g.id and d.document = 'guild'
  where g.id = $1)",
    30};
constexpr statement lose_address{
    "lose_guild_address", R"(
  update guilds set name_key = null, updated_at = app_now() where id = $1)",
    20};
constexpr statement stands_elsewhere{
    "guild_stands_elsewhere", R"(
  select from tracked_guilds where guild_id = $1 and id <> $2 and state = 'active')",
    20};
constexpr statement follow{
    "follow_address", R"(
  update tracked_guilds set guild_id = null, state = 'pending', not_found_since = null,
    disputed_realm_id = null, disputed_bnet_id = null, disputed_since = null,
    roster_due_at = app_now(), last_error = '', last_error_at = null, updated_at = app_now()
  where id = $1)",
    20};
constexpr std::array all{move_tracked,  mark_renamed, members_to_ask,   log_move, set_identity,
                         log_hand_over, lose_address, stands_elsewhere, follow};
const listed_statements registered{all};

/// False if the new address is tracked on its own.
bool move(session& db, const domain::move_guild& asked) {
  const auto& work = asked.work;
  const bool another = work.identity != asked.identity;
  if (work.guild) // and who has the address there
    hold_guilds_of_roster(db, work.guild, asked.to, {});
  if (db.exec(move_tracked, {work.tracked, asked.to.realm, asked.to.name_slug}).affected_rows()
      == 0)
    return false;
  change_tags tags;
  if (another && work.guild && guild_of_identity(db, asked.identity)) {
    // It has a row of its own from another time: the tracked row goes on with that one.
    hand_over(db, work.tracked, *work.guild, tags);
  } else if (another && work.guild) {
    take_over_guild_address(db, asked.to, asked.identity);
    db.exec(log_move, {*work.guild, asked.identity.realm_id, asked.to.realm});
    db.exec(
        set_identity, {*work.guild, asked.identity.realm_id, asked.identity.bnet_id,
                       asked.to.realm, asked.to.name_slug});
    link_waiting(db, asked.identity, *work.guild);
  }
  if (asked.left_behind)
    add_candidate(db, work.address, *asked.left_behind);
  tags.add_addresses();
  if (work.guild)
    tags.add(*work.guild);
  tags.send(db);
  return true;
}

/// Everybody leaves.
void close_all(session& db, guild_id guild, change_tags& tags) {
  std::vector<member_event> events;
  std::vector<std::int64_t> memberships;
  std::vector<std::int64_t> characters;
  for (const auto& member : stored_members(db, guild)) {
    if (!member.open)
      continue;
    memberships.push_back(member.member_id.value);
    characters.push_back(member.character_id.value);
    tags.add(member.character_id);
    events.push_back(left_event(member));
  }
  lock_characters(db, characters);
  add_owners(db, characters, tags);
  close_memberships(db, memberships);
  clear_guild(db, guild, characters);
  unqueue_members(db, characters);
  log_events(db, guild, std::nullopt, events);
}

} // namespace

void follow_address(session& db, tracked_guild_id tracked, change_tags& tags) {
  db.exec(follow, {tracked});
  tags.add_addresses();
}

void hand_over(session& db, tracked_guild_id tracked, guild_id guild, change_tags& tags) {
  lock_guild(db, guild);
  if (!db.exec(stands_elsewhere, {guild, tracked}).empty()) {
    follow_address(db, tracked, tags); // it lives on at the address of that row
    return;
  }
  close_all(db, guild, tags);
  update_member_count(db, guild);
  update_ranks(db, guild);
  update_leader(db, guild, tags);
  db.exec(log_hand_over, {guild});
  db.exec(lose_address, {guild});
  follow_address(db, tracked, tags);
  tags.add(guild);
}

template <>
result<void> run(session& db, const domain::move_guild& asked) {
  bool moved = true;
  const auto why = "renamed to " + asked.to.name_slug + ", which is tracked on its own";
  const auto done = db.transaction([&]() -> result<void> {
    if (auto held = fence(db, asked.work.lease); !held)
      return held;
    moved = move(db, asked);
    if (moved)
      return {};
    db.exec(mark_renamed, {asked.work.tracked, why});
    fail_guild_jobs(db, asked.work.tracked, "The guild was " + why);
    return {};
  });
  if (done && !moved)
    return fail(ec::conflict, why);
  return done;
}

template <>
result<void> run(session& db, const domain::hand_over_guild& asked) {
  return db.transaction([&]() -> result<void> {
    if (auto held = fence(db, asked.work.lease); !held)
      return held;
    change_tags tags;
    if (asked.work.guild)
      hand_over(db, asked.work.tracked, *asked.work.guild, tags);
    tags.send(db);
    return {};
  });
}

template <>
result<std::vector<domain::character_address>>
run(session& db, const domain::some_members& asked) {
  std::vector<domain::character_address> out;
  for (const auto& row : db.exec(members_to_ask, {asked.guild, asked.limit})) {
    auto& address = out.emplace_back();
    fields(row) >> address.region >> address.realm >> address.name_key;
  }
  return out;
}

} // namespace guildhall::store
