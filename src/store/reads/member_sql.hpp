#pragma once

#include "domain/read_models.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/values.hpp"
#include "store/reads/character_sql.hpp"

#include <string_view>
#include <vector>

/// Members with their characters, as SQL and back.
namespace guildhall::store {

inline constexpr std::string_view member_head{
    R"(select m.id, m.guild_id, m.character_id, coalesce(m.character_name, 'Unknown'),
    m.character_class, )"};
inline constexpr std::string_view member_rest{
    R"(, m.rank, coalesce(o.is_main, m.is_main, false),
    c.user_id, c.realm, )"};

inline constexpr std::string_view detail_columns{
    R"(, m.created_at, m.updated_at, m.joined_at, m.left_at, coalesce(o.is_main, m.is_main),
    coalesce(p.failures, 0), c.is_available, c.bnet_character_id, c.region,
    coalesce(c.class_id, 0), coalesce(c.level, 0), c.spec_name, c.average_item_level,
    c.equipped_item_level, )"};
inline constexpr std::string_view more_columns{R"(, c.achievement_points, c.last_login_at,
    c.last_synced_at, )"};
/// A `member_detail` up to its toys; then follow `toys_too` or `no_toys`, `detail_rest`, the
/// professions, and four documents.
inline constexpr std::string_view detail_head{join<
    member_head, known_role, member_rest, realm_name, detail_columns, current_rating_in_guild,
    more_columns>};
inline constexpr std::string_view toys_too{"c.toys"};
inline constexpr std::string_view no_toys{"null"};
inline constexpr std::string_view detail_rest{", c.created_at, c.updated_at, "};
inline constexpr std::string_view no_professions{"null, "};
inline constexpr std::string_view no_documents{"null, null, null, null"};
/// Of the guild $1; the conditions on `m` follow.
inline constexpr std::string_view detail_rows{
    R"( from guild_members m join characters c on c.id = m.character_id
    left join main_overrides o on o.guild_id = m.guild_id and o.character_id = m.character_id
    left join document_states p on p.character_id = m.character_id and p.document = 'profile'
    left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id
  where m.guild_id = $1 and )"};
inline constexpr std::string_view open_memberships{"m.left_at is null "};
inline constexpr std::string_view by_rank{"order by m.rank, m.character_name, m.id"};

inline void read_member(fields& in, domain::member_row& out) {
  in >> out.id >> out.guild_id >> out.character_id >> out.character_name >> out.character_class
      >> out.character_role >> out.rank >> out.is_main >> out.user_id >> out.realm
      >> out.realm_name;
}

inline void read_detail(fields& in, domain::member_detail& out) {
  read_member(in, out.member);
  in >> out.created_at >> out.updated_at >> out.joined_at >> out.left_at >> out.explicit_main
      >> out.consecutive_update_failures >> out.is_available >> out.bnet_id >> out.region
      >> out.class_id >> out.level >> out.spec_name >> out.average_item_level
      >> out.equipped_item_level >> out.mythic_rating >> out.achievement_points
      >> out.last_login_at >> out.character_synced_at >> out.toys >> out.character_created_at
      >> out.character_updated_at >> out.professions >> out.profile_json >> out.equipment_json
      >> out.mythic_profile_json >> out.member_data_json;
}

inline std::vector<domain::member_detail> read_details(const pqxx::result& rows) {
  std::vector<domain::member_detail> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    fields in(row);
    read_detail(in, out.emplace_back());
  }
  return out;
}

} // namespace guildhall::store
