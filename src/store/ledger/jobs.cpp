#include "store/ledger/jobs.hpp"

#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement insert_job{
    "insert_job", R"(
  insert into jobs (kind, target, tracked_guild_id, guild_id, character_id, requested_by)
  values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id)",
    40};
constexpr statement joined_job{
    "open_job", R"(
  select id from jobs where finished_at is null
    and (tracked_guild_id = $1::bigint or character_id = $2::bigint) order by id limit 1)",
    20};

// While a job is open, its progress is counted from what its characters' profiles say: tried
// since it was asked for, and failed for a reason that may pass.
constexpr std::string_view progress{R"(select count(*) as total,
      count(*) filter (where p.tried and not p.failed) as done,
      count(*) filter (where p.tried and p.failed) as failed
    from (
      select greatest(d.checked_at, d.failed_at) >= j.created_at as tried,
        coalesce(d.error_class in ('transient', 'throttled', 'malformed'), false) as failed
      from sync_queue q
        left join document_states d on d.character_id = q.character_id and d.document = 'profile'
      where q.character_id in (
          select m.character_id from tracked_guilds t join guild_members m on m.guild_id = t.guild_id
          where t.id = j.tracked_guild_id and m.left_at is null
          union all select j.character_id where j.tracked_guild_id is null)
        and q.due_at < 'infinity'
    ) p)"};

constexpr std::string_view job_head{R"(
  select j.id, j.kind, j.target, j.state,
    coalesce(j.guild_id, (select guild_id from tracked_guilds where id = j.tracked_guild_id)),
    j.character_id,
    case when j.finished_at is null then p.total else j.total end,
    case when j.finished_at is null then p.done else j.done end,
    case when j.finished_at is null then p.failed else j.failed end,
    j.message, j.created_at, j.started_at, j.finished_at
  from jobs j left join lateral ()"};
constexpr std::string_view job_tail{") p on j.finished_at is null where j.id = $1"};
constexpr statement read_job{"job", join<job_head, progress, job_tail>, 15'000};
constexpr statement start_guilds{
    "start_guild_jobs", R"(
  update jobs set state = 'running', started_at = app_now()
  where tracked_guild_id = any($1::bigint[]) and finished_at is null and state = 'queued')",
    300};
constexpr statement start_characters{
    "start_character_jobs", R"(
  update jobs set state = 'running', started_at = app_now()
  where character_id = any($1::bigint[]) and finished_at is null and state = 'queued')",
    600};
// $4: more to do. A guild that is not there ends its job; what may pass is only reported.
constexpr statement finish_guild{
    "finish_guild_job", R"(
  with asked as (
    select j.id, t.last_error,
      t.state in ('not_found', 'disputed', 'gone', 'renamed')
        or coalesce(d.hopeless, false) as hopeless
    from jobs j join tracked_guilds t on t.id = j.tracked_guild_id
      left join lateral (
        select bool_or(state in ('not_found', 'forbidden', 'malformed')) as hopeless
        from document_states s where s.guild_id = t.guild_id) d on true
    where j.tracked_guild_id = $1 and j.finished_at is null and j.state = 'running'
  )
  update jobs j set guild_id = coalesce($2::bigint, j.guild_id),
    state = case when $3::boolean and a.hopeless then 'failed'
                 when $3::boolean or $4::boolean then 'running' else 'done' end,
    finished_at = case when ($3::boolean and a.hopeless) or not ($3::boolean or $4::boolean)
                       then app_now() end,
    message = case when $3::boolean then a.last_error else '' end
  from asked a where j.id = a.id
  returning j.id, j.finished_at is not null)",
    80};
constexpr std::string_view keep_head{R"(
  update jobs k set total = p.total, done = p.done, failed = p.failed from jobs j, lateral ()"};
constexpr std::string_view keep_tail{") p where j.id = $1 and k.id = j.id"};
constexpr statement keep_progress{
    "keep_job_progress", join<keep_head, progress, keep_tail>, 15'000};
constexpr statement finish_characters{
    "finish_character_jobs", R"(
  update jobs j set finished_at = app_now(), total = 1,
    state = case when f.failed then 'failed' else 'done' end,
    done = case when f.failed then 0 else 1 end, failed = case when f.failed then 1 else 0 end,
    message = f.detail
  from (
    select j2.id, bool_or(coalesce(d.error_class is not null, false)) as failed,
      coalesce(string_agg(d.document || ': ' || d.error_detail, '; ' order by d.document)
        filter (where d.error_class is not null), '') as detail
    from jobs j2 left join document_states d on d.character_id = j2.character_id
    where j2.character_id = any($1::bigint[]) and j2.finished_at is null and j2.state = 'running'
    group by j2.id
  ) f
  where j.id = f.id)",
    800};
// What else may be open has somebody at work on it, or its own time to be taken up again. A
// region is not synced when what is due there waits for ten minutes; $1: those that are.
constexpr statement end_idle{
    "end_idle_jobs", R"(
  with now as materialized (
    select app_now() as t, paused from sync_settings
  ), idle as (
    select j.id, case
      when j.kind <> 'sync_character' and (t.id is null or g.id is null)
        then 'The guild is not tracked any more'
      when j.kind = 'sync_character' and (c.id is null or q.id is null)
        then 'The character is not kept fresh any more'
      when c.id is not null and q.lease_token is null and (c.name is null or q.due_at = 'infinity')
        then 'The character has no name that it could be asked for'
      when coalesce(g.lost_leases, q.lost_leases) >= 5
        then 'Whoever worked on it ended five times without a word; the log may say why'
      when t.state = 'renamed' and j.state = 'running' and g.lease_token is null
        then 'The guild was ' || coalesce(nullif(t.last_error, ''), 'renamed')
      when now.paused or coalesce(g.lease_token, q.lease_token) is not null then null
      when now.t - coalesce(g.due_at, q.due_at) > interval '10 minutes'
          and not coalesce(t.region, c.region) = any($1::text[])
        then format('No running instance syncs the region %s', coalesce(t.region, c.region))
      when now.t - coalesce(g.due_at, q.due_at) > interval '1 day'
        then 'Nobody has taken it up for a day'
      end as why
    from now, jobs j left join tracked_guilds t on t.id = j.tracked_guild_id
      left join sync_queue g on g.tracked_guild_id = t.id
      left join characters c on c.id = j.character_id
      left join sync_queue q on q.character_id = c.id
    where j.finished_at is null
  )
  update jobs j set state = 'failed', finished_at = app_now(), message = i.why
  from idle i where j.id = i.id and i.why is not null and j.finished_at is null
  returning j.id)",
    1'000};
constexpr statement fail_guild{
    "fail_guild_jobs", R"(
  update jobs set state = 'failed', finished_at = app_now(), message = $2
  where tracked_guild_id = $1 and finished_at is null returning id)",
    30};
constexpr statement expire{
    "expire_jobs", R"(
  delete from jobs where id = any(array(
    select id from jobs where finished_at < app_now() - $2::interval order by finished_at limit $1)))",
    1'000};
// Who asked for jobs and guilds may be written there as the tag; the index holds who did.
constexpr statement asked_jobs{
    "forget_asked_jobs", R"(
  update jobs set requested_by = '' where requested_by = any($1::text[]) and requested_by <> '')",
    2'000};
constexpr statement asked_guilds{
    "forget_asked_guilds", R"(
  update tracked_guilds set requested_by = '' where requested_by = any($1::text[]))",
    200};
constexpr std::array all{insert_job,       joined_job,   read_job,      start_guilds,
                         start_characters, finish_guild, keep_progress, finish_characters,
                         end_idle,         fail_guild,   expire,        asked_jobs,
                         asked_guilds};
const listed_statements registered{all};

} // namespace

opened_job open_job(session& db, const new_job& what) {
  opened_job out;
  // The one that stood in the way may end before it can be joined.
  for (int tries = 0; tries < 5; ++tries) {
    const auto made = db.exec(
        insert_job,
        {what.kind, what.target, what.tracked, what.guild, what.character, what.by});
    out.joined = made.empty();
    const auto found = out.joined ? db.exec(joined_job, {what.tracked, what.character}) : made;
    if (found.empty())
      continue;
    fields(found[0]) >> out.id;
    break;
  }
  return out;
}

std::optional<domain::job_row> find_job(session& db, job_id id) {
  const auto rows = db.exec(read_job, {id});
  if (rows.empty())
    return std::nullopt;
  domain::job_row job;
  std::string state;
  fields(rows[0]) >> job.id >> job.kind >> job.target >> state >> job.guild_id
      >> job.character_id >> job.total >> job.done >> job.failed >> job.message
      >> job.created_at >> job.started_at >> job.finished_at;
  job.state = domain::parse_job_state(state).value_or(domain::job_state::queued);
  return job;
}

void start_guild_jobs(session& db, const std::vector<std::int64_t>& tracked) {
  if (!tracked.empty())
    db.exec(start_guilds, {tracked});
}

void start_character_jobs(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(start_characters, {characters});
}

void finish_guild_job(session& db, const domain::finish_guild& how, bool more_to_do) {
  for (const auto& row :
       db.exec(finish_guild, {how.tracked, how.guild, how.failed, more_to_do})) {
    job_id id;
    bool finished = false;
    fields(row) >> id >> finished;
    if (finished)
      db.exec(keep_progress, {id});
  }
}

void fail_guild_jobs(session& db, tracked_guild_id tracked, const std::string& why) {
  for (const auto& row : db.exec(fail_guild, {tracked, why})) {
    job_id id;
    fields(row) >> id;
    db.exec(keep_progress, {id});
  }
}

void finish_character_jobs(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(finish_characters, {characters});
}

template <>
result<std::int64_t> run(session& db, const domain::end_idle_jobs& what) {
  return db.transaction([&]() -> result<std::int64_t> {
    std::int64_t ended = 0;
    for (const auto& row : db.exec(end_idle, {regions_of(what.regions)})) {
      job_id id;
      fields(row) >> id;
      db.exec(keep_progress, {id});
      ++ended;
    }
    return ended;
  });
}

std::int64_t expire_jobs(session& db, int limit, std::chrono::seconds after) {
  return static_cast<std::int64_t>(db.exec(expire, {limit, after}).affected_rows());
}

void forget_who_asked(session& db, const array& battletags) {
  db.exec(asked_jobs, {battletags});
  db.exec(asked_guilds, {battletags});
}

} // namespace guildhall::store
