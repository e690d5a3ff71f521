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
    select q.id, q.character_id, l.* from sync_queue q
      join unnest($1::bigint[], $2::bigint[], $3::interval[], $4::boolean[], $5::real[],
          $6::real[], $7::timestamptz[], $8::real[], $9::real[], $10::real[],
          $11::timestamptz[], $12::smallint[])
        as l(entry, token, wait, failed, changes, exposure, as_of, per_hour, weight, price, said,
          tries)
        on l.entry = q.id
    where q.lease_token = l.token order by q.id for update of q
  ), freed as (
    update sync_queue q set lease_token = null, leased_until = null, lost_leases = 0,
      priority = 2, attempts = case when held.failed
        then failures_in_a_row(q.attempts_class, q.attempts, 'transient') else 0 end,
      attempts_class = case when held.failed then 'transient' end,
      due_at = now.t + case when q.again then interval '0' else held.wait end,
      forced = q.again, again = false,
      changes = coalesce(held.changes, q.changes),
      exposure = coalesce(held.exposure, q.exposure),
      seen_as_of = coalesce(held.as_of, q.seen_as_of),
      per_hour = coalesce(held.per_hour, q.per_hour), weight = coalesce(held.weight, q.weight),
      priced_at = coalesce(held.price, q.priced_at),
      hint_tries = case when q.hinted_at = held.said then coalesce(held.tries, 0)
        else q.hint_tries end,
      hinted_at = case when q.hinted_at = held.said and held.tries is null then null
        else q.hinted_at end
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

// Locked before it is read: two coordinators of one guild may follow each other closely.
constexpr statement read_played{
    "read_played", R"(
  select played, played_as_of, app_now() from guilds where id = $1 for no key update)",
    10};
constexpr statement write_played{
    "write_played", R"(
  update guilds set played = $2::real[], played_as_of = app_now() where id = $1)",
    20};

// Waiting times go with the square root of the price, about. What failed waits for its retry.
constexpr statement reprice_members{
    "reprice_members", R"(
  with now as materialized (select app_now() as t), dear as (
    select q.id from sync_queue q, api_budget b, now
    where q.guild_id = $1 and q.character_id is not null and q.lease_token is null
      and q.attempts = 0 and b.price > 0 and q.priced_at > 2 * b.price
      and q.due_at > now.t and q.due_at < 'infinity'
    order by q.id for update of q
  )
  update sync_queue q set priced_at = b.price,
    due_at = now.t + (q.due_at - now.t) * sqrt(b.price / q.priced_at)
  from dear, api_budget b, now where q.id = dear.id)",
    3'000};

constexpr std::array all{reprice_members,   renew_leases,    release_leases, finish_checked,
                         documents_checked, available_again, guilds_of,      finish_entry,
                         read_played,       write_played};
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

/// A row's parameters, each to the array of its column.
template <std::size_t Count>
void add_each(std::array<array, Count>& columns, const std::array<param, Count>& values) {
  for (std::size_t i = 0; i < Count; ++i)
    columns[i].add(values[i]);
}

void note_played(session& db, guild_id guild, const std::vector<time_point>& moments) {
  const auto rows = db.exec(read_played, {guild});
  if (rows.empty())
    return;
  domain::hour_counts known;
  time_point now;
  fields(rows[0]) >> known.counts >> known.as_of >> now;
  array counts;
  for (const auto count : domain::with_moments(std::move(known), moments, now).counts)
    counts.add(count);
  db.exec(write_played, {guild, counts});
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
  std::array<array, look_params> looks;
  std::array<array, hint_params> hints;
  array owners;
  array documents;
  for (const auto& one : what.characters) {
    entries.add(one.lease.entry);
    tokens.add(one.lease.token);
    waits.add(wait_until(one.next_due, one.made_at));
    failed.add(one.failed);
    add_each(looks, params_of(one.look));
    add_each(hints, params_of(one.hint));
    for (const auto document : one.unchanged) {
      owners.add(one.character);
      documents.add(domain::to_string(document));
    }
  }
  return db.transaction([&]() -> result<void> {
    std::vector<std::int64_t> held;
    std::vector<param> params{entries, tokens, waits, failed};
    params.insert(params.end(), looks.begin(), looks.end());
    params.insert(params.end(), hints.begin(), hints.end());
    for (const auto& row : db.exec(finish_checked, params))
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
    if (what.guild && !what.played.empty())
      note_played(db, *what.guild, what.played);
    if (what.guild && what.next_roster_due)
      db.exec(reprice_members, {*what.guild});
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
