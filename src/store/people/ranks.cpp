#include "domain/ranks.hpp"

#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

using domain::rank_row;
using domain::written;

constexpr statement lock{
    "lock_rank", R"(
  select r.row_version, r.is_officer, to_jsonb(r) from ranks r
  where r.guild_id = $1 and r.rank_id = $2 for no key update)",
    12};
// What it is called is custom once somebody called it so; the sync leaves it alone from then
// on.
constexpr statement write{
    "name_rank", R"(
  insert into ranks as r (guild_id, rank_id, rank_name, is_custom, is_officer, member_count)
  select $1, $2, coalesce($3, case when $2 = 0 then 'Guild Master' else 'Rank ' || $2::integer end),
    $3 is not null, coalesce($4, false), count(*)
  from guild_members where guild_id = $1 and rank = $2 and left_at is null
  on conflict (guild_id, rank_id) do update set rank_name = coalesce($3, r.rank_name),
    is_custom = r.is_custom or $3 is not null, is_officer = coalesce($4, r.is_officer),
    member_count = excluded.member_count, row_version = r.row_version + 1,
    updated_at = app_now()
  returning r.id, r.guild_id, r.rank_id, r.rank_name, r.is_custom, r.is_officer, r.member_count,
    r.created_at, r.updated_at, r.row_version, to_jsonb(r))",
    400};
constexpr std::array all{lock, write};
const listed_statements registered{all};

} // namespace

template <>
result<written<rank_row>> run(session& db, const domain::set_rank& asked) {
  const auto& [by, guild, what] = asked;
  return db.transaction([&]() -> result<written<rank_row>> {
    if (auto held = hold_author(db, by.who.id); !held)
      return fail(held.error());
    // Whoever counts the members of a rank has the guild to itself.
    if (auto held = hold_guild(db, guild); !held)
      return fail(held.error());
    std::int64_t version = 0;
    bool was_officer = false;
    std::optional<std::string> before;
    if (const auto rows = db.exec(lock, {guild, what.rank_id}); !rows.empty())
      fields(rows[0]) >> version >> was_officer >> before;
    if (by.seen_version && *by.seen_version != version)
      return fail(ec::precondition_failed);

    rank_row row;
    std::string after;
    const auto rows = db.exec(write, {guild, what.rank_id, what.name, what.is_officer});
    fields(rows[0]) >> row.id >> row.guild_id >> row.rank_id >> row.rank_name >> row.is_custom
        >> row.is_officer >> row.member_count >> row.created_at >> row.updated_at
        >> row.row_version >> after;
    audit(
        db, {.who = by.who.id,
             .guild = guild,
             .action = "rank.update",
             .subject = "rank " + std::to_string(what.rank_id),
             .before = before,
             .after = after});
    change_tags tags;
    tags.add(guild);
    if (row.is_officer != was_officer)
      add_users_of(db, guild, tags);
    tags.send(db);
    return written<rank_row>{std::move(row), tags.list()};
  });
}

} // namespace guildhall::store
