#include "store/mirror/erase.hpp"

#include "core/text.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace guildhall::store {

namespace {

/// `, level = null, ...`: what documents say of a character, without or with nothing but what
/// rosters tell as well.
constexpr sql_text emptied(bool listed) {
  sql_text out;
  for (const auto& kind : domain::document_kinds) {
    if (kind.of != domain::document_subject::character)
      continue;
    if (!listed && !kind.raw.empty())
      out.append({", ", kind.raw, " = null"});
    for (const auto& column : kind.derived)
      if (column.listed == listed)
        out.append({", ", column.name, " = ", column.unknown});
  }
  return out;
}

constexpr std::string_view of_these{" where id = any($1::bigint[])"};
constexpr std::string_view no_documents{R"(
  update characters set is_available = false, candidate_id = null, last_synced_at = null,
    erased_at = app_now(), updated_at = app_now())"};
constexpr std::string_view no_columns = generated<[] { return emptied(false); }>;
constexpr statement columns{
    "erase_documents", join<no_documents, no_columns, of_these>, 30'000};
constexpr statement states{
    "erase_document_states", R"(
  delete from document_states where character_id = any($1::bigint[]))",
    15'000};
constexpr std::string_view no_name{"update characters set name = null, name_key = null"};
constexpr std::string_view nothing_listed = generated<[] { return emptied(true); }>;
constexpr statement names{"erase_names", join<no_name, nothing_listed, of_these>, 30'000};
constexpr statement members{
    "erase_member_names", R"(
  update guild_members set character_name = null, member_data_json = null, updated_at = app_now()
  where character_id = any($1::bigint[])
    and (character_name is not null or member_data_json is not null))",
    30'000};
// Others' events name them as well: whose address they took, whom they were before a transfer.
constexpr statement events{
    "erase_event_names", R"(
  update guild_events set old_name = null, new_name = null
  where (old_name is not null or new_name is not null) and id = any(array(
    select e.id from guild_events e where e.character_id = any($1::bigint[])
    union all
    select e.id from characters c join guild_events e on e.region = c.region
      and e.other_realm_id = c.realm_id and e.other_bnet_character_id = c.bnet_character_id
    where c.id = any($1::bigint[]))))",
    30'000};
constexpr statement jobs{
    "erase_job_messages", R"(
  update jobs set message = case when finished_at is null then 'erased' else '' end,
    state = case when finished_at is null then 'failed' else state end,
    finished_at = coalesce(finished_at, app_now())
  where character_id = any($1::bigint[]) and (finished_at is null or message <> ''))",
    5'000};
constexpr statement notes{
    "erase_notes", R"(
  update event_subscriptions set note = null
  where character_id = any($1::bigint[]) and note is not null
  returning event_id)",
    5'000};
constexpr statement audited_notes{
    "erase_audited_notes", R"(
  update audit_log set before = before - 'note', after = after - 'note'
  where (before ? 'note' or after ? 'note') and id = any(array(
    select id from audit_log
    where before ->> 'character_id' = any($1::text[]) and before ->> 'character_id' is not null
    union all
    select id from audit_log
    where after ->> 'character_id' = any($1::text[]) and after ->> 'character_id' is not null)))",
    5'000};
constexpr statement transfers{
    "erase_pending_transfers", R"(
  delete from pending_transfers
  where leaver_id = any($1::bigint[]) or joiner_id = any($1::bigint[]))",
    200};
// Nobody asks for a character without a name; a roster that lists it brings it back.
constexpr statement queue{
    "erase_queue", R"(
  delete from sync_queue where character_id = any($1::bigint[]))",
    15'000};
constexpr std::string_view no_guild_documents{"update guilds set updated_at = app_now()"};
constexpr std::string_view no_guild_columns = generated<[] {
  sql_text empty;
  sql_text filled;
  for (const auto& kind : domain::document_kinds)
    if (kind.of == domain::document_subject::guild && !kind.raw.empty()) {
      empty.append({", ", kind.raw, " = null"});
      filled.append({filled.empty() ? "" : " or ", kind.raw, " is not null"});
    }
  return sql_text{empty, " where id = $1 and (", filled, ")"};
}>;
constexpr statement guild_bodies{
    "erase_guild_documents", join<no_guild_documents, no_guild_columns>, 200};
constexpr statement guild_states{
    "erase_guild_states", R"(
  delete from document_states where guild_id = $1)",
    20};
// Whose stored roster may list them: wherever they ever were, and whose roster lost them to
// another's newer one (it is to be asked for in full, so no date of it is kept).
constexpr std::string_view knowing{R"(
  select g.id from guilds g where g.id = $2::bigint or g.id in (
    select m.guild_id from guild_members m where m.character_id = any($1::bigint[])
    union
    select h.id from document_states d join guilds h on h.id = d.guild_id,
      jsonb_array_elements(case jsonb_typeof(h.roster_json -> 'members')
        when 'array' then h.roster_json -> 'members' else '[]' end) e(value)
    where d.guild_id is not null and d.document = 'roster' and d.last_modified = ''
      and (h.region, e.value #>> '{character,realm,id}', e.value #>> '{character,id}') in (
        select region, realm_id::text, bnet_character_id::text from characters
        where id = any($1::bigint[]))) order by g.id)"};
constexpr std::string_view for_writing{" for no key update of g"};
constexpr statement guilds_knowing{"guilds_knowing", join<knowing>, 40'000};
constexpr statement hold_guilds{"hold_guilds_knowing", join<knowing, for_writing>, 40'000};
// An element that cannot be read as a member's is theirs if it has their name.
constexpr statement drop_elements{
    "drop_from_rosters", R"(
  with erased as materialized (
    select region, realm, name, realm_id::text as realm_id, bnet_character_id::text as bnet_id
    from characters where id = any($2::bigint[])
  ), dropped as (
    select g.id, jsonb_agg(e.value order by e.place) filter (where not e.theirs) as kept
    from guilds g cross join lateral (
      select m.value, m.place,
        coalesce((g.region, m.value #>> '{character,realm,id}', m.value #>> '{character,id}')
          in (select region, realm_id, bnet_id from erased), false)
        or coalesce((g.region, m.value #>> '{character,realm,slug}', m.value #>> '{character,name}')
          in (select region, realm, name from erased where name is not null), false) as theirs
      from jsonb_array_elements(case jsonb_typeof(g.roster_json -> 'members')
        when 'array' then g.roster_json -> 'members' else '[]' end)
        with ordinality m(value, place)) e
    where g.id = any($1::bigint[]) and g.roster_json is not null
    group by g.id having bool_or(e.theirs)
  )
  update guilds g set roster_json = jsonb_set(g.roster_json, '{members}', coalesce(d.kept, '[]')),
    updated_at = app_now()
  from dropped d where g.id = d.id returning g.id)",
    40'000};
// What was written about a guild as free text: why something failed, what people changed. Whole
// words only; a name with more than letters is no player's.
constexpr statement texts{
    "erase_in_texts", R"(
  with named as materialized (
    select '(^|[^[:alnum:]])(' || string_agg(name, '|') || ')($|[^[:alnum:]])' as words
    from characters where id = any($2::bigint[]) and name !~ '[][(){}.*+?^$|\\[:space:][:digit:]]'
  ), documents as (
    update document_states d set error_detail = '' from named n
    where d.guild_id = any($1::bigint[]) and d.error_detail ~* n.words
  ), tracked as (
    update tracked_guilds t set last_error = '' from named n
    where t.guild_id = any($1::bigint[]) and t.last_error ~* n.words
  ), told as (
    update jobs j set message = '' from named n
    where j.guild_id = any($1::bigint[]) and j.message ~* n.words
  )
  update audit_log a set
    subject = case when a.subject ~* n.words then '' else a.subject end,
    before = case when a.before::text ~* n.words then null else a.before end,
    after = case when a.after::text ~* n.words then null else a.after end
  from named n
  where a.guild_id = any($1::bigint[])
    and (a.subject ~* n.words or a.before::text ~* n.words or a.after::text ~* n.words))",
    40'000};
// What requests were answered holds names beside ids, and what people wrote.
constexpr statement answers{
    "erase_kept_answers", R"sql(
  with named as materialized (
    select '(^|[^[:alnum:]])(' || string_agg(name, '|') || ')($|[^[:alnum:]])' as words
    from characters where id = any($1::bigint[]) and name !~ '[][(){}.*+?^$|\\[:space:][:digit:]]'
  )
  delete from kept_answers a using named n
  where a.body ~ ('"(id|characterId|character_id)":(' || array_to_string($1::bigint[], '|') || ')[,}]')
    or a.body ~* n.words)sql",
    4'000};
// An honest roster brings back who is erased and no more: it must not answer that nothing has
// changed.
constexpr statement reopen{
    "reopen_rosters", R"(
  update document_states set last_modified = ''
  where document = 'roster' and last_modified <> '' and guild_id = any(array(
    select guild_id from guild_members
    where character_id = any($1::bigint[]) and left_at is null)))",
    15'000};
constexpr statement listing{
    "guilds_listing", R"(
  select distinct guild_id from guild_members
  where character_id = any($1::bigint[]) and left_at is null order by guild_id)",
    15'000};
constexpr statement addresses{
    "addresses_of_erased", R"(
  select id, realm, coalesce(name, '') from characters
  where id = any($1::bigint[]) and forgotten_at is null)",
    8'000};
constexpr statement forget_gone{
    "forget_gone", R"(
  update characters c set forgotten_at = app_now(), forgotten_address = w.address
  from unnest($1::bigint[], $2::integer[]) as w(id, address) where c.id = w.id)",
    30'000};
constexpr statement forget_asked{
    "forget_asked", R"(
  update characters set forgotten_at = app_now(), forgotten_address = null, user_id = null,
    licence_id = null, unlisted_at = null, unseen_at = null
  where id = any($1::bigint[]))",
    30'000};
constexpr statement remember{
    "end_forgetting", R"(
  update characters set forgotten_at = null, forgotten_address = null, updated_at = app_now()
  where id = any($1::bigint[]) and forgotten_at is not null)",
    15'000};
// Whoever is a member already is forgotten with the guild locked; the others are locked here.
constexpr statement forgotten{
    "forgotten_of_roster", R"(
  select c.id, c.realm_id, c.bnet_character_id, c.forgotten_at, c.forgotten_address
  from unnest($3::bigint[], $4::bigint[]) as w(realm_id, bnet_id)
    join characters c on c.region = $2 and c.realm_id = w.realm_id
      and c.bnet_character_id = w.bnet_id
  where c.forgotten_at is not null or not exists (
    select from guild_members m
    where m.character_id = c.id and m.guild_id = $1 and m.left_at is null)
  order by c.id for no key update of c)",
    15'000};
constexpr std::array all{
    columns,     states,         names,         members,   events,       jobs,
    notes,       audited_notes,  transfers,     queue,     guild_bodies, guild_states,
    hold_guilds, guilds_knowing, drop_elements, reopen,    listing,      addresses,
    forget_gone, forget_asked,   remember,      forgotten, texts,        answers};
const listed_statements registered{all};

using ids = std::vector<std::int64_t>;

array texts_of(const ids& characters) {
  array out;
  for (const auto id : characters)
    out.add(std::to_string(id));
  return out;
}

/// What is kept of them so that nobody names them again; before their names go.
void mark_forgotten(session& db, const ids& characters, erasing why) {
  if (why == erasing::unverified)
    return;
  if (why == erasing::asked) {
    db.exec(forget_asked, {characters});
    return;
  }
  array gone;
  array sums;
  for (const auto& row : db.exec(addresses, {characters})) {
    std::int64_t id = 0;
    std::string realm;
    std::string name;
    fields(row) >> id >> realm >> name;
    gone.add(id);
    sums.add(domain::address_sum(realm, text::name_key(name)));
  }
  db.exec(forget_gone, {gone, sums});
}

} // namespace

void hold_to_erase(
    session& db, const std::vector<std::int64_t>& characters,
    const std::optional<guild_id>& also) {
  hold_queue(db, characters);
  db.exec(hold_guilds, {characters, also});
  lock_characters(db, characters);
}

void erase_documents(session& db, const std::vector<std::int64_t>& characters) {
  db.exec(columns, {characters});
  db.exec(states, {characters});
}

std::int64_t erase_characters(
    session& db, const std::vector<std::int64_t>& characters, erasing why, change_tags& tags) {
  if (characters.empty())
    return 0;
  for (const auto id : characters)
    tags.add(character_id{id});
  const auto knowing_guilds = ids_of(db.exec(guilds_knowing, {characters, std::nullopt}));
  db.exec(audited_notes, {texts_of(characters)});
  db.exec(texts, {knowing_guilds, characters}); // what else names them
  db.exec(answers, {characters});
  for (const auto id : ids_of(db.exec(drop_elements, {knowing_guilds, characters})))
    tags.add(guild_id{id});
  db.exec(reopen, {characters});
  const auto guilds = ids_of(db.exec(listing, {characters}));
  for (const auto id : guilds)
    tags.add(guild_id{id});
  add_owners(db, characters, tags);
  erase_documents(db, characters);
  mark_forgotten(db, characters, why);
  db.exec(names, {characters});
  db.exec(members, {characters});
  const auto named = db.exec(events, {characters}).affected_rows();
  db.exec(jobs, {characters});
  for (const auto id : ids_of(db.exec(notes, {characters})))
    tags.add(event_id{id});
  db.exec(transfers, {characters});
  db.exec(queue, {characters});
  if (why == erasing::asked) // they are nobody's now
    for (const auto id : guilds)
      update_leader(db, guild_id{id}, tags);
  return static_cast<std::int64_t>(named);
}

void erase_guild_documents(session& db, guild_id id) {
  db.exec(guild_bodies, {id});
  db.exec(guild_states, {id});
}

forgotten_members still_forgotten(
    session& db, guild_id guild, domain::region where, const domain::roster_view& roster,
    std::optional<time_point> modified_at) {
  std::map<domain::character_identity, const domain::roster_member*> listed;
  array realms;
  array bnet_ids;
  for (const auto& one : roster.members) {
    listed.emplace(domain::character_identity{where, one.realm.id, one.id}, &one);
    realms.add(one.realm.id);
    bnet_ids.add(one.id);
  }
  forgotten_members out;
  ids again;
  const auto now = now_of(db);
  for (const auto& row : db.exec(forgotten, {guild, where, realms, bnet_ids})) {
    std::int64_t id = 0;
    domain::forgotten_character who;
    who.identity.region = where;
    std::optional<time_point> since;
    fields(row) >> id >> who.identity.realm_id >> who.identity.bnet_id >> since >> who.address;
    if (!since)
      continue;
    who.since = *since;
    if (domain::is_there_again(who, *listed.at(who.identity), modified_at, now)) {
      again.push_back(id);
      continue;
    }
    out.ids.push_back(id);
    out.who.insert(who.identity);
  }
  end_forgetting(db, again);
  return out;
}

void drop_from_roster(session& db, guild_id id, const std::vector<std::int64_t>& characters) {
  db.exec(drop_elements, {ids{id.value}, characters});
}

void end_forgetting(session& db, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(remember, {characters});
}

} // namespace guildhall::store
