#include "store/queue.hpp"

#include "store/documents.hpp"
#include "store/fence.hpp"
#include "store/jobs.hpp"
#include "store/session.hpp"
#include "store/sql_text.hpp"
#include "store/statement_lists.hpp"

#include <array>

namespace guildhall::store {

namespace {

// Leases whose time is over become free, and their guilds due no later than they are.
constexpr statement free_expired{
    "free_expired_leases", R"(
  with late as (
    select id from sync_queue where lease_token is not null and leased_until < app_now()
    order by id for update skip locked
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null from late
    where q.id = late.id
    returning q.guild_id, q.due_at
  )
  update sync_queue q set due_at = f.due_at
  from (select guild_id, min(due_at) as due_at from freed where guild_id is not null group by 1) f
    join tracked_guilds t on t.guild_id = f.guild_id
  where q.tracked_guild_id = t.id and q.lease_token is null and q.due_at > f.due_at)",
    4'000};

constexpr std::string_view claimed_guilds{R"(, claimed as (
    update sync_queue q set lease_token = nextval('lease_tokens'),
      leased_until = now.t + $2::interval, forced = q.forced or q.again, again = false
    from due, now where q.id = due.id
    returning q.id, q.lease_token, q.tracked_guild_id, q.forced, q.priority, q.attempts
  )
  select q.id, q.lease_token, t.id, t.region, t.realm, t.name_slug, t.guild_id, g.realm_id,
    g.bnet_guild_id, t.state, t.not_found_since, q.forced or t.roster_due_at <= now.t, q.forced,
    coalesce(t.interval_s, 0), q.priority, q.attempts, g.suspect_last_modified,
    g.suspect_first_seen, g.suspect_members,
    (select count(*) from guild_members m where m.guild_id = g.id and m.left_at is null),
    gd.document, gd.state, gd.fetched_at, gd.checked_at, gd.changed_at, gd.last_modified,
    gd.synced_for, gd.period_id, gd.error_class, gd.failures, gd.retry_at,
    rd.document, rd.state, rd.fetched_at, rd.checked_at, rd.changed_at, rd.last_modified,
    rd.synced_for, rd.period_id, rd.error_class, rd.failures, rd.retry_at
  from claimed q cross join now
    join tracked_guilds t on t.id = q.tracked_guild_id
    left join guilds g on g.id = t.guild_id
    left join document_states gd on gd.guild_id = g.id and gd.document = 'guild'
    left join document_states rd on rd.guild_id = g.id and rd.document = 'roster'
  order by q.id)"};

// Rosters: by their own due time, so that a guild with nothing but due characters never goes
// first.
constexpr std::string_view claim_rosters_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from now, tracked_guilds t join sync_queue q on q.tracked_guild_id = t.id
    where t.roster_due_at <= now.t and q.due_at <= now.t and q.lease_token is null
      and q.priority = 1
    order by t.roster_due_at limit $1 for update of q skip locked
  ))"};
constexpr statement claim_rosters{
    "claim_rosters", join<claim_rosters_due, claimed_guilds>, 3'000};
constexpr std::string_view claim_due_guilds_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from sync_queue q
    where q.tracked_guild_id is not null and q.lease_token is null and q.priority = $3::smallint
      and q.due_at <= app_now()
    order by q.due_at limit $1 for update skip locked
  ))"};
constexpr statement claim_due_guilds{
    "claim_guilds", join<claim_due_guilds_due, claimed_guilds>, 3'000};

constexpr std::string_view claimed_characters{R"( claimed as (
    update sync_queue q set lease_token = nextval('lease_tokens'),
      leased_until = now.t + $2::interval, forced = q.forced or q.again, again = false
    from due, now where q.id = due.id
    returning q.id, q.lease_token, q.character_id, q.guild_id, q.forced, q.attempts
  )
  select q.id, q.lease_token, c.id, c.region, c.realm_id, c.bnet_character_id, c.realm,
    c.name_key, c.name, c.user_id, coalesce(q.guild_id, c.guild_id), q.forced, q.attempts,
    c.profile_json is not null, c.verified_at, c.last_login_at,
    c.user_id is not null or coalesce((
      select true from main_overrides o where o.character_id = c.id limit 1), false),
    d.document, d.state, d.fetched_at, d.checked_at, d.changed_at, d.last_modified, d.synced_for,
    d.period_id, d.error_class, d.failures, d.retry_at
  from claimed q join characters c on c.id = q.character_id
    left join document_states d on d.character_id = c.id
  order by q.id)"};

constexpr std::string_view claim_members_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from generate_series(0, 3) p, lateral (
      select id from sync_queue
      where character_id is not null and lease_token is null and guild_id = $3
        and priority = p::smallint and due_at <= app_now()
      order by due_at limit $1 for update skip locked) q
    limit $1
  ),)"};
constexpr statement claim_members{
    "claim_characters_of_guild", join<claim_members_due, claimed_characters>, 2'500};
constexpr std::string_view claim_own_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from generate_series(0, 3) p, lateral (
      select id from sync_queue
      where character_id is not null and lease_token is null and guild_id is null
        and priority = p::smallint and due_at <= app_now()
      order by guild_id, priority, due_at limit $1 for update skip locked) q
    limit $1
  ),)"};
constexpr statement claim_own{
    "claim_characters_of_players", join<claim_own_due, claimed_characters>, 2'500};

// leased_until is in no index: renewing costs no index entry.
constexpr statement renew_leases{
    "renew_leases", R"(
  with held as (
    select q.id from sync_queue q
      join unnest($1::bigint[], $2::bigint[]) as l(id, token) on l.id = q.id
    where q.lease_token = l.token order by q.id for update of q
  )
  update sync_queue q set leased_until = now.t + $3::interval
  from held, (select app_now() as t) now where q.id = held.id
  returning q.id, q.lease_token)",
    3'000};
constexpr statement release_leases{
    "release_leases", R"(
  with held as (
    select q.id from sync_queue q
      join unnest($1::bigint[], $2::bigint[]) as l(id, token) on l.id = q.id
    where q.lease_token = l.token order by q.id for update of q
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null from held where q.id = held.id
    returning q.guild_id, q.due_at
  )
  update sync_queue q set due_at = f.due_at
  from (select guild_id, min(due_at) as due_at from freed where guild_id is not null group by 1) f
    join tracked_guilds t on t.guild_id = f.guild_id
  where q.tracked_guild_id = t.id and q.lease_token is null and q.due_at > f.due_at)",
    4'000};

constexpr statement finish_checked{
    "finish_checked_characters", R"(
  with held as (
    select q.id, q.character_id, l.due_at from sync_queue q
      join unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as l(id, token, due_at)
        on l.id = q.id
    where q.lease_token = l.token order by q.id for update of q
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null, attempts = 0, priority = 2,
      due_at = case when q.again then app_now() else held.due_at end, forced = q.again,
      again = false
    from held where q.id = held.id
    returning q.character_id, q.guild_id, q.due_at
  ), pulled as (
    update sync_queue q set due_at = f.due_at
    from (select guild_id, min(due_at) as due_at from freed where guild_id is not null group by 1) f
      join tracked_guilds t on t.guild_id = f.guild_id
    where q.tracked_guild_id = t.id and q.lease_token is null and q.due_at > f.due_at
  )
  select character_id from freed)",
    4'000};
constexpr statement documents_checked{
    "documents_checked", R"(
  with now as materialized (select app_now() as t), before as (
    select d.id, d.character_id, d.document, d.state, d.error_class from document_states d
      join unnest($1::bigint[], $2::text[]) as l(character_id, document)
        on l.character_id = d.character_id and l.document = d.document
    where d.character_id = any($3::bigint[]) for update of d
  )
  update document_states d set checked_at = now.t, state = 'ok', error_class = null,
    error_detail = '', failures = 0, failed_at = null, retry_at = null
  from before b, now where d.id = b.id
  returning d.character_id, b.document = 'profile' and b.state <> 'ok',
    b.state <> 'ok' or b.error_class is not null)",
    6'000};
constexpr statement available_again{
    "characters_available", R"(
  update characters set is_available = true, updated_at = app_now()
  where id = any($1::bigint[]) and not is_available)",
    500};
constexpr statement guilds_of{
    "guilds_of_characters", R"(
  select distinct guild_id from guild_members
  where character_id = any($1::bigint[]) and left_at is null)",
    500};

constexpr statement finish_entry{
    "finish_guild", R"(
  with earliest as (
    select min(c.due_at) as due_at from generate_series(0, 3) p, lateral (
      select due_at from sync_queue c
      where c.guild_id = $3::bigint and c.priority = p::smallint and c.lease_token is null
        and c.character_id is not null
      order by due_at limit 1) c
  ), tracked as (
    update tracked_guilds t set
      roster_due_at = case when q.again then app_now() else coalesce($2::timestamptz, t.roster_due_at) end
    from sync_queue q where q.id = $1 and t.id = q.tracked_guild_id
    returning t.id, t.roster_due_at
  )
  update sync_queue q set lease_token = null, leased_until = null,
    attempts = case when $4::boolean then q.attempts + 1 else 0 end,
    due_at = case when q.again then app_now()
                  else greatest(least(t.roster_due_at, e.due_at), $5::timestamptz) end,
    forced = q.again,
    priority = case when q.again then 0 else 1 end, again = false
  from tracked t, earliest e where q.id = $1
  returning e.due_at <= app_now())",
    80};

constexpr std::array all{free_expired,      claim_rosters,   claim_due_guilds, claim_members,
                         claim_own,         renew_leases,    release_leases,   finish_checked,
                         documents_checked, available_again, guilds_of,        finish_entry};

domain::guild_work read_guild_work(const pqxx::row& row) {
  domain::guild_work work;
  fields in(row);
  std::optional<realm_id> realm;
  std::optional<bnet_guild_id> bnet_id;
  std::int64_t interval = 0;
  int priority = 0;
  std::optional<std::string> suspect_version;
  std::optional<time_point> suspect_since;
  std::optional<std::int64_t> suspect_members;
  in >> work.lease.entry >> work.lease.token >> work.tracked >> work.address.region
      >> work.address.realm >> work.address.name_slug >> work.guild >> realm >> bnet_id
      >> work.state >> work.not_found_since >> work.roster_due >> work.forced >> interval
      >> priority >> work.attempts >> suspect_version >> suspect_since >> suspect_members
      >> work.open_members;
  if (realm && bnet_id)
    work.identity = {work.address.region, *realm, *bnet_id};
  work.interval = std::chrono::seconds{interval};
  work.priority = static_cast<domain::priority>(priority);
  if (suspect_version && suspect_since)
    work.earlier_suspicion = {*suspect_version, *suspect_since, suspect_members.value_or(0)};
  work.guild_document.document = domain::document::guild;
  work.roster_document.document = domain::document::roster;
  read_document(in, work.guild_document);
  read_document(in, work.roster_document);
  work.guild_document.document = domain::document::guild;
  work.roster_document.document = domain::document::roster;
  return work;
}

/// Rows of one character follow each other, one per document.
std::vector<domain::character_work> read_character_work(const pqxx::result& rows) {
  std::vector<domain::character_work> out;
  for (const auto& row : rows) {
    fields in(row);
    domain::character_work work;
    in >> work.lease.entry >> work.lease.token >> work.character >> work.identity.region
        >> work.identity.realm_id >> work.identity.bnet_id >> work.address.realm
        >> work.address.name_key >> work.name >> work.user >> work.guild >> work.forced
        >> work.attempts >> work.profile_stored >> work.verified_at >> work.last_login_at
        >> work.grouped;
    work.address.region = work.identity.region;
    domain::document_record record;
    const bool any = read_document(in, record);
    if (out.empty() || out.back().character != work.character)
      out.push_back(std::move(work));
    if (any && record.document == domain::document::toys)
      out.back().toys_at = record.fetched_at;
    if (any)
      out.back().documents.push_back(std::move(record));
  }
  return out;
}

struct lease_arrays {
  array entries;
  array tokens;
};

lease_arrays arrays_of(const std::vector<domain::lease>& leases) {
  lease_arrays out;
  for (const auto& lease : leases) {
    out.entries.add(lease.entry);
    out.tokens.add(lease.token);
  }
  return out;
}

/// Characters whose documents stand differently now, told to everybody.
void announce_recovered(session& db, const pqxx::result& checked) {
  change_tags tags;
  std::vector<std::int64_t> profiles;
  std::vector<std::int64_t> recovered;
  for (const auto& row : checked) {
    character_id id;
    bool profile = false;
    bool other = false;
    fields(row) >> id >> profile >> other;
    if (profile)
      profiles.push_back(id.value);
    if (other) {
      recovered.push_back(id.value);
      tags.add(id);
    }
  }
  if (recovered.empty())
    return;
  if (!profiles.empty())
    db.exec(available_again, {profiles});
  for (const auto& row : db.exec(guilds_of, {recovered})) {
    guild_id id;
    fields(row) >> id;
    tags.add(id);
  }
  tags.send(db);
}

} // namespace

statements lists::queue() {
  return all;
}

result<std::vector<domain::guild_work>>
claim_guilds(session& db, domain::priority what, int limit, std::chrono::seconds lease) {
  using work_list = std::vector<domain::guild_work>;
  if (what == domain::priority::sweep)
    return work_list{};
  return db.transaction([&]() -> result<work_list> {
    db.exec(free_expired);
    const bool rosters = what == domain::priority::roster;
    const int queued_as = what == domain::priority::person ? 0 : 1;
    const auto rows = rosters ? db.exec(claim_rosters, {limit, lease})
                              : db.exec(claim_due_guilds, {limit, lease, queued_as});
    work_list out;
    std::vector<std::int64_t> tracked;
    for (const auto& row : rows) {
      out.push_back(read_guild_work(row));
      tracked.push_back(out.back().tracked.value);
    }
    start_guild_jobs(db, tracked);
    return out;
  });
}

result<std::vector<domain::character_work>> claim_characters(
    session& db, std::optional<guild_id> guild, int limit, std::chrono::seconds lease) {
  using work_list = std::vector<domain::character_work>;
  return db.transaction([&]() -> result<work_list> {
    if (!guild)
      db.exec(free_expired);
    auto out = read_character_work(
        guild ? db.exec(claim_members, {limit, lease, *guild})
              : db.exec(claim_own, {limit, lease}));
    std::vector<std::int64_t> characters;
    for (const auto& work : out)
      if (work.forced)
        characters.push_back(work.character.value);
    start_character_jobs(db, characters);
    return out;
  });
}

result<std::vector<domain::lease>>
renew(session& db, const std::vector<domain::lease>& leases, std::chrono::seconds lease) {
  const auto arrays = arrays_of(leases);
  std::vector<domain::lease> held;
  for (const auto& row : db.exec(renew_leases, {arrays.entries, arrays.tokens, lease})) {
    auto& one = held.emplace_back();
    fields(row) >> one.entry >> one.token;
  }
  return held;
}

result<void> release(session& db, const std::vector<domain::lease>& leases) {
  const auto arrays = arrays_of(leases);
  db.exec(release_leases, {arrays.entries, arrays.tokens});
  return {};
}

result<void>
checked_characters(session& db, const std::vector<domain::checked_character>& characters) {
  array entries;
  array tokens;
  array due;
  array owners;
  array documents;
  for (const auto& one : characters) {
    entries.add(one.lease.entry);
    tokens.add(one.lease.token);
    due.add(one.next_due);
    for (const auto what : one.unchanged) {
      owners.add(one.character);
      documents.add(domain::to_string(what));
    }
  }
  return db.transaction([&]() -> result<void> {
    std::vector<std::int64_t> held;
    for (const auto& row : db.exec(finish_checked, {entries, tokens, due}))
      fields(row) >> held.emplace_back();
    if (held.empty())
      return {};
    announce_recovered(db, db.exec(documents_checked, {owners, documents, held}));
    finish_character_jobs(db, held);
    return {};
  });
}

result<void> finish_guild(session& db, const domain::guild_finish& how) {
  return db.transaction([&]() -> result<void> {
    if (auto held = fence(db, how.lease); !held)
      return held;
    const auto rows = db.exec(
        finish_entry,
        {how.lease.entry, how.next_roster_due, how.guild, how.failed, how.not_before});
    bool more_to_do = false;
    if (!rows.empty())
      fields(rows[0]) >> more_to_do;
    finish_guild_job(db, how, more_to_do);
    if (how.announce && how.guild) {
      change_tags tags;
      tags.add(*how.guild);
      tags.send(db);
    }
    return {};
  });
}

} // namespace guildhall::store
