#include "domain/onboarding.hpp"
#include "domain/own.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/mirror/tracking.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

/// The guilds of those who log in, before any roster is there.
namespace guildhall::store {

namespace {

// Those whose profile has just been stored are looked at as well: whoever did that may not have
// come to the guild yet.
constexpr statement unseen{
    "unseen_of_user", R"(
  select c.id, c.region, c.realm_id, c.bnet_character_id, c.realm, c.name_key, c.name
  from characters c
  where c.user_id = $1 and c.name_key is not null and c.guild_id is null and not exists (
      select from guild_members m where m.character_id = c.id and m.left_at is null)
    and (not exists (
        select from document_states d where d.character_id = c.id and d.document = 'profile')
      or exists (
        select from guild_candidates g
        where g.id = c.candidate_id and g.last_seen_at > app_now() - interval '1 minute'))
  order by coalesce(c.level, 0) desc, c.id limit $2)",
    6'000};
// A roster says better who is in a guild.
constexpr statement may_be_placed{
    "may_be_placed", R"(
  select from characters c where c.id = $1 and c.user_id = $2 and not exists (
    select from guild_members m where m.character_id = c.id and m.left_at is null))",
    600};
constexpr statement place{
    "place_in_new_guild", R"(
  update characters c set guild_id = g.id, candidate_id = null, updated_at = app_now()
  from guilds g where c.id = $1 and g.id = $2 and g.last_roster_sync is null)",
    60};
constexpr std::array all{unseen, may_be_placed, place};
const listed_statements registered{all};

} // namespace

template <>
result<std::vector<domain::unseen_character>>
run(session& db, const domain::unseen_characters& asked) {
  std::vector<domain::unseen_character> out;
  for (const auto& row : db.exec(unseen, {asked.user, domain::max_looked_at})) {
    domain::unseen_character one;
    std::string name;
    fields(row) >> one.id >> one.who.region >> one.who.realm_id >> one.who.bnet_id
        >> one.address.realm >> one.address.name_key >> name;
    one.address.region = one.who.region;
    if (domain::is_askable_name(name))
      out.push_back(std::move(one));
  }
  return out;
}

template <>
result<void> run(session& db, const domain::discover& what) {
  const auto where = what.by.who.region;
  const auto noted = db.transaction([&]() -> result<void> {
    lock_characters(db, {what.by.id.value});
    if (db.exec(may_be_placed, {what.by.id, what.user}).empty())
      return {};
    if (const auto known = guild_of_identity(db, {where, what.guild.realm.id, what.guild.id}))
      db.exec(place, {what.by.id, *known});
    else
      wait_for_guild(db, where, what.guild, what.by.id);
    return {};
  });
  if (!noted)
    return noted;
  // A guild is locked before its characters: not in the transaction that has locked one.
  track_discovered(db, what.user, what.policy);
  return db.transaction([&]() -> result<void> {
    change_tags tags;
    tags.add(what.user);
    tags.send(db);
    return {};
  });
}

} // namespace guildhall::store
