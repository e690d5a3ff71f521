#include "domain/rosters.hpp"

#include "domain/game.hpp"
#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/rank_names.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/character_sql.hpp"
#include "store/run.hpp"

#include <array>
#include <set>
#include <utility>

namespace guildhall::store {

namespace {

using domain::author;
using domain::roster_place;
using domain::roster_row;
using domain::roster_with_places;
using domain::written;

constexpr std::string_view row_columns{
    "r.id, r.guild_id, r.name, r.row_version, r.created_at, r.updated_at"};
constexpr std::string_view select{"select "};
constexpr std::string_view returning{" returning "};
constexpr std::string_view and_json{", to_jsonb(r)"};

constexpr std::string_view of_guild{
    " from rosters r where r.guild_id = $1 order by r.name, r.id"};
constexpr statement list{"rosters", join<select, row_columns, of_guild>, 300};
constexpr std::string_view of_id{" from rosters r where r.id = $1"};
constexpr statement one{"roster", join<select, row_columns, of_id>, 8};
constexpr std::string_view locked{" from rosters r where r.id = $1 for no key update"};
constexpr statement lock{"lock_roster", join<select, row_columns, and_json, locked>, 10};

constexpr std::string_view place_head{R"(
  select p.character_id, coalesce(c.name, 'Unknown'),
    case when m.id is null then ''
         else coalesce(k.rank_name, )"};
constexpr std::string_view name_of_rank = generated<[] { return default_rank_name("m.rank"); }>;
constexpr std::string_view place_class{R"() end,
    coalesce(c.class_id, 0), coalesce(p.role, c.role), c.realm, )"};
constexpr std::string_view comma{", "};
constexpr std::string_view place_rows{R"(
  from roster_members p join rosters r on r.id = p.roster_id
    join characters c on c.id = p.character_id
    left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id
    left join guild_members m on m.guild_id = r.guild_id and m.character_id = c.id
      and m.left_at is null
    left join ranks k on k.guild_id = m.guild_id and k.rank_id = m.rank
  where p.roster_id = $1)"};
constexpr std::string_view place_columns{
    join<place_head, name_of_rank, place_class, realm_name, comma, told_class, place_rows>};
constexpr std::string_view by_name{" order by 2, 1"};
constexpr statement places{"roster_places", join<place_columns, by_name>, 8'000};
constexpr std::string_view of_one{" and p.character_id = $2"};
constexpr statement place{"roster_place", join<place_columns, of_one>, 60};

constexpr std::string_view inserted{R"(
  insert into rosters as r (guild_id, name)
  select $1, $2 where (select count(*) from rosters where guild_id = $1) < $3)"};
constexpr statement insert{"add_roster", join<inserted, returning, row_columns, and_json>, 300};
constexpr std::string_view renamed{R"(
  update rosters r set name = $2, row_version = row_version + 1, updated_at = app_now()
  where r.id = $1)"};
constexpr statement rename{
    "rename_roster", join<renamed, returning, row_columns, and_json>, 30};
constexpr std::string_view touched{R"(
  update rosters r set row_version = row_version + 1, updated_at = app_now() where r.id = $1)"};
constexpr statement touch{"touch_roster", join<touched, returning, row_columns>, 30};
constexpr statement drop{"remove_roster", "delete from rosters where id = $1", 60};

constexpr statement add_characters{
    "add_places", R"(
  with wanted as (
    select m.character_id, a.role
    from unnest($3::bigint[], $4::text[]) a(id, role)
      join guild_members m on m.guild_id = $2 and m.character_id = a.id and m.left_at is null
    union all
    select m.character_id, a.role
    from unnest($5::integer[], $6::text[]) a(rank, role)
      join guild_members m on m.guild_id = $2 and m.rank = a.rank and m.left_at is null
  ), added as (
    insert into roster_members (roster_id, character_id, role)
    select distinct on (character_id) $1::bigint, character_id, role from wanted
    order by character_id
    on conflict do nothing returning character_id
  )
  select to_jsonb(array_agg(character_id order by character_id)) from added having count(*) > 0)",
    12'000};
constexpr statement count_places{
    "count_places", "select count(*) from roster_members where roster_id = $1", 300};
constexpr statement set_role{
    "set_place_role", R"(
  update roster_members p set role = $3 from roster_members before
  where p.roster_id = $1 and p.character_id = $2 and before.roster_id = $1
    and before.character_id = $2
  returning to_jsonb(before), to_jsonb(p))",
    30};
constexpr statement drop_place{
    "remove_place", R"(
  delete from roster_members p where roster_id = $1 and character_id = $2
  returning to_jsonb(p))",
    20};
constexpr std::array all{list,  one,  lock,           places,       place,    insert,    rename,
                         touch, drop, add_characters, count_places, set_role, drop_place};
const listed_statements registered{all};

fields& read_roster(fields& in, roster_row& out) {
  return in >> out.id >> out.guild_id >> out.name >> out.row_version >> out.created_at
      >> out.updated_at;
}

roster_place read_place(const pqxx::row& row) {
  roster_place out;
  int class_id = 0;
  std::string told_class_name;
  fields(row) >> out.character_id >> out.name >> out.rank >> class_id >> out.role >> out.realm
      >> out.realm_name >> told_class_name;
  out.class_name = domain::class_name(class_id, told_class_name);
  return out;
}

std::vector<roster_place> places_of(session& db, roster_id id) {
  std::vector<roster_place> out;
  for (const auto& row : db.exec(places, {id}))
    out.push_back(read_place(row));
  return out;
}

std::string subject(roster_id id) {
  return "roster " + std::to_string(id.value);
}

failure no_such_place(roster_id id, character_id who) {
  return {
      ec::not_found, "Roster member with ID " + std::to_string(id.value) + "-"
                         + std::to_string(who.value) + " not found"};
}

struct held_roster {
  roster_row row;
  std::string json;
};

/// The roster, locked, if this author may write it and has seen its last version.
result<held_roster> hold_roster(session& db, const author& by, roster_id id) {
  if (auto held = hold_author(db, by.who.id); !held)
    return fail(held.error());
  const auto rows = db.exec(lock, {id});
  if (rows.empty())
    return fail(ec::not_found, "Roster not found.");
  held_roster out;
  const auto first = rows[0];
  fields in(first);
  read_roster(in, out.row) >> out.json;
  if (!by.who.is_admin() && !by.who.leads(out.row.guild_id))
    return fail(ec::forbidden, "Forbidden: Only the Guild Master can perform this action.");
  if (by.seen_version && *by.seen_version != out.row.row_version)
    return fail(ec::precondition_failed);
  return out;
}

roster_row touched_roster(session& db, roster_id id) {
  roster_row out;
  const auto rows = db.exec(touch, {id});
  const auto first = rows[0];
  fields in(first);
  read_roster(in, out);
  return out;
}

/// Everything that belongs to rosters stands under one cache tag per guild.
template <class T>
written<T> announced(session& db, guild_id guild, T value) {
  change_tags tags;
  tags.add_rosters(guild);
  tags.send(db);
  return {std::move(value), tags.list()};
}

} // namespace

template <>
result<std::vector<roster_row>> run(session& db, const domain::rosters_of& what) {
  std::vector<roster_row> out;
  for (const auto& row : db.exec(list, {what.guild})) {
    fields in(row);
    read_roster(in, out.emplace_back());
  }
  return out;
}

template <>
result<roster_with_places> run(session& db, const domain::roster_by_id& what) {
  const auto rows = db.exec(one, {what.id});
  if (rows.empty())
    return fail(
        ec::not_found, "Roster with ID " + std::to_string(what.id.value) + " not found");
  roster_with_places out;
  const auto first = rows[0];
  fields in(first);
  read_roster(in, out.roster);
  out.places = places_of(db, what.id);
  return out;
}

template <>
result<written<roster_row>> run(session& db, const domain::add_roster& what) {
  const auto& [by, guild, name] = what;
  return db.transaction([&]() -> result<written<roster_row>> {
    if (auto held = hold_author(db, by.who.id); !held)
      return fail(held.error());
    if (auto held = hold_guild(db, guild); !held)
      return fail(held.error());
    const auto rows = db.exec(insert, {guild, name, domain::max_rosters_per_guild});
    if (rows.empty())
      return fail(
          ec::limit_reached, "A guild may have " + std::to_string(domain::max_rosters_per_guild)
                                 + " rosters; delete one first");
    roster_row row;
    std::string json;
    const auto first = rows[0];
    fields in(first);
    read_roster(in, row) >> json;
    audit(
        db, {.who = by.who.id,
             .guild = guild,
             .action = "roster.create",
             .subject = subject(row.id),
             .after = json});
    return announced(db, guild, std::move(row));
  });
}

template <>
result<written<roster_row>> run(session& db, const domain::rename_roster& what) {
  const auto& [by, id, name] = what;
  return db.transaction([&]() -> result<written<roster_row>> {
    const auto before = hold_roster(db, by, id);
    if (!before)
      return fail(before.error());
    roster_row row;
    std::string json;
    const auto rows = db.exec(rename, {id, name});
    const auto first = rows[0];
    fields in(first);
    read_roster(in, row) >> json;
    audit(
        db, {.who = by.who.id,
             .guild = row.guild_id,
             .action = "roster.rename",
             .subject = subject(id),
             .before = before->json,
             .after = json});
    const auto guild = row.guild_id;
    return announced(db, guild, std::move(row));
  });
}

template <>
result<written<roster_row>> run(session& db, const domain::remove_roster& what) {
  const auto& [by, id] = what;
  return db.transaction([&]() -> result<written<roster_row>> {
    const auto before = hold_roster(db, by, id);
    if (!before)
      return fail(before.error());
    db.exec(drop, {id});
    audit(
        db, {.who = by.who.id,
             .guild = before->row.guild_id,
             .action = "roster.delete",
             .subject = subject(id),
             .before = before->json});
    return announced(db, before->row.guild_id, before->row);
  });
}

template <>
result<written<roster_with_places>> run(session& db, const domain::add_places& what) {
  const auto& [by, id, additions] = what;
  array characters;
  array roles;
  array ranks;
  array roles_of_ranks;
  std::set<int> named; // a thousand times everybody of one rank would be a million rows
  for (const auto& one_more : additions) {
    if (one_more.character) {
      characters.add(*one_more.character);
      roles.add(one_more.role);
    } else if (one_more.rank && named.insert(*one_more.rank).second) {
      ranks.add(*one_more.rank);
      roles_of_ranks.add(one_more.role);
    }
  }
  return db.transaction([&]() -> result<written<roster_with_places>> {
    auto before = hold_roster(db, by, id);
    if (!before)
      return fail(before.error());
    const auto guild = before->row.guild_id;
    const auto added =
        db.exec(add_characters, {id, guild, characters, roles, ranks, roles_of_ranks});
    if (added.empty())
      return written<roster_with_places>{{std::move(before->row), places_of(db, id)}, {}};
    int count = 0;
    fields(db.exec(count_places, {id})[0]) >> count;
    if (count > domain::max_places_per_roster)
      return fail(
          ec::limit_reached,
          "A roster may have " + std::to_string(domain::max_places_per_roster) + " members");
    std::string who;
    fields(added[0]) >> who;
    audit(
        db, {.who = by.who.id,
             .guild = guild,
             .action = "roster.add_members",
             .subject = subject(id),
             .after = who});
    auto row = touched_roster(db, id);
    return announced(db, guild, roster_with_places{std::move(row), places_of(db, id)});
  });
}

template <>
result<written<roster_place>> run(session& db, const domain::set_place_role& what) {
  const auto& [by, id, who, role] = what;
  return db.transaction([&]() -> result<written<roster_place>> {
    const auto held = hold_roster(db, by, id);
    if (!held)
      return fail(held.error());
    const auto rows = db.exec(set_role, {id, who, role});
    if (rows.empty())
      return fail(no_such_place(id, who));
    std::string before;
    std::string after;
    fields(rows[0]) >> before >> after;
    audit(
        db, {.who = by.who.id,
             .guild = held->row.guild_id,
             .action = "roster.set_role",
             .subject = subject(id),
             .before = before,
             .after = after});
    touched_roster(db, id);
    auto now = read_place(db.exec(place, {id, who})[0]);
    now.role = role;
    return announced(db, held->row.guild_id, std::move(now));
  });
}

template <>
result<written<roster_row>> run(session& db, const domain::remove_place& what) {
  const auto& [by, id, who] = what;
  return db.transaction([&]() -> result<written<roster_row>> {
    const auto held = hold_roster(db, by, id);
    if (!held)
      return fail(held.error());
    const auto rows = db.exec(drop_place, {id, who});
    if (rows.empty())
      return fail(no_such_place(id, who));
    std::string before;
    fields(rows[0]) >> before;
    audit(
        db, {.who = by.who.id,
             .guild = held->row.guild_id,
             .action = "roster.remove_member",
             .subject = subject(id),
             .before = before});
    return announced(db, held->row.guild_id, touched_roster(db, id));
  });
}

} // namespace guildhall::store
