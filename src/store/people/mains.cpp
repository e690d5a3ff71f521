#include "domain/mains.hpp"

#include "domain/grouping.hpp"
#include "domain/guild_reads.hpp"
#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

using domain::main_override;
using domain::written;

constexpr statement member{
    "hold_member", R"(
  select from guild_members
  where guild_id = $1 and character_id = $2 and left_at is null for no key update)",
    14};
constexpr statement lock{
    "lock_override", R"(
  select o.row_version, to_jsonb(o) from main_overrides o
  where o.guild_id = $1 and o.character_id = $2 for update)",
    10};
constexpr statement write{
    "set_override", R"(
  insert into main_overrides as o (guild_id, character_id, is_main, set_by)
  values ($1, $2, $3, $4)
  on conflict (guild_id, character_id) do update set is_main = excluded.is_main,
    set_by = excluded.set_by, row_version = o.row_version + 1, updated_at = app_now()
  returning o.row_version, to_jsonb(o))",
    40};
constexpr statement drop{
    "drop_override", R"(
  delete from main_overrides where guild_id = $1 and character_id = $2)",
    14};
constexpr statement clear{
    "clear_mains", R"(
  with dropped as (
    delete from main_overrides
    where guild_id = $1 and character_id = any($2::bigint[]) and is_main
  )
  update guild_members set is_main = null, updated_at = app_now()
  where guild_id = $1 and character_id = any($2::bigint[]) and is_main)",
    2'000};
constexpr std::array all{member, lock, write, drop, clear};
const listed_statements registered{all};

/// The same player's other characters that somebody called the main.
std::vector<std::int64_t> other_mains(session& db, guild_id guild, character_id who) {
  const auto members = run(db, domain::member_details_of{guild});
  if (!members)
    return {};
  const auto grouped = domain::classify_roster(domain::grouping_inputs(*members));
  const auto main_of = [](const domain::grouped_character& one) {
    return one.main_character_id.value_or(one.character_id);
  };
  const auto found = std::ranges::find(grouped, who, &domain::grouped_character::character_id);
  if (found == grouped.end())
    return {};
  std::vector<std::int64_t> out;
  for (const auto& one : grouped)
    if (one.character_id != who && main_of(one) == main_of(*found))
      if (const auto said = std::ranges::find(
              *members, one.character_id,
              [](const auto& detail) { return detail.member.character_id; });
          said->explicit_main == true)
        out.push_back(one.character_id.value);
  return out;
}

} // namespace

template <>
result<written<main_override>> run(session& db, const domain::set_main& what) {
  const auto& [by, guild, who, is_main] = what;
  return db.transaction([&]() -> result<written<main_override>> {
    if (auto held = hold_author(db, by.who.id); !held)
      return fail(held.error());
    // Two officers at once: the second one sees whom the first one chose.
    lock_guild(db, guild);
    if (db.exec(member, {guild, who}).empty())
      return fail(
          ec::not_found, "Guild member with ID " + std::to_string(guild.value) + "-"
                             + std::to_string(who.value) + " not found");
    main_override out{guild, who, is_main, 0};
    std::optional<std::string> before;
    if (const auto rows = db.exec(lock, {guild, who}); !rows.empty())
      fields(rows[0]) >> out.row_version >> before;
    if (by.seen_version && *by.seen_version != out.row_version)
      return fail(ec::precondition_failed);

    change_tags tags;
    tags.add(guild);
    tags.add(who);
    std::optional<std::string> after;
    if (is_main == true) {
      const auto others = other_mains(db, guild, who);
      db.exec(clear, {guild, others});
      for (const auto other : others)
        tags.add(character_id{other});
    }
    if (is_main) {
      fields(db.exec(write, {guild, who, *is_main, by.who.id})[0]) >> out.row_version >> after;
    } else {
      db.exec(drop, {guild, who});
      out.row_version = 0;
    }
    audit(
        db, {.who = by.who.id,
             .guild = guild,
             .action = "member.set_main",
             .subject = "character " + std::to_string(who.value),
             .before = before,
             .after = after});
    tags.send(db);
    return written<main_override>{out, tags.list()};
  });
}

} // namespace guildhall::store
