#include "core/text.hpp"
#include "domain/sync_port.hpp"
#include "store/ledger/documents.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

// Leases whose time is over become free, and their guilds due no later than they are: by
// whichever claim comes first after 3 s, since it reads all leases there are. (A moment of the
// last time that lies ahead is that of another clock.) Says whether the sync is paused: who
// claims has to know.
constexpr std::string_view expired{R"(
  with now as materialized (select app_now() as t), turn as (
    select s.one from lease_sweep s, now
    where s.swept_at <= now.t - interval '3 seconds' or s.swept_at > now.t
    for update of s skip locked
  ), noted as (
    update lease_sweep s set swept_at = now.t from turn, now where s.one = turn.one
  ), late as (
    select q.id from sync_queue q, now
    where exists (select from turn) and q.lease_token is not null and q.leased_until < now.t
    order by q.id for update of q skip locked
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null,
      lost_leases = q.lost_leases + 1
    from late where q.id = late.id
    returning q.guild_id, q.due_at
  ), pulled as ()"};
constexpr std::string_view is_paused{R"()
  select paused, app_now() from sync_settings)"};
constexpr statement free_expired{
    "free_expired_leases", join<expired, pull_guilds, is_paused>, 4'000};

constexpr std::string_view guilds_claimed{R"(, claimed as (
    update sync_queue q set lease_token = nextval('lease_tokens'),
      leased_until = now.t + $2::interval, forced = q.forced or q.again, again = false
    from due, now where q.id = due.id
    returning q.id, q.lease_token, q.tracked_guild_id, q.forced, q.priority, q.attempts,
      q.attempts_class
  )
  select q.id, q.lease_token, t.id, t.region, t.realm, t.name_slug, t.guild_id, g.realm_id,
    g.bnet_guild_id, t.state, t.not_found_since, q.forced or t.roster_due_at <= now.t, q.forced,
    coalesce(t.interval_s, 0), q.priority, q.attempts, q.attempts_class, g.suspect_last_modified,
    g.suspect_first_seen, g.suspect_members, t.disputed_realm_id, t.disputed_bnet_id,
    t.disputed_since, g.played, g.played_as_of,
    (select count(*) from guild_members m where m.guild_id = g.id and m.left_at is null),)"};
constexpr std::string_view guilds_documents = generated<[] {
  return sql_text{
      document_columns_of("gd"), ",", document_columns_of("rd"), ",",
      document_columns_of("ad")};
}>;
constexpr std::string_view guilds_rows{R"(
  from claimed q cross join now
    join tracked_guilds t on t.id = q.tracked_guild_id
    left join guilds g on g.id = t.guild_id
    left join document_states gd on gd.guild_id = g.id and gd.document = 'guild'
    left join document_states rd on rd.guild_id = g.id and rd.document = 'roster'
    left join document_states ad on ad.guild_id = g.id and ad.document = 'activity'
  order by q.id)"};

// Rosters: by their own due time, so that a guild with nothing but due characters never goes
// first.
constexpr std::string_view claim_rosters_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from now, tracked_guilds t join sync_queue q on q.tracked_guild_id = t.id
    where t.roster_due_at <= now.t and q.due_at <= now.t and q.lease_token is null
      and q.priority = 1 and ($3::text[] is null or t.region = any($3))
    order by t.roster_due_at limit $1 for update of q skip locked
  ))"};
constexpr statement claim_rosters{
    "claim_rosters", join<claim_rosters_due, guilds_claimed, guilds_documents, guilds_rows>,
    3'000};
constexpr std::string_view claim_due_guilds_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from sync_queue q join tracked_guilds t on t.id = q.tracked_guild_id
    where q.tracked_guild_id is not null and q.lease_token is null and q.priority = $4::smallint
      and q.due_at <= app_now() and ($3::text[] is null or t.region = any($3))
    order by q.due_at limit $1 for update of q skip locked
  ))"};
constexpr statement claim_due_guilds{
    "claim_guilds", join<claim_due_guilds_due, guilds_claimed, guilds_documents, guilds_rows>,
    3'000};

constexpr std::string_view characters_claimed{R"( claimed as (
    update sync_queue q set lease_token = nextval('lease_tokens'),
      leased_until = now.t + $2::interval, forced = q.forced or q.again, again = false
    from due, now where q.id = due.id
    returning q.id, q.lease_token, q.character_id, q.guild_id, q.forced, q.attempts,
      q.attempts_class, q.changes, q.exposure, q.seen_as_of, q.hinted_at, q.hint_tries
  )
  select q.id, q.lease_token, c.id, c.region, c.realm_id, c.bnet_character_id, c.realm,
    c.name_key, c.name, c.user_id, coalesce(q.guild_id, c.guild_id), q.forced, q.attempts,
    q.attempts_class, c.profile_json is not null, c.verified_at, c.last_login_at,
    c.user_id is not null or coalesce((
      select true from main_overrides o where o.character_id = c.id limit 1), false), now.t,
    q.changes, q.exposure, q.seen_as_of,
    coalesce(u.last_login_at > now.t - interval '7 days', false),
    exists (select from roster_members m join rosters r on r.id = m.roster_id
      join events e on e.guild_id = r.guild_id
      where m.character_id = c.id and e.start_time between now.t and now.t + interval '24 hours'),
    coalesce(c.level < g.highest_level and c.last_login_at < now.t - interval '180 days', false),
    q.hinted_at, q.hint_tries,)"};
constexpr std::string_view characters_rows{R"(
  from now cross join claimed q join characters c on c.id = q.character_id
    left join users u on u.id = c.user_id left join guilds g on g.id = q.guild_id
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
    "claim_characters_of_guild",
    join<claim_members_due, characters_claimed, document_state_columns, characters_rows>,
    2'500};
constexpr std::string_view claim_own_due{R"(
  with now as materialized (select app_now() as t), due as materialized (
    select q.id from generate_series(0, 3) p, lateral (
      select q.id from sync_queue q join characters c on c.id = q.character_id
      where q.character_id is not null and q.lease_token is null and q.guild_id is null
        and q.priority = p::smallint and q.due_at <= app_now()
        and ($3::text[] is null or c.region = any($3))
      order by q.guild_id, q.priority, q.due_at limit $1 for update of q skip locked) q
    limit $1
  ),)"};
constexpr statement claim_own{
    "claim_characters_of_players",
    join<claim_own_due, characters_claimed, document_state_columns, characters_rows>, 3'500};

constexpr std::array all{
    free_expired, claim_rosters, claim_due_guilds, claim_members, claim_own};
const listed_statements registered{all};

domain::guild_work read_guild_work(const pqxx::row& row) {
  domain::guild_work work;
  fields in(row);
  std::optional<realm_id> realm;
  std::optional<bnet_guild_id> bnet_id;
  std::int64_t interval = 0;
  int priority = 0;
  std::string attempts_class;
  std::optional<std::string> suspect_version;
  std::optional<time_point> suspect_since;
  std::optional<std::int64_t> suspect_members;
  std::optional<realm_id> stranger_realm;
  std::optional<bnet_guild_id> stranger;
  std::optional<time_point> disputed_since;
  in >> work.lease.entry >> work.lease.token >> work.tracked >> work.address.region
      >> work.address.realm >> work.address.name_slug >> work.guild >> realm >> bnet_id
      >> work.state >> work.not_found_since >> work.roster_due >> work.forced >> interval
      >> priority >> work.attempts >> attempts_class >> suspect_version >> suspect_since
      >> suspect_members >> stranger_realm >> stranger >> disputed_since >> work.played.counts
      >> work.played.as_of >> work.open_members;
  work.attempts_class = domain::parse_failure_class(attempts_class);
  if (realm && bnet_id)
    work.identity = {work.address.region, *realm, *bnet_id};
  work.interval = std::chrono::seconds{interval};
  work.priority = priority == 0   ? domain::priority::person
                : work.roster_due ? domain::priority::roster
                                  : domain::priority::character;
  if (suspect_version && suspect_since)
    work.earlier_suspicion = {*suspect_version, *suspect_since, suspect_members.value_or(0)};
  if (stranger_realm && stranger && disputed_since)
    work.disputed = {{work.address.region, *stranger_realm, *stranger}, *disputed_since};
  read_document(in, work.guild_document);
  read_document(in, work.roster_document);
  read_document(in, work.activity_document);
  work.guild_document.document = domain::document::guild;
  work.roster_document.document = domain::document::roster;
  work.activity_document.document = domain::document::activity;
  return work;
}

/// Rows of one character follow each other, one per document.
std::vector<domain::character_work>
read_character_work(const pqxx::result& rows, time_point here) {
  std::vector<domain::character_work> out;
  for (const auto& row : rows) {
    fields in(row);
    domain::character_work work;
    std::string attempts_class;
    time_point there;
    std::optional<time_point> hinted_at;
    int hint_tries = 0;
    in >> work.lease.entry >> work.lease.token >> work.character >> work.identity.region
        >> work.identity.realm_id >> work.identity.bnet_id >> work.address.realm
        >> work.address.name_key >> work.name >> work.user >> work.guild >> work.forced
        >> work.attempts >> attempts_class >> work.profile_stored >> work.verified_at
        >> work.last_login_at >> work.grouped >> there >> work.seen.changes
        >> work.seen.exposure >> work.seen.as_of >> work.why.own_of_visitor
        >> work.why.expected_soon >> work.why.left_behind >> hinted_at >> hint_tries;
    if (hinted_at)
      work.hint = {.said = *hinted_at, .tries = hint_tries};
    work.clock_ahead = there - here;
    work.attempts_class = domain::parse_failure_class(attempts_class);
    work.address.region = work.identity.region;
    if (work.address.name_key.empty()) // another has the address now: asking there tells
      work.address.name_key = text::name_key(work.name);
    domain::document_record record;
    const bool any = read_document(in, record);
    if (out.empty() || out.back().character != work.character)
      out.push_back(std::move(work));
    if (any)
      out.back().documents.push_back(std::move(record));
  }
  return out;
}

} // namespace

template <>
result<domain::claimed_guilds> run(session& db, const domain::claim_guilds& what) {
  if (what.priority == domain::priority::sweep)
    return domain::claimed_guilds{};
  return db.transaction([&]() -> result<domain::claimed_guilds> {
    domain::claimed_guilds out;
    time_point there;
    fields(db.exec(free_expired)[0]) >> out.paused >> there;
    out.clock_ahead = there - wall_now();
    if (out.paused)
      return out;
    const bool rosters = what.priority == domain::priority::roster;
    const int queued_as = what.priority == domain::priority::person ? 0 : 1;
    const auto regions = regions_of(what.regions);
    const auto rows =
        rosters ? db.exec(claim_rosters, {what.limit, what.lease, regions})
                : db.exec(claim_due_guilds, {what.limit, what.lease, regions, queued_as});
    std::vector<std::int64_t> tracked;
    for (const auto& row : rows) {
      out.guilds.push_back(read_guild_work(row));
      out.guilds.back().clock_ahead = out.clock_ahead;
      tracked.push_back(out.guilds.back().tracked.value);
    }
    start_guild_jobs(db, tracked);
    return out;
  });
}

template <>
result<std::vector<domain::character_work>>
run(session& db, const domain::claim_characters& what) {
  using work_list = std::vector<domain::character_work>;
  return db.transaction([&]() -> result<work_list> {
    if (!what.guild)
      db.exec(free_expired);
    const auto rows =
        what.guild ? db.exec(claim_members, {what.limit, what.lease, *what.guild})
                   : db.exec(claim_own, {what.limit, what.lease, regions_of(what.regions)});
    auto out = read_character_work(rows, wall_now());
    std::vector<std::int64_t> characters;
    for (const auto& work : out)
      if (work.forced)
        characters.push_back(work.character.value);
    start_character_jobs(db, characters);
    return out;
  });
}

} // namespace guildhall::store
