#include "domain/own.hpp"

#include "domain/control.hpp"
#include "domain/game.hpp"
#include "domain/guild_reads.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/character_sql.hpp"
#include "store/reads/page_sizes.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

using domain::character_row;

// And those whose roster is still to come: a profile names them.
constexpr statement guilds{
    "own_guilds", R"(
  select g.id, g.name, g.realm, g.region, d.changed_at, g.leader_id,
    jsonb_strip_nulls(jsonb_build_object('name', g.name, 'member_count', g.member_count,
      'crest', g.guild_data_json -> 'crest'))
  from (
    select m.guild_id from characters c
      join guild_members m on m.character_id = c.id and m.left_at is null
    where c.user_id = $1
    union select id from guilds where leader_id = $1
    union select g.id from characters c join guilds g on g.id = c.guild_id
    where c.user_id = $1 and g.last_roster_sync is null) own
    join guilds g on g.id = own.guild_id
    left join document_states d on d.guild_id = g.id and d.document = 'guild'
  order by g.name, g.id)",
    2'000};

// The main of a player in one guild as `domain::classify_roster` finds it.
constexpr std::string_view head{
    R"(select c.id, c.bnet_character_id, c.user_id, c.guild_id, c.region, c.realm, )"};
constexpr std::string_view name_and_class{
    R"(, coalesce(c.name, 'Unknown'), coalesce(c.class_id, 0), )"};
constexpr std::string_view level{", coalesce(c.level, 0), "};
constexpr std::string_view main_and_levels{R"(, c.spec_name,
    m.id is not null and row_number() over (
      partition by m.guild_id
      order by case coalesce(o.is_main, m.is_main) when true then 0 when false then 2 else 1 end,
        m.rank, c.name collate "C", c.id) = 1,
    c.is_available,
    c.average_item_level, c.equipped_item_level, )"};
constexpr std::string_view rest{R"(, c.achievement_points,
    c.last_login_at, c.created_at, c.updated_at, c.last_synced_at, p.changed_at, )"};
constexpr std::string_view columns{join<
    head, realm_name, name_and_class, told_class, level, known_role, main_and_levels,
    current_rating, rest>};
constexpr std::string_view no_documents{"c.professions, null, null, null"};
constexpr std::string_view wanted_documents{R"(
    coalesce(case when $6::boolean then c.profession_tiers end, c.professions),
    case when $3::boolean then c.profile_json end,
    case when $4::boolean then c.equipment_json end,
    case when $5::boolean then c.mythic_profile_json end)"};
constexpr std::string_view of_user{R"(
  from characters c
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join main_overrides o on o.character_id = c.id and o.guild_id = m.guild_id
    left join document_states p on p.character_id = c.id and p.document = 'profile'
    left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id
  where c.user_id = $1
  order by coalesce(c.level, 0) desc, c.name, c.id)"};
constexpr std::string_view so_many{" limit $2"};
constexpr statement list{
    "own_characters", join<columns, no_documents, of_user, so_many>, 3'000};
// Who is whose main is said by all of them.
constexpr std::string_view of_all{"select own.* from ("};
constexpr std::string_view those_of_page{") own where own.id = any($2::bigint[])"};
constexpr statement page{
    "own_character_page", join<of_all, columns, wanted_documents, of_user, those_of_page>,
    6'000};
constexpr std::string_view next_character{R"(
        select c.id from characters c where c.user_id = $1 and c.id > walk.id
        order by c.id limit 1) next
      join characters c on c.id = next.id
      cross join lateral (select 1024
        + coalesce(octet_length(
            coalesce(case when $8::boolean then c.profession_tiers end, c.professions)::text), 0)
        + coalesce(octet_length(case when $5::boolean then c.profile_json end::text), 0)
        + coalesce(octet_length(case when $6::boolean then c.equipment_json end::text), 0)
        + coalesce(octet_length(case when $7::boolean then c.mythic_profile_json end::text), 0))"};
constexpr statement page_sizes{
    "own_character_page_sizes", join<page_walk, next_character, page_walk_end>, 6'000};
constexpr statement looked_at{
    "looked_at_lately", R"(
  select from document_states
  where character_id = $1 and document = 'profile'
    and greatest(checked_at, failed_at) > app_now() - $2::interval)",
    12};
constexpr std::array all{guilds, list, page, page_sizes, looked_at};
const listed_statements registered{all};

character_row read_character(const pqxx::row& row) {
  character_row out;
  domain::document_record profile;
  profile.document = domain::document::profile;
  int class_id = 0;
  std::string told_class_name;
  fields(row) >> out.id >> out.bnet_id >> out.user_id >> out.guild_id >> out.region >> out.realm
      >> out.realm_name >> out.name >> class_id >> told_class_name >> out.level >> out.role
      >> out.spec_name >> out.is_main >> out.is_available >> out.average_item_level
      >> out.equipped_item_level >> out.mythic_rating >> out.achievement_points
      >> out.last_login_at >> out.created_at >> out.updated_at >> out.last_synced_at
      >> profile.changed_at >> out.professions >> out.profile_json >> out.equipment_json
      >> out.mythic_profile_json;
  out.class_name = domain::class_name(class_id, told_class_name);
  out.documents.push_back(std::move(profile));
  return out;
}

std::vector<character_row> read_characters(const pqxx::result& rows) {
  std::vector<character_row> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows)
    out.push_back(read_character(row));
  return out;
}

/// Whatever came of it: whom Battle.net does not show is not worth asking for time and again.
bool was_looked_at_lately(session& db, character_id id) {
  return !db.exec(looked_at, {id, std::chrono::seconds{domain::own_sync_pause}}).empty();
}

bool may_see(const domain::author& by, const character_row& row) {
  return by.reads_all || by.who.is_admin() || (row.guild_id && by.may_see(*row.guild_id));
}

/// It is queued unless that has just been done.
result<character_row>
look_after(session& db, character_row row, const std::vector<domain::region>& synced) {
  if (!was_looked_at_lately(db, row.id))
    if (const auto job = run(db, domain::sync_character{row.id, synced}); !job)
      return fail(job.error());
  return row;
}

} // namespace

template <>
result<std::vector<domain::own_guild>> run(session& db, const domain::own_guilds_of& what) {
  std::vector<domain::own_guild> out;
  for (const auto& row : db.exec(guilds, {what.user})) {
    auto& line = out.emplace_back();
    fields(row) >> line.id >> line.name >> line.realm >> line.region >> line.last_updated
        >> line.leader_id >> line.guild_data_json;
  }
  return out;
}

template <>
result<std::vector<character_row>> run(session& db, const domain::own_characters_of& what) {
  return read_characters(db.exec(list, {what.user, domain::max_own_characters}));
}

template <>
result<domain::page_of<character_row>>
run(session& db, const domain::own_character_page_of& asked) {
  const auto& [user, from, what] = asked;
  const auto found = read_sizes(db.exec(
      page_sizes, {user, from.after, from.bytes, from.rows, what.profile, what.equipment,
                   what.mythic, what.all_tiers}));
  const auto cut = domain::cut_page(found, from);
  auto rows = read_characters(db.exec(
      page, {user, cut.ids, what.profile, what.equipment, what.mythic, what.all_tiers}));
  return domain::page_of<character_row>{std::move(rows), cut.next};
}

template <>
result<character_row> run(session& db, const domain::sync_own_at& what) {
  return db.transaction([&]() -> result<character_row> {
    auto row = run(db, domain::character_at{what.address});
    // One that is not known is not theirs either.
    if ((!row && row.error().code == ec::not_found) || (row && row->user_id != what.by.who.id))
      return fail(
          ec::forbidden,
          "Battle.net does not list this character as yours; log in again to refresh the list");
    if (!row)
      return fail(row.error());
    return look_after(db, std::move(*row), what.synced);
  });
}

template <>
result<character_row> run(session& db, const domain::sync_own& what) {
  return db.transaction([&]() -> result<character_row> {
    auto row = run(db, domain::character_by_id{what.character});
    if (!row)
      return fail(row.error());
    if (row->user_id != what.by.who.id)
      return fail(
          may_see(what.by, *row) ? domain::not_your_character(row->id)
                                 : domain::no_such_character(row->id));
    return look_after(db, std::move(*row), what.synced);
  });
}

} // namespace guildhall::store
