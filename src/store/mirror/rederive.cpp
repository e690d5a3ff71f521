#include "store/mirror/rederive.hpp"

#include "store/ledger/change_tags.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr std::string_view next_head{"select id"};
/// `, profile_json::text, ...`: what columns can be derived from.
constexpr std::string_view bodies = generated<[] {
  sql_text out;
  for (const auto& kind : domain::document_kinds)
    if (is_written(kind, written_columns::derived_again))
      out.append({", ", kind.raw, "::text"});
  return out;
}>;
constexpr std::string_view next_rows{R"( from characters
  where id > $1 and ($3::boolean or projection < $4::integer) and erased_at is null
  order by id limit $2 for no key update)"};
constexpr statement next{"rederive_next", join<next_head, bodies, next_rows>, 30'000};
constexpr std::string_view write_head{
    "update characters set projection = $2::integer, updated_at = app_now()"};
constexpr std::string_view derived_again =
    generated<[] { return document_assignments(3, written_columns::derived_again); }>;
constexpr std::string_view where_another{" where id = $1 and ("};
constexpr std::string_view another = generated<[] {
  return sql_text{document_differences(3), ")"};
}>;
constexpr statement write{
    "rederive", join<write_head, derived_again, where_another, another>, 120};
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

/// Derives the columns of one row of `next` again. True if one is another than it was.
bool derive(session& db, character_id id, fields& stored) {
  std::vector<param> params{id, domain::projection_version};
  for (const auto& kind : domain::document_kinds) {
    if (!is_written(kind, written_columns::derived_again))
      continue;
    std::optional<std::string> body;
    stored >> body;
    domain::character_columns columns;
    const bool readable = body && domain::read_document(kind.what, *body, {}, columns);
    add_document_params(
        params, kind, written_columns::derived_again, readable ? &*body : nullptr, columns);
  }
  return db.exec(write, params).affected_rows() > 0;
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
      fields stored(row);
      stored >> out.last;
      seen.push_back(out.last.value);
      if (derive(db, out.last, stored)) {
        changed.push_back(out.last.value);
        tags.add(out.last);
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
