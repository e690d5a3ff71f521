#include "store/mirror/guild_counts.hpp"

#include "store/ledger/rank_names.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement count_open{
    "count_open_members", R"(
  select count(*) from guild_members where guild_id = $1 and left_at is null)",
    2'000};
constexpr statement hold{
    "hold_counted_guild", "select from guilds where id = $1 for no key update", 10};
constexpr statement count_members{
    "update_member_count", R"(
  update guilds g set member_count = n.count, updated_at = app_now()
  from (select count(*) from guild_members where guild_id = $1 and left_at is null) n
  where g.id = $1 and g.member_count <> n.count)",
    2'000};
constexpr statement leader{
    "update_leader", R"(
  update guilds g set leader_id = l.user_id, updated_at = app_now()
  from (select (select leader_id from guilds where id = $1) as before, (
    select c.user_id from guild_members m join characters c on c.id = m.character_id
    where m.guild_id = $1 and m.left_at is null and m.rank = 0 and c.user_id is not null
    order by m.character_id limit 1) as user_id) l
  where g.id = $1 and g.leader_id is distinct from l.user_id
  returning l.before, l.user_id)",
    120};
// Default rows only for ranks in use; what an officer named stays.
constexpr std::string_view ranks_used{R"(
  with used as (
    select rank, count(*) as members from guild_members
    where guild_id = $1 and left_at is null group by rank
  ), gone as (
    delete from ranks r where r.guild_id = $1 and not r.is_custom and not r.is_officer
      and not exists (select from used u where u.rank = r.rank_id) returning 1
  ), emptied as (
    update ranks r set member_count = 0, updated_at = app_now()
    where r.guild_id = $1 and (r.is_custom or r.is_officer) and r.member_count <> 0
      and not exists (select from used u where u.rank = r.rank_id) returning 1
  ), counted as (
    insert into ranks as r (guild_id, rank_id, rank_name, member_count)
    select $1, rank, )"};
constexpr std::string_view name_of_used = generated<[] { return default_rank_name("rank"); }>;
constexpr std::string_view ranks_counted{R"(, members
    from used
    on conflict (guild_id, rank_id) do update set member_count = excluded.member_count,
      updated_at = app_now()
    where r.member_count <> excluded.member_count returning 1
  )
  select exists (select from gone) or exists (select from emptied) or exists (select from counted))"};
constexpr statement ranks{"update_ranks", join<ranks_used, name_of_used, ranks_counted>, 2'000};
constexpr std::array all{count_open, hold, count_members, leader, ranks};
const listed_statements registered{all};

} // namespace

std::size_t open_members(session& db, guild_id guild) {
  std::size_t count = 0;
  fields(db.exec(count_open, {guild})[0]) >> count;
  return count;
}

void update_member_count(session& db, guild_id guild) {
  // A statement counts what it saw when it began: it may begin when nobody else is counting.
  db.exec(hold, {guild});
  db.exec(count_members, {guild});
}

bool update_leader(session& db, guild_id guild, change_tags& tags) {
  const auto moved = db.exec(leader, {guild});
  if (moved.empty())
    return false;
  std::optional<user_id> before;
  std::optional<user_id> now;
  fields(moved[0]) >> before >> now;
  for (const auto& user : {before, now})
    if (user)
      tags.add(*user);
  return true;
}

bool update_ranks(session& db, guild_id guild) {
  bool changed = false;
  fields(db.exec(ranks, {guild})[0]) >> changed;
  return changed;
}

} // namespace guildhall::store
