#include "domain/guild_reads.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/member_sql.hpp"
#include "store/reads/page_sizes.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

using domain::member_page;

// A row without its documents takes less than a kilobyte.
constexpr std::string_view next_member{R"(
        select m.id, m.character_id, m.member_data_json from guild_members m
        where m.guild_id = $1 and m.left_at is null and m.id > walk.id
        order by m.id limit 1) next
      join characters c on c.id = next.character_id
      cross join lateral (select 1024
        + coalesce(octet_length(
            coalesce(case when $9::boolean then c.profession_tiers end, c.professions)::text), 0)
        + coalesce(octet_length(case when $5::boolean then c.profile_json end::text), 0)
        + coalesce(octet_length(case when $6::boolean then c.equipment_json end::text), 0)
        + coalesce(octet_length(case when $7::boolean then c.mythic_profile_json end::text), 0)
        + coalesce(octet_length(case when $8::boolean then next.member_data_json end::text), 0))"};
constexpr statement sizes{
    "member_page_sizes", join<page_walk, next_member, page_walk_end>, 12'000};

constexpr std::string_view wanted_documents{R"(
    coalesce(case when $7::boolean then c.profession_tiers end, c.professions),
    case when $3::boolean then c.profile_json end,
    case when $4::boolean then c.equipment_json end,
    case when $5::boolean then c.mythic_profile_json end,
    case when $6::boolean then m.member_data_json end)"};
constexpr std::string_view and_of_page{"and m.id = any($2::bigint[]) "};
constexpr statement rows_of_page{
    "member_page",
    join<
        detail_head, no_toys, detail_rest, wanted_documents, detail_rows, open_memberships,
        and_of_page, by_rank>,
    30'000};

// Whoever has a user is grouped by that.
constexpr statement everybody{
    "members_to_group", R"(
  select m.character_id, c.user_id, coalesce(o.is_main, m.is_main), m.rank,
    coalesce(m.character_name, 'Unknown'), case when c.user_id is null then c.toys end
  from guild_members m join characters c on c.id = m.character_id
    left join main_overrides o on o.guild_id = m.guild_id and o.character_id = m.character_id
  where m.guild_id = $1 and m.left_at is null)",
    8'000};

constexpr std::string_view lately{R"(m.id > $2
    and (m.left_at is null and m.joined_at > app_now() - interval '2 days'
      or m.left_at > app_now() - interval '2 days')
  order by m.id limit $3)"};
constexpr statement activity{
    "activity_page",
    join<detail_head, no_toys, detail_rest, no_professions, no_documents, detail_rows, lately>,
    8'000};
constexpr std::array all{sizes, rows_of_page, everybody, activity};
const listed_statements registered{all};

std::vector<domain::grouping_input> read_everybody(const pqxx::result& rows) {
  std::vector<domain::grouping_input> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    auto& one = out.emplace_back();
    fields(row) >> one.character_id >> one.user_id >> one.explicit_main >> one.rank >> one.name
        >> one.toys;
  }
  return out;
}

} // namespace

template <>
result<member_page> run(session& db, const domain::member_page_of& asked) {
  const auto& [guild, from, what, with_everybody] = asked;
  const auto found = read_sizes(db.exec(
      sizes, {guild, from.after, from.bytes, from.rows, what.profile, what.equipment,
              what.mythic, what.member_data, what.all_tiers}));
  const auto cut = domain::cut_page(found, from);
  member_page out;
  out.next = cut.next;
  out.rows = read_details(db.exec(
      rows_of_page, {guild, cut.ids, what.profile, what.equipment, what.mythic,
                     what.member_data, what.all_tiers}));
  if (with_everybody)
    out.everybody = read_everybody(db.exec(everybody, {guild}));
  return out;
}

template <>
result<member_page> run(session& db, const domain::activity_page_of& asked) {
  member_page out;
  out.rows =
      read_details(db.exec(activity, {asked.guild, asked.from.after, asked.from.rows + 1}));
  if (std::cmp_greater(out.rows.size(), asked.from.rows)) {
    out.rows.pop_back();
    out.next = out.rows.back().member.id.value;
  }
  return out;
}

} // namespace guildhall::store
