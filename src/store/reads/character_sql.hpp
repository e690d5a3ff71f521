#pragma once

#include <string_view>

/// What several reads say of `characters c`, as SQL.
namespace guildhall::store {

/// `mythic_rating`, but null where a newer season has begun: some character of the region has
/// played in it.
inline constexpr std::string_view current_rating{
    R"(case when c.mythic_season < (select max(s.mythic_season) from characters s
      where s.region = c.region) then null else c.mythic_rating end)"};
/// The same of the members of the guild $1, whose region is found out once.
inline constexpr std::string_view current_rating_in_guild{
    R"(case when c.mythic_season < (select max(s.mythic_season) from characters s
      where s.region = (select g.region from guilds g where g.id = $1))
      then null else c.mythic_rating end)"};

/// The professions with all their tiers; rows from before those were kept have the newest only.
inline constexpr std::string_view all_tiers{"coalesce(c.profession_tiers, c.professions)"};

/// The name of the realm, of `realm_names rn`; empty where nobody has told it.
inline constexpr std::string_view realm_name{"coalesce(rn.name, '')"};

/// "DPS" without a specialisation, as the web client expects; empty where it has one that is
/// newer than we are.
inline constexpr std::string_view known_role{
    R"(case when c.role is not null then c.role when c.spec_id is null then 'DPS' else '' end)"};

/// What a class is called that is not known here; empty where nothing says it.
inline constexpr std::string_view told_class{"coalesce(c.class_name, '')"};

} // namespace guildhall::store
