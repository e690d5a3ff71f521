#include "domain/game.hpp"
#include "domain/guild_reads.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/ledger/documents.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/character_sql.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

// One row per document; the JSON only in the first one. A document that never came still leaves
// one row.
constexpr std::string_view guild_head{
    R"(select g.id, g.bnet_guild_id, g.region, g.realm, g.realm_name, g.name, g.name_key,
    g.faction, g.leader_id, g.member_count, g.exclude_from_sync, g.created_at, g.updated_at,
    g.last_synced_at, g.last_roster_sync,
    case when row_number() over () > 1 then null
         else case when $1::boolean then jsonb_build_object('name', g.name, 'member_count',
             g.member_count) || coalesce(g.guild_data_json, '{}')
           else jsonb_build_object('name', g.name, 'member_count', g.member_count) end end,
    case when $1::boolean and row_number() over () = 1 then g.roster_json end,)"};
constexpr std::string_view guild_rows{
    " from guilds g left join document_states d on d.guild_id = g.id "};
constexpr std::string_view of_id{"where g.id = $2"};
constexpr statement guild_by_id{
    "guild", join<guild_head, document_state_columns, guild_rows, of_id>, 40};
// What people tracked leads to its guild even where Battle.net spells its name another way.
constexpr std::string_view at_address{R"(where g.id = coalesce(
    (select id from guilds where region = $2 and realm = $3 and name_key = $4),
    (select guild_id from tracked_guilds where region = $2 and realm = $3 and name_slug = $4)))"};
constexpr statement guild_by_address{
    "guild_at", join<guild_head, document_state_columns, guild_rows, at_address>, 50};

constexpr std::string_view character_head{
    R"(select c.id, c.bnet_character_id, c.user_id, c.guild_id, c.region, c.realm, )"};
constexpr std::string_view character_class{
    R"(, coalesce(c.name, 'Unknown'), coalesce(c.class_id, 0), )"};
constexpr std::string_view character_level{", coalesce(c.level, 0), "};
constexpr std::string_view character_levels{
    R"(, c.spec_name, coalesce(o.is_main, m.is_main, false), c.is_available,
    c.average_item_level, c.equipped_item_level, )"};
constexpr std::string_view character_rest{R"(, c.achievement_points,
    c.last_login_at, c.created_at, c.updated_at, c.last_synced_at,
    case when row_number() over () = 1 then )"};
constexpr std::string_view character_documents{R"( end,
    case when $1::boolean and row_number() over () = 1 then c.profile_json end,
    case when $1::boolean and row_number() over () = 1 then c.equipment_json end,
    case when $1::boolean and row_number() over () = 1 then c.mythic_profile_json end,
    case when $1::boolean and row_number() over () = 1 then)"};
constexpr std::string_view character_columns{join<
    character_head, realm_name, character_class, told_class, character_level, known_role,
    character_levels, current_rating, character_rest, all_tiers, character_documents>};
/// `{"<column>": ...}` of the documents that are not mirrored everywhere; null without any.
constexpr std::string_view optional_documents = generated<[] {
  sql_text pairs;
  for (const auto& kind : domain::document_kinds)
    if (kind.of == domain::document_subject::character && !kind.by_default)
      for (const auto& column : kind.derived)
        pairs.append({pairs.empty() ? "'" : ", '", column.name, "', c.", column.name});
  return sql_text{" nullif(jsonb_strip_nulls(jsonb_build_object(", pairs, ")), '{}') end,"};
}>;
constexpr std::string_view character_rows{R"(
  from characters c
    left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join main_overrides o on o.character_id = c.id and o.guild_id = m.guild_id
    left join document_states d on d.character_id = c.id and d.document in ()"};
constexpr std::string_view shown =
    generated<[] { return document_names([](const auto& kind) { return kind.shown; }); }>;
constexpr std::string_view of_character{") where c.id = $2"};
constexpr statement character_by_id{
    "character",
    join<
        character_columns, optional_documents, document_state_columns, character_rows, shown,
        of_character>,
    60};
constexpr std::string_view called{") where c.region = $2 and c.realm = $3 and c.name_key = $4"};
constexpr statement character_by_address{
    "character_at",
    join<
        character_columns, optional_documents, document_state_columns, character_rows, shown,
        called>,
    60};

constexpr std::string_view freshness_head{R"(
  select g.id, coalesce(m.members, 0), coalesce(m.profiles, 0), coalesce(m.unavailable, 0),
    coalesce(m.pending, 0), coalesce(m.failing, 0), m.oldest,
    (select min(q.due_at) from tracked_guilds t join sync_queue q on q.tracked_guild_id = t.id
     where t.guild_id = g.id),
    (select min(t.roster_due_at) from tracked_guilds t where t.guild_id = g.id), b.price,
    m.mean_age, m.p90_age,)"};
constexpr std::string_view freshness_rows{R"(
  from guilds g cross join api_budget b
    left join lateral (
      select count(*) as members, count(*) filter (where p.fetched_at is not null) as profiles,
        count(*) filter (where p.state in ('not_found', 'forbidden')) as unavailable,
        count(*) filter (where q.due_at <= now.t or q.lease_token is not null) as pending,
        count(*) filter (where p.state in ('failed', 'malformed')) as failing,
        min(p.checked_at) as oldest,
        avg(age.s) filter (where c.last_login_at > now.t - interval '7 days')::float8 as mean_age,
        percentile_cont(0.9) within group (order by age.s)
          filter (where c.last_login_at > now.t - interval '7 days') as p90_age
      from (select app_now() as t) now cross join guild_members m
        left join document_states p on p.character_id = m.character_id and p.document = 'profile'
        join characters c on c.id = m.character_id
        left join sync_queue q on q.character_id = m.character_id
        cross join lateral (select extract(epoch from now.t - p.checked_at)::float8 as s) age
      where m.guild_id = g.id and m.left_at is null) m on true
    left join document_states d on d.guild_id = g.id
  where g.id = $1)"};
constexpr statement guild_freshness{
    "freshness", join<freshness_head, document_state_columns, freshness_rows>, 15'000};
constexpr std::array all{
    guild_by_id, guild_by_address, character_by_id, character_by_address, guild_freshness};
const listed_statements registered{all};

bool wants_all(domain::detail how) {
  return how == domain::detail::full;
}

domain::guild_row read_guild(const pqxx::result& rows) {
  domain::guild_row out;
  for (const auto& row : rows) {
    fields in(row);
    domain::document_record record;
    if (out.id) {
      in.skip(17);
    } else {
      std::optional<std::string> slug;
      in >> out.id >> out.bnet_id >> out.region >> out.realm >> out.realm_name >> out.name
          >> slug >> out.faction >> out.leader_id >> out.member_count >> out.exclude_from_sync
          >> out.created_at >> out.updated_at >> out.last_synced_at >> out.last_roster_sync
          >> out.guild_data_json >> out.roster_json;
      out.name_slug = slug ? *slug : domain::guild_name_slug(out.name);
    }
    if (read_document(in, record))
      out.documents.push_back(std::move(record));
  }
  return out;
}

domain::character_row read_character(const pqxx::result& rows) {
  domain::character_row out;
  int class_id = 0;
  std::string told_class_name;
  for (const auto& row : rows) {
    fields in(row);
    domain::document_record record;
    if (out.id)
      in.skip(28);
    else
      in >> out.id >> out.bnet_id >> out.user_id >> out.guild_id >> out.region >> out.realm
          >> out.realm_name >> out.name >> class_id >> told_class_name >> out.level >> out.role
          >> out.spec_name >> out.is_main >> out.is_available >> out.average_item_level
          >> out.equipped_item_level >> out.mythic_rating >> out.achievement_points
          >> out.last_login_at >> out.created_at >> out.updated_at >> out.last_synced_at
          >> out.professions >> out.profile_json >> out.equipment_json
          >> out.mythic_profile_json >> out.optional_documents;
    if (read_document(in, record))
      out.documents.push_back(std::move(record));
  }
  out.class_name = domain::class_name(class_id, told_class_name);
  return out;
}

failure unknown(const std::string& what, const std::string& id) {
  return {ec::not_found, what + " with ID " + id + " not found"};
}

} // namespace

template <>
result<domain::guild_row> run(session& db, const domain::guild_by_id& what) {
  const auto rows = db.exec(guild_by_id, {wants_all(what.how), what.id});
  if (rows.empty())
    return fail(unknown("Guild", std::to_string(what.id.value)));
  return read_guild(rows);
}

template <>
result<domain::guild_row> run(session& db, const domain::guild_at& what) {
  const auto& address = what.address;
  const auto rows = db.exec(
      guild_by_address,
      {wants_all(what.how), address.region, address.realm, address.name_slug});
  if (rows.empty())
    return fail(unknown(
        "Guild", address.name_slug + "-" + address.realm + "-"
                     + std::string(domain::to_string(address.region))));
  return read_guild(rows);
}

template <>
result<domain::character_row> run(session& db, const domain::character_by_id& what) {
  const auto rows = db.exec(character_by_id, {wants_all(what.how), what.id});
  if (rows.empty())
    return fail(domain::no_such_character(what.id));
  return read_character(rows);
}

template <>
result<domain::character_row> run(session& db, const domain::character_at& what) {
  const auto& address = what.address;
  const auto rows = db.exec(
      character_by_address,
      {wants_all(what.how), address.region, address.realm, address.name_key});
  if (rows.empty())
    return fail(domain::no_such_character(address));
  return read_character(rows);
}

template <>
result<domain::guild_freshness> run(session& db, const domain::freshness_of& what) {
  const auto rows = db.exec(guild_freshness, {what.guild});
  if (rows.empty())
    return fail(unknown("Guild", std::to_string(what.guild.value)));
  domain::guild_freshness out;
  for (const auto& row : rows) {
    fields in(row);
    domain::document_record record;
    std::optional<time_point> due;
    in >> out.guild_id >> out.members >> out.profiles >> out.unavailable >> out.pending
        >> out.failing >> out.oldest_checked_at >> due >> out.next_roster_at >> out.price
        >> out.mean_age >> out.p90_age;
    out.next_due_at = due;
    if (read_document(in, record))
      out.documents.push_back(std::move(record));
  }
  return out;
}

} // namespace guildhall::store
