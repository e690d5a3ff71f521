#include "store/mirror/rederive.hpp"

#include "domain/payload.hpp"
#include "domain/projection.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement next{
    "rederive_next", R"(
  select id, profile_json::text, mythic_profile_json::text, professions_json::text
  from characters
  where id > $1 and ($3::boolean or projection < $4::integer) and erased_at is null
  order by id limit $2 for no key update)",
    30'000};
constexpr statement write{
    "rederive", R"(
  update characters set
    class_id = coalesce($2::integer, class_id), level = coalesce($3::integer, level),
    role = case when $13::boolean then $4 else role end,
    spec_id = case when $13 then $5::integer else spec_id end,
    spec_name = case when $13 then $6 else spec_name end,
    average_item_level = case when $13 then $7::double precision else average_item_level end,
    equipped_item_level = case when $13 then $8::double precision else equipped_item_level end,
    achievement_points = case when $13 then $9::bigint else achievement_points end,
    last_login_at = coalesce($10::timestamptz, last_login_at),
    mythic_rating = case when $14::boolean then $11::double precision else mythic_rating end,
    professions = case when $15::boolean then $12::jsonb else professions end,
    projection = $16, updated_at = app_now()
  where id = $1 and (
    (class_id, level) is distinct from
      (coalesce($2::integer, class_id), coalesce($3::integer, level))
    or $13 and (role, spec_id, spec_name, average_item_level, equipped_item_level,
        achievement_points) is distinct from
      ($4, $5::integer, $6, $7::double precision, $8::double precision, $9::bigint)
    or $14 and mythic_rating is distinct from $11::double precision
    or $15 and professions is distinct from $12::jsonb))",
    120};
constexpr statement mark{
    "rederive_mark", R"(
  update characters set projection = $2 where id = any($1::bigint[]) and projection <> $2)",
    8'000};
constexpr statement guilds{
    "rederive_guilds", R"(
  select distinct guild_id from guild_members
  where character_id = any($1::bigint[]) and left_at is null)",
    2'000};
constexpr std::array all{next, write, mark, guilds};
const listed_statements registered{all};

struct stored_documents {
  character_id id;
  std::optional<std::string> profile;
  std::optional<std::string> mythic;
  std::optional<std::string> professions;
};

/// True if a column is another than it was.
bool derive(session& db, const stored_documents& stored) {
  domain::character_columns columns;
  bool profile = false;
  bool mythic = false;
  bool professions = false;
  if (stored.profile)
    if (const auto view = domain::parse_profile(*stored.profile)) {
      domain::project_profile(*view, columns);
      profile = true;
    }
  if (stored.mythic)
    if (const auto view = domain::parse_mythic(*stored.mythic)) {
      domain::project_mythic(*view, columns);
      mythic = true;
    }
  if (stored.professions)
    if (const auto view = domain::parse_professions(*stored.professions)) {
      domain::project_professions(*view, columns);
      professions = true;
    }
  std::optional<std::string> role;
  if (columns.role != domain::role::unknown)
    role = domain::to_string(columns.role);
  return db.exec(
               write,
               {stored.id, columns.class_id, columns.level, role, columns.spec_id,
                columns.spec_name, columns.average_item_level, columns.equipped_item_level,
                columns.achievement_points, columns.last_login_at, columns.mythic_rating,
                columns.professions, profile, mythic, professions, domain::projection_version})
             .affected_rows()
       > 0;
}

} // namespace

result<rederived> rederive(session& db, character_id after, int limit, bool everything) {
  return db.transaction([&]() -> result<rederived> {
    rederived out{.last = after};
    std::vector<std::int64_t> seen;
    std::vector<std::int64_t> changed;
    change_tags tags;
    for (const auto& row :
         db.exec(next, {after, limit, everything, domain::projection_version})) {
      stored_documents stored;
      fields(row) >> stored.id >> stored.profile >> stored.mythic >> stored.professions;
      out.last = stored.id;
      seen.push_back(stored.id.value);
      if (derive(db, stored)) {
        changed.push_back(stored.id.value);
        tags.add(stored.id);
      }
    }
    db.exec(mark, {seen, domain::projection_version});
    for (const auto& row : db.exec(guilds, {changed})) {
      guild_id id;
      fields(row) >> id;
      tags.add(id);
    }
    tags.send(db);
    out.looked_at = static_cast<std::int64_t>(seen.size());
    out.changed = static_cast<std::int64_t>(changed.size());
    out.done = out.looked_at < limit;
    return out;
  });
}

} // namespace guildhall::store
