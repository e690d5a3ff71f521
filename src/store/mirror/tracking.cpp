#include "store/mirror/tracking.hpp"

#include "domain/control.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/known_guilds.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/ledger/realms.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/guild_moves.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement insert_tracked{
    "track", R"(
  insert into tracked_guilds as t (region, realm, name_slug, requested_by)
  values ($1, $2, $3, $4)
  on conflict (region, realm, name_slug) do update set updated_at = app_now()
  returning id, guild_id, state)",
    30};
constexpr statement guild_there{
    "guild_at_address", R"(
  select id from guilds where region = $1 and realm = $2 and name_key = $3)",
    8};
constexpr statement link_tracked{
    "link_tracked", R"(
  update tracked_guilds set guild_id = $2, updated_at = app_now() where id = $1)",
    20};
constexpr statement queue_guild{
    "queue_guild", R"(
  insert into sync_queue as q (tracked_guild_id, priority, due_at, forced)
  values ($1, 0, app_now(), true)
  on conflict (tracked_guild_id) do update set
    again = q.again or (q.lease_token is not null and not $2::boolean),
    forced = q.forced or (q.lease_token is null and not $2::boolean), not_before = null,
    lost_leases = 0,
    priority = case when q.lease_token is null then 0 else q.priority end,
    due_at = case when q.lease_token is null then least(q.due_at, app_now()) else q.due_at end)",
    30};
// What is joined was begun with everything due: only what was not looked at since is asked for.
constexpr statement roster_now{
    "roster_due_now", R"(
  update tracked_guilds t set roster_due_at = least(roster_due_at, app_now())
  where id = $1 and not ($2::boolean and exists (
    select from jobs j join document_states d on d.guild_id = t.guild_id and d.document = 'roster'
    where j.tracked_guild_id = t.id and j.finished_at is null and d.checked_at >= j.created_at)))",
    60};
constexpr statement members_now{
    "members_due_now", R"(
  update sync_queue q set forced = q.forced or q.lease_token is null,
    again = q.again or q.lease_token is not null,
    due_at = case when q.lease_token is null then least(q.due_at, now.t) else q.due_at end
  from (select app_now() as t) now
  where q.guild_id = $1 and q.character_id is not null and q.due_at < 'infinity'
    and q.character_id in (
      select character_id from guild_members where guild_id = $1 and left_at is null)
    and not ($2::boolean and (q.lease_token is not null or exists (
      select from jobs j join document_states d on d.document = 'profile'
      where j.tracked_guild_id = $3 and j.finished_at is null and d.character_id = q.character_id
        and greatest(d.checked_at, d.failed_at) >= j.created_at))))",
    30'000};
constexpr statement is_tracked{
    "is_tracked", R"(
  select from tracked_guilds where region = $1 and realm = $2 and name_slug = $3)",
    8};
constexpr statement drop_tracked{
    "untrack", R"(
  delete from tracked_guilds where region = $1 and realm = $2 and name_slug = $3
  returning id, guild_id)",
    60};
constexpr statement drop_members{
    "unqueue_guild", R"(
  with mine as (
    select q.id, c.user_id from guild_members m
      join sync_queue q on q.character_id = m.character_id and q.guild_id = $1
      join characters c on c.id = m.character_id
    where m.guild_id = $1 and not exists (select from tracked_guilds where guild_id = $1)
  ), gone as (
    delete from sync_queue q using mine where q.id = mine.id and mine.user_id is null
  )
  update sync_queue q set guild_id = null from mine where q.id = mine.id and mine.user_id is not null)",
    30'000};
constexpr statement tracked_of{
    "tracked_of_guild", R"(
  select id, region, realm, name_slug from tracked_guilds where guild_id = $1
  order by array_position(array['active', 'pending', 'disputed', 'not_found', 'gone', 'renamed'], state), id)",
    8};
constexpr statement address_of{
    "address_of_guild", R"(
  select region, realm, coalesce(name_key, '') from guilds where id = $1)",
    6};
constexpr statement queue_character{
    "queue_character", R"(
  insert into sync_queue as q (character_id, guild_id, priority, due_at, forced)
  select c.id, (
      select m.guild_id from guild_members m join tracked_guilds t on t.guild_id = m.guild_id
      where m.character_id = c.id and m.left_at is null limit 1),
    0, app_now(), true
  from characters c where c.id = $1 and c.name is not null
  on conflict (character_id) do update set
    again = q.again or (q.lease_token is not null and not $2::boolean),
    forced = q.forced or q.lease_token is null,
    lost_leases = 0,
    priority = case when q.lease_token is null then 0 else q.priority end,
    due_at = case when q.lease_token is null then least(q.due_at, app_now()) else q.due_at end
  returning q.guild_id)",
    60};
constexpr statement character_there{
    "character_to_sync", R"(
  select region, coalesce(name, '') from characters where id = $1)",
    8};
// Whoever counts and then adds is alone meanwhile.
constexpr statement alone{"hold_tracking", "select from sync_settings for no key update", 4};
constexpr statement count_tracked{"count_tracked", "select count(*) from tracked_guilds", 200};
constexpr statement discovered{
    "discovered_guilds", R"(
  select distinct g.region, g.realm, g.name_slug
  from characters c join guild_candidates g on g.id = c.candidate_id
  where c.user_id = $1 and g.name_slug <> '' and not exists (
    select from tracked_guilds t
    where t.region = g.region and t.realm = g.realm and t.name_slug = g.name_slug)
  order by 1, 2, 3 limit $2)",
    3'000};
constexpr std::array all{insert_tracked, guild_there, link_tracked,    queue_guild,
                         roster_now,     members_now, drop_tracked,    drop_members,
                         tracked_of,     address_of,  queue_character, count_tracked,
                         discovered,     alone,       is_tracked,      character_there};
const listed_statements registered{all};

std::optional<guild_id> first_id(const pqxx::result& rows) {
  if (rows.empty())
    return std::nullopt;
  guild_id id;
  fields(rows[0]) >> id;
  return id;
}

/// `validation` for a region that nobody syncs: what is asked of it would never be done.
result<void> must_be_synced(domain::region where, const std::vector<domain::region>& synced) {
  if (synced.empty() || std::ranges::find(synced, where) != synced.end())
    return {};
  std::string listed;
  for (const auto one : synced)
    listed.append(listed.empty() ? "" : ", ").append(domain::to_string(one));
  auto sentence = "The region " + std::string{domain::to_string(where)}
                + " is not synced here: battlenet.regions has " + listed
                + "; add it there and restart guildhall, if it is to be";
  failure why{ec::validation, sentence};
  why.fields.emplace("region", std::move(sentence));
  return fail(std::move(why));
}

/// Everything of the guild is due at once, before everything else; of a job that is open
/// already, what was not looked at since it began.
result<domain::job_row> start(
    session& db, tracked_guild_id tracked, std::optional<guild_id> guild, const new_job& what) {
  const auto job = open_job(db, what);
  db.exec(queue_guild, {tracked, job.joined});
  db.exec(roster_now, {tracked, job.joined});
  if (guild) {
    queue_members(db, *guild);
    db.exec(members_now, {*guild, job.joined, tracked});
  }
  wake_schedulers(db);
  auto row = find_job(db, job.id);
  if (!row)
    return fail(ec::internal);
  return *row;
}

/// A guild is known at the address already, or waits there as a candidate.
std::optional<guild_id>
known_guild(session& db, tracked_guild_id tracked, const domain::guild_address& address) {
  auto guild =
      first_id(db.exec(guild_there, {address.region, address.realm, address.name_slug}));
  if (!guild)
    guild = adopt_candidate(db, address);
  if (guild)
    db.exec(link_tracked, {tracked, *guild});
  return guild;
}

/// The address as Battle.net spells it.
result<domain::job_row>
track_at(session& db, const domain::guild_address& address, const std::string& by) {
  tracked_guild_id tracked;
  std::optional<guild_id> guild;
  std::string state;
  hold_queue(db, {}, address); // whoever is at work on it is waited for
  fields(db.exec(insert_tracked, {address.region, address.realm, address.name_slug, by})[0])
      >> tracked >> guild >> state;
  if (guild && (state == "disputed" || state == "renamed")) {
    change_tags tags; // whoever answers at the address is meant
    if (state == "disputed")
      hand_over(db, tracked, *guild, tags);
    else
      follow_address(db, tracked, tags);
    tags.add(*guild);
    tags.send(db);
    guild.reset();
  }
  if (!guild)
    guild = known_guild(db, tracked, address);
  return start(
      db, tracked, guild,
      {.kind = "track",
       .target = spelt(address),
       .tracked = tracked,
       .guild = guild,
       .by = by});
}

result<void> may_be_synced(session& db, const domain::sync_character& what) {
  const auto number = std::to_string(what.character.value);
  const auto rows = db.exec(character_there, {what.character});
  if (rows.empty())
    return fail(ec::not_found, "Character with ID " + number + " not found");
  domain::region where{};
  std::string name;
  fields(rows[0]) >> where >> name;
  if (!domain::is_askable_name(name))
    return fail(
        ec::conflict,
        "Character with ID " + number + " has no name that it could be asked for");
  return must_be_synced(where, what.synced);
}

} // namespace

template <>
result<domain::job_row> run(session& db, const domain::track& what) {
  if (const auto synced = must_be_synced(what.address.region, what.synced); !synced)
    return fail(synced.error());
  return db.transaction([&]() -> result<domain::job_row> {
    auto address = what.address;
    auto realm = realm_named(db, address.region, address.realm);
    if (!realm)
      return fail(realm.error());
    address.realm = std::move(*realm);
    return track_at(db, address, what.by);
  });
}

template <>
result<void> run(session& db, const domain::untrack& what) {
  return db.transaction([&]() -> result<void> {
    auto address = what.address;
    // What was tracked before the realms were known may stand under another spelling.
    const auto slug = domain::canonical_slug(address.realm);
    if (slug && !db.exec(is_tracked, {address.region, *slug, address.name_slug}).empty()) {
      address.realm = *slug;
    } else {
      auto realm = realm_named(db, address.region, address.realm);
      if (!realm)
        return fail(ec::not_found, realm.error().message);
      address.realm = std::move(*realm);
    }
    hold_queue(db, {}, address);
    const auto rows = db.exec(drop_tracked, {address.region, address.realm, address.name_slug});
    if (rows.empty())
      return fail(ec::not_found, not_tracked(db, address));
    std::optional<guild_id> guild;
    fields(rows[0]).skip() >> guild;
    if (guild)
      db.exec(drop_members, {*guild});
    change_tags tags;
    tags.add_addresses();
    tags.send(db);
    return {};
  });
}

template <>
result<domain::job_row> run(session& db, const domain::sync_guild& what) {
  const auto id = what.guild;
  return db.transaction([&]() -> result<domain::job_row> {
    const auto rows = db.exec(tracked_of, {id});
    if (rows.empty()) {
      const auto number = std::to_string(id.value);
      return db.exec(address_of, {id}).empty()
               ? fail(ec::not_found, "Guild with ID " + number + " not found")
               : fail(ec::conflict, "Guild with ID " + number + " is not tracked");
    }
    tracked_guild_id tracked;
    domain::guild_address address;
    fields(rows[0]) >> tracked >> address.region >> address.realm >> address.name_slug;
    if (const auto synced = must_be_synced(address.region, what.synced); !synced)
      return fail(synced.error());
    return start(
        db, tracked, id,
        {.kind = "sync_guild", .target = spelt(address), .tracked = tracked, .guild = id});
  });
}

template <>
result<domain::job_row> run(session& db, const domain::sync_character& what) {
  const auto id = what.character;
  return db.transaction([&]() -> result<domain::job_row> {
    if (const auto may = may_be_synced(db, what); !may)
      return fail(may.error());
    const auto job = open_job(
        db, {.kind = "sync_character",
             .target = "character " + std::to_string(id.value),
             .character = id});
    std::optional<guild_id> guild;
    fields(db.exec(queue_character, {id, job.joined})[0]) >> guild;
    if (guild)
      pull_guild_forward(db, *guild, true);
    wake_schedulers(db);
    auto row = find_job(db, job.id);
    if (!row)
      return fail(ec::internal);
    return *row;
  });
}

void track_discovered(session& db, user_id user, const domain::discovery& policy) {
  if (!policy.of_users)
    return;
  for (const auto& row : db.exec(discovered, {user, policy.max_guilds})) {
    domain::guild_address address;
    fields(row) >> address.region >> address.realm >> address.name_slug;
    // One that fails is found again at the next profile or login.
    (void)db.transaction([&]() -> result<domain::job_row> {
      db.exec(alone);
      std::int64_t tracked = 0;
      fields(db.exec(count_tracked)[0]) >> tracked;
      if (tracked >= policy.max_guilds)
        return fail(ec::conflict);
      return track_at(db, address, "discovered");
    });
  }
}

} // namespace guildhall::store
