#include "domain/accounts.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

// Who leads a guild is in it, even if the character that proves it is gone.
constexpr statement standing{
    "standing", R"(
  select u.id, u.bnet_account_id, coalesce(u.battletag, ''), u.role, u.tokens_valid_since,
    s.guild_id, s.best_rank, s.is_officer, s.is_leader
  from users u left join lateral (
    select guild_id, min(rank) as best_rank, bool_or(officer) as is_officer,
      bool_or(leader) as is_leader
    from (
      select m.guild_id, m.rank, coalesce(r.is_officer, false) as officer, false as leader
      from characters c
        join guild_members m on m.character_id = c.id and m.left_at is null
        left join ranks r on r.guild_id = m.guild_id and r.rank_id = m.rank
      where c.user_id = u.id
      union all
      select g.id, 0, false, true from guilds g where g.leader_id = u.id
    ) one group by guild_id
  ) s on true
  where u.id = $1 order by s.guild_id)",
    2'000};
constexpr std::array all{standing};
const listed_statements registered{all};

} // namespace

template <>
result<domain::standing> run(session& db, const domain::standing_of& what) {
  const auto rows = db.exec(standing, {what.user});
  if (rows.empty())
    return fail(ec::not_found, "User not found");
  domain::standing who;
  for (const auto& row : rows) {
    std::optional<guild_id> guild;
    fields in{row};
    in >> who.id >> who.account >> who.battletag >> who.role >> who.tokens_valid_since >> guild;
    if (!guild)
      break;
    auto& one = who.guilds.emplace_back();
    one.guild = *guild;
    in >> one.best_rank >> one.is_officer >> one.is_leader;
  }
  return who;
}

} // namespace guildhall::store
