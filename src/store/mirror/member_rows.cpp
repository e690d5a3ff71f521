#include "store/mirror/member_rows.hpp"

#include "core/text.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement load{
    "stored_members", R"(
  select m.id, c.id, c.region, c.realm_id, c.bnet_character_id, coalesce(c.name, ''), c.realm,
    coalesce(c.class_id, 0), coalesce(c.level, 0), m.rank, m.left_at is null
  from guild_members m join characters c on c.id = m.character_id
  where m.guild_id = $1)",
    8'000};
constexpr statement elsewhere{
    "open_elsewhere", R"(
  select c.region, c.realm_id, c.bnet_character_id, c.id, m.id, m.guild_id, m.rank, d.modified_at
  from unnest($3::bigint[], $4::bigint[]) as w(realm_id, bnet_id)
    join characters c on c.region = $2 and c.realm_id = w.realm_id
      and c.bnet_character_id = w.bnet_id
    join guild_members m on m.character_id = c.id and m.left_at is null and m.guild_id <> $1
    left join document_states d on d.guild_id = m.guild_id and d.document = 'roster'
  order by c.id)",
    15'000};
// The guild itself, who has its address, and whose members this roster lists.
constexpr statement hold{
    "hold_guilds_of_roster", R"(
  select g.id from guilds g where g.id = $1::bigint
    or (g.region = $2 and g.realm = $3 and g.name_key = $4) or g.id = any(array(
      select m.guild_id from unnest($5::bigint[], $6::bigint[]) as w(realm_id, bnet_id)
        join characters c on c.region = $2 and c.realm_id = w.realm_id
          and c.bnet_character_id = w.bnet_id
        join guild_members m on m.character_id = c.id and m.left_at is null))
  order by g.id for no key update of g)",
    15'000};
constexpr statement lock{
    "lock_characters", R"(
  select id from characters where id = any($1::bigint[]) order by id for no key update)",
    8'000};
// A level or class that the profile told is left to the profile.
constexpr statement upsert{
    "upsert_characters", R"(
  insert into characters as c (region, realm_id, bnet_character_id, realm, name, name_key, class_id,
    level)
  select $1, w.* from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
    $7::integer[], $8::integer[]) as w(realm_id, bnet_id, realm, name, name_key, class_id, level)
  order by realm_id, bnet_id
  on conflict (region, realm_id, bnet_character_id) do update set realm = excluded.realm,
    name = coalesce(excluded.name, c.name), name_key = excluded.name_key,
    class_id = coalesce(c.class_id, excluded.class_id), level = coalesce(c.level, excluded.level),
    verified_at = case when c.erased_at is null then c.verified_at else app_now() end,
    erased_at = null, updated_at = app_now()
  returning id, region, realm_id, bnet_character_id)",
    30'000};
constexpr statement without_address{
    "members_without_address", R"(
  select c.id, c.name from guild_members m join characters c on c.id = m.character_id
  where m.guild_id = $1 and m.left_at is null and c.name_key is null and c.name is not null
  order by c.id)",
    8'000};
constexpr statement restore{
    "restore_address", R"(
  update characters c set name_key = $2, updated_at = app_now()
  where c.id = $1 and not exists (
    select from characters o
    where o.region = c.region and o.realm = c.realm and o.name_key = $2))",
    40};
constexpr statement newer_profile{
    "with_newer_profile", R"(
  select character_id from document_states
  where character_id = any($1::bigint[]) and document = 'profile' and state = 'ok'
    and modified_at > $2::timestamptz)",
    8'000};
constexpr statement levels{
    "update_levels", R"(
  update characters c set class_id = w.class_id, level = w.level, updated_at = app_now(),
    class_name = case when c.class_id = w.class_id then c.class_name end
  from unnest($1::bigint[], $2::integer[], $3::integer[]) as w(id, class_id, level)
  where c.id = w.id and not exists (
    select from document_states d where d.character_id = w.id and d.document = 'profile'
      and d.state = 'ok' and (d.modified_at > $4::timestamptz or $4::timestamptz is null)))",
    20'000};
constexpr statement open{
    "open_memberships", R"(
  insert into guild_members as m (guild_id, character_id, rank, character_name, character_class,
    joined_at)
  select $1, w.id, w.rank, w.name,
    case when w.class = 'Unknown' then coalesce(c.class_name, w.class) else w.class end,
    case when $6::boolean then null else now.t end
  from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[]) as w(id, rank, name, class)
    join characters c on c.id = w.id, (select app_now() as t) now
  order by w.id
  on conflict (guild_id, character_id) do update set rank = excluded.rank,
    character_name = excluded.character_name, character_class = excluded.character_class,
    joined_at = app_now(), left_at = null, updated_at = app_now())",
    30'000};
constexpr statement close{
    "close_memberships", R"(
  update guild_members set left_at = now.t, updated_at = now.t
  from (select app_now() as t) now where id = any($1::bigint[]) and left_at is null)",
    15'000};
constexpr statement ranks{
    "set_rank", R"(
  update guild_members m set rank = w.rank, updated_at = app_now()
  from unnest($1::bigint[], $2::integer[]) as w(id, rank) where m.id = w.id)",
    15'000};
constexpr statement join_guild{
    "set_guild", R"(
  update characters set guild_id = $1, candidate_id = null, updated_at = app_now()
  where id = any($2::bigint[]) and (guild_id is distinct from $1 or candidate_id is not null))",
    15'000};
constexpr statement leave_guild{
    "clear_guild", R"(
  update characters set guild_id = null, updated_at = app_now()
  where id = any($2::bigint[]) and guild_id = $1)",
    15'000};
constexpr statement names{
    "refresh_member_names", R"(
  update guild_members m set character_name = c.name, updated_at = app_now()
  from characters c
  where m.guild_id = $1 and m.left_at is null and c.id = m.character_id
    and m.character_name is distinct from c.name)",
    15'000};
// Entries that do not say whose they are are nobody's; of several the last one counts.
constexpr statement data{
    "refresh_member_data", R"(
  with listed as (
    select e.value, e.at,
      case when jsonb_typeof(e.value #> '{character,id}') = 'number'
        then (e.value #> '{character,id}')::numeric end as bnet_id,
      case when jsonb_typeof(e.value #> '{character,realm,id}') = 'number'
        then (e.value #> '{character,realm,id}')::numeric end as realm_id
    from guilds g, jsonb_array_elements(g.roster_json -> 'members') with ordinality e(value, at)
    where g.id = $1
  ), last as (
    select distinct on (realm_id, bnet_id) * from listed
    where realm_id = trunc(realm_id) and bnet_id = trunc(bnet_id)
      and realm_id between 1 and 9007199254740991 and bnet_id between 1 and 9007199254740991
    order by realm_id, bnet_id, at desc
  )
  update guild_members m set member_data_json = l.value
  from last l, guilds g, characters c
  where g.id = $1 and c.region = g.region and c.realm_id = l.realm_id::bigint
    and c.bnet_character_id = l.bnet_id::bigint
    and m.guild_id = g.id and m.character_id = c.id and m.left_at is null
    and m.member_data_json is distinct from l.value)",
    30'000};
constexpr statement transfer{
    "add_pending_transfer", R"(
  insert into pending_transfers (guild_id, leaver_id, joiner_id) values ($1, $2, $3)
  on conflict do nothing)",
    30};
constexpr std::array all{load,       elsewhere,     hold,   lock, upsert,  without_address,
                         restore,    newer_profile, levels, open, close,   ranks,
                         join_guild, leave_guild,   names,  data, transfer};
const listed_statements registered{all};

} // namespace

std::vector<domain::stored_member> stored_members(session& db, guild_id guild) {
  std::vector<domain::stored_member> out;
  for (const auto& row : db.exec(load, {guild})) {
    auto& m = out.emplace_back();
    fields(row) >> m.member_id >> m.character_id >> m.identity.region >> m.identity.realm_id
        >> m.identity.bnet_id >> m.name >> m.realm >> m.class_id >> m.level >> m.rank >> m.open;
  }
  return out;
}

std::vector<contested_member>
open_elsewhere(session& db, guild_id guild, std::span<const domain::character_identity> who) {
  std::vector<contested_member> out;
  if (who.empty())
    return out;
  array realms;
  array ids;
  for (const auto& one : who) {
    realms.add(one.realm_id);
    ids.add(one.bnet_id);
  }
  for (const auto& row : db.exec(elsewhere, {guild, who.front().region, realms, ids})) {
    auto& m = out.emplace_back();
    fields(row) >> m.who.region >> m.who.realm_id >> m.who.bnet_id >> m.character
        >> m.membership >> m.other >> m.rank >> m.roster_modified_at;
  }
  return out;
}

void hold_guilds_of_roster(
    session& db, std::optional<guild_id> guild, const domain::guild_address& address,
    std::span<const domain::roster_member> members) {
  array realms;
  array ids;
  for (const auto& one : members) {
    realms.add(one.realm.id);
    ids.add(one.id);
  }
  db.exec(hold, {guild, address.region, address.realm, address.name_slug, realms, ids});
}

void lock_characters(session& db, const std::vector<std::int64_t>& ids) {
  if (!ids.empty())
    db.exec(lock, {ids});
}

character_ids
upsert_characters(session& db, domain::region where, std::span<const roster_character> list) {
  character_ids out;
  if (list.empty())
    return out;
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? param(std::nullopt) : param(text);
  };
  array realm_ids, bnet_ids, realms, names_of, keys, classes, levels_of;
  for (const auto& one : list) {
    realm_ids.add(one.who.realm_id);
    bnet_ids.add(one.who.bnet_id);
    realms.add(one.realm);
    names_of.add(text_or_null(one.name));
    keys.add(text_or_null(one.name_key));
    classes.add(one.class_id);
    levels_of.add(one.level);
  }
  for (const auto& row : db.exec(
           upsert, {where, realm_ids, bnet_ids, realms, names_of, keys, classes, levels_of})) {
    character_id id;
    domain::character_identity who;
    fields(row) >> id >> who.region >> who.realm_id >> who.bnet_id;
    out.emplace(who, id);
  }
  return out;
}

void restore_addresses(session& db, guild_id guild) {
  for (const auto& row : db.exec(without_address, {guild})) {
    character_id id;
    std::string name;
    fields(row) >> id >> name;
    if (const auto key = text::name_key(name); !key.empty())
      db.exec(restore, {id, key});
  }
}

std::vector<std::int64_t> with_newer_profile(
    session& db, const std::vector<std::int64_t>& characters, time_point roster_modified_at) {
  std::vector<std::int64_t> out;
  if (characters.empty())
    return out;
  for (const auto& row : db.exec(newer_profile, {characters, roster_modified_at}))
    fields(row) >> out.emplace_back();
  return out;
}

void update_levels(
    session& db, const std::vector<level_change>& changes,
    std::optional<time_point> roster_modified_at) {
  if (changes.empty())
    return;
  array ids, classes, levels_of;
  for (const auto& change : changes) {
    ids.add(change.character);
    classes.add(change.class_id);
    levels_of.add(change.level);
  }
  db.exec(levels, {ids, classes, levels_of, roster_modified_at});
}

void open_memberships(
    session& db, guild_id guild, const std::vector<membership>& list, bool first_scan) {
  if (list.empty())
    return;
  array ids, ranks_of, names_of, classes;
  for (const auto& one : list) {
    ids.add(one.character);
    ranks_of.add(one.rank);
    names_of.add(one.name);
    classes.add(one.class_name);
  }
  db.exec(open, {guild, ids, ranks_of, names_of, classes, first_scan});
}

void close_memberships(session& db, const std::vector<std::int64_t>& members) {
  if (!members.empty())
    db.exec(close, {members});
}

void set_rank(session& db, const std::vector<domain::rank_change>& changes) {
  if (changes.empty())
    return;
  array ids, ranks_of;
  for (const auto& change : changes) {
    ids.add(change.before.member_id);
    ranks_of.add(change.rank);
  }
  db.exec(ranks, {ids, ranks_of});
}

void set_guild(session& db, guild_id guild, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(join_guild, {guild, characters});
}

void clear_guild(session& db, guild_id guild, const std::vector<std::int64_t>& characters) {
  if (!characters.empty())
    db.exec(leave_guild, {guild, characters});
}

void refresh_member_names(session& db, guild_id guild) {
  db.exec(names, {guild});
}

void refresh_member_data(session& db, guild_id guild) {
  db.exec(data, {guild});
}

void add_pending_transfer(
    session& db, guild_id guild, character_id leaver, character_id joiner) {
  db.exec(transfer, {guild, leaver, joiner});
}

} // namespace guildhall::store
