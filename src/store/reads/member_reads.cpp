#include "domain/guild_reads.hpp"
#include "store/ledger/rank_names.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/member_sql.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr std::string_view member_rows{R"(
  from guild_members m join characters c on c.id = m.character_id
    left join main_overrides o on o.guild_id = m.guild_id and o.character_id = m.character_id
    left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id
  where m.guild_id = $1 and m.left_at is null
  order by m.rank, m.character_name, m.id)"};
constexpr statement list{
    "members", join<member_head, known_role, member_rest, realm_name, member_rows>, 8'000};

constexpr std::string_view newest_tier{"c.professions, "};
constexpr std::string_view just_joined{
    "m.left_at is null and m.joined_at > app_now() - interval '2 days' "
    "order by m.joined_at desc, m.id"};
constexpr std::string_view just_left{
    "m.left_at > app_now() - interval '2 days' order by m.left_at desc, m.id"};
constexpr statement details{
    "member_details",
    join<
        detail_head, toys_too, detail_rest, newest_tier, no_documents, detail_rows,
        open_memberships, by_rank>,
    10'000};
constexpr statement joined{
    "members_joined",
    join<
        detail_head, no_toys, detail_rest, no_professions, no_documents, detail_rows,
        just_joined>,
    5'000};
constexpr statement left{
    "members_left",
    join<
        detail_head, no_toys, detail_rest, no_professions, no_documents, detail_rows,
        just_left>,
    5'000};

constexpr std::string_view ranks_used{R"(
  with used as (
    select rank, count(*) as members from guild_members
    where guild_id = $1 and left_at is null group by rank
  ), overlaid as (
    select r.id, coalesce(r.rank_id, u.rank) as rank_id, coalesce(r.rank_name, )"};
constexpr std::string_view name_of_used = generated<[] { return default_rank_name("u.rank"); }>;
constexpr std::string_view ranks_overlaid{R"() as rank_name,
      coalesce(r.is_custom, false) as is_custom, coalesce(r.is_officer, false) as is_officer,
      coalesce(u.members, 0) as members, r.created_at, r.updated_at, r.row_version
    from used u full join (select * from ranks where guild_id = $1) r on r.rank_id = u.rank
  )
  select g.id, o.id, o.rank_id, o.rank_name, o.is_custom, o.is_officer, coalesce(o.members, 0),
    o.created_at, o.updated_at, coalesce(o.row_version, 0)
  from guilds g left join overlaid o on true
  where g.id = $1 order by o.rank_id)"};
constexpr statement rank_list{"ranks", join<ranks_used, name_of_used, ranks_overlaid>, 2'000};
constexpr std::array all{list, details, joined, left, rank_list};
const listed_statements registered{all};

} // namespace

template <>
result<std::vector<domain::member_row>> run(session& db, const domain::members_of& what) {
  const auto rows = db.exec(list, {what.guild});
  std::vector<domain::member_row> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    fields in(row);
    read_member(in, out.emplace_back());
  }
  return out;
}

template <>
result<std::vector<domain::member_detail>>
run(session& db, const domain::member_details_of& what) {
  return read_details(db.exec(details, {what.guild}));
}

template <>
result<domain::member_activity> run(session& db, const domain::member_activity_of& what) {
  return domain::member_activity{
      .joined = read_details(db.exec(joined, {what.guild})),
      .left = read_details(db.exec(left, {what.guild}))};
}

template <>
result<std::vector<domain::rank_row>> run(session& db, const domain::ranks_of& what) {
  const auto rows = db.exec(rank_list, {what.guild});
  if (rows.empty())
    return fail(
        ec::not_found, "Guild with ID " + std::to_string(what.guild.value) + " not found");
  std::vector<domain::rank_row> out;
  for (const auto& row : rows) {
    domain::rank_row line;
    std::optional<int> rank;
    fields(row) >> line.guild_id >> line.id >> rank >> line.rank_name >> line.is_custom
        >> line.is_officer >> line.member_count >> line.created_at >> line.updated_at
        >> line.row_version;
    if (!rank)
      continue; // a guild without ranks
    line.rank_id = *rank;
    out.push_back(std::move(line));
  }
  return out;
}

} // namespace guildhall::store
