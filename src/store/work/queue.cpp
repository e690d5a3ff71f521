#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

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
constexpr std::string_view released{R"(
  with held as (
    select q.id from sync_queue q
      join unnest($1::bigint[], $2::bigint[]) as l(id, token) on l.id = q.id
    where q.lease_token = l.token order by q.id for update of q
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null, lost_leases = 0
    from held where q.id = held.id
    returning q.guild_id, q.due_at
  ))"};
constexpr statement release_leases{"release_leases", join<released, pull_guilds>, 4'000};

constexpr std::string_view checked_held{R"(
  with now as materialized (select app_now() as t), held as (
    select q.id, q.character_id, l.wait, l.failed from sync_queue q
      join unnest($1::bigint[], $2::bigint[], $3::interval[], $4::boolean[])
        as l(id, token, wait, failed) on l.id = q.id
    where q.lease_token = l.token order by q.id for update of q
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null, lost_leases = 0,
      priority = 2, attempts = case when held.failed
        then failures_in_a_row(q.attempts_class, q.attempts, 'transient') else 0 end,
      attempts_class = case when held.failed then 'transient' end,
      due_at = now.t + case when q.again then interval '0' else held.wait end,
      forced = q.again, again = false
    from held, now where q.id = held.id
    returning q.character_id, q.guild_id, q.due_at
  ), pulled as ()"};
constexpr std::string_view checked_ones{R"()
  select character_id from freed)"};
constexpr statement finish_checked{
    "finish_checked_characters", join<checked_held, pull_guilds, checked_ones>, 4'000};
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
  with now as materialized (select app_now() as t), earliest as (
    select min(c.due_at) as due_at from generate_series(0, 3) p, lateral (
      select due_at from sync_queue c
      where c.guild_id = $3::bigint and c.priority = p::smallint and c.lease_token is null
        and c.character_id is not null
      order by due_at limit 1) c
  ), tracked as (
    update tracked_guilds t set
      roster_due_at = case when q.again then now.t
                           else coalesce(now.t + $2::interval, t.roster_due_at) end
    from sync_queue q, now where q.id = $1 and t.id = q.tracked_guild_id
    returning t.id, t.roster_due_at
  )
  update sync_queue q set lease_token = null, leased_until = null, lost_leases = 0,
    attempts = coalesce(failures_in_a_row(q.attempts_class, q.attempts, $4), 0),
    attempts_class = $4,
    due_at = case when q.again then now.t
                  else greatest(least(t.roster_due_at, e.due_at), now.t + $5::interval) end,
    not_before = case when not q.again then now.t + $5::interval end,
    forced = q.again,
    priority = case when q.again then 0 else 1 end, again = false
  from tracked t, earliest e, now where q.id = $1
  returning e.due_at <= now.t)",
    80};

constexpr std::array all{renew_leases,    release_leases, finish_checked, documents_checked,
                         available_again, guilds_of,      finish_entry};
const listed_statements registered{all};

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

template <>
result<std::vector<domain::lease>> run(session& db, const domain::renew& what) {
  const auto arrays = arrays_of(what.leases);
  std::vector<domain::lease> held;
  for (const auto& row : db.exec(renew_leases, {arrays.entries, arrays.tokens, what.lease})) {
    auto& one = held.emplace_back();
    fields(row) >> one.entry >> one.token;
  }
  return held;
}

template <>
result<void> run(session& db, const domain::release& what) {
  const auto arrays = arrays_of(what.leases);
  db.exec(release_leases, {arrays.entries, arrays.tokens});
  return {};
}

template <>
result<void> run(session& db, const domain::checked_characters& what) {
  array entries;
  array tokens;
  array waits;
  array failed;
  array owners;
  array documents;
  for (const auto& one : what.characters) {
    entries.add(one.lease.entry);
    tokens.add(one.lease.token);
    waits.add(wait_until(one.next_due, one.made_at));
    failed.add(one.failed);
    for (const auto document : one.unchanged) {
      owners.add(one.character);
      documents.add(domain::to_string(document));
    }
  }
  return db.transaction([&]() -> result<void> {
    std::vector<std::int64_t> held;
    for (const auto& row : db.exec(finish_checked, {entries, tokens, waits, failed}))
      fields(row) >> held.emplace_back();
    if (held.empty())
      return {};
    announce_recovered(db, db.exec(documents_checked, {owners, documents, held}));
    finish_character_jobs(db, held);
    drop_strays(db, held);
    return {};
  });
}

template <>
result<void> run(session& db, const domain::finish_guild& what) {
  return db.transaction([&]() -> result<void> {
    if (auto held = fence(db, what.lease); !held)
      return held;
    const auto failed_as =
        what.failed ? std::optional{domain::to_string(what.failed_as)} : std::nullopt;
    const auto rows = db.exec(
        finish_entry, {what.lease.entry, wait_until(what.next_roster_due, what.made_at),
                       what.guild, failed_as, wait_until(what.not_before, what.made_at)});
    bool more_to_do = false;
    if (!rows.empty())
      fields(rows[0]) >> more_to_do;
    finish_guild_job(db, what, more_to_do);
    if (!what.error.empty())
      tracked_failed(db, what.tracked, what.error);
    if (what.announce && what.guild) {
      change_tags tags;
      tags.add(*what.guild);
      tags.send(db);
    }
    return {};
  });
}

} // namespace guildhall::store
