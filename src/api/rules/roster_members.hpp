#pragma once

#include "api/body_rules.hpp"

#include <array>
#include <string_view>

namespace guildhall::api::rules {

inline constexpr std::array<std::string_view, 2> addition_types{"character", "rank"};
inline constexpr std::array<std::string_view, 4> roster_roles{
    "Tank", "Healer", "DPS", "Unknown"};

inline constexpr std::array addition_fields{
    field_rule{.name = "type", .label = "Type", .required = true, .one_of = addition_types},
    field_rule{
        .name = "characterId",
        .type = field_type::integer,
        .label = "Character ID",
        .required = true,
        .min = 1,
        .only_for_type = "character"},
    field_rule{
        .name = "rankId",
        .type = field_type::integer,
        .label = "Rank ID",
        .required = true,
        .max = 9,
        .only_for_type = "rank"},
    field_rule{.name = "role", .label = "Role", .nullable = true, .one_of = roster_roles},
};
inline constexpr std::array roster_additions_fields{
    field_rule{
        .name = "additions",
        .type = field_type::objects,
        .label = "Additions",
        .required = true,
        .min = 1,
        .max = 1'000, // a guild has no more members
        .items = addition_fields},
};
/// POST /rosters/:rosterId/members
inline constexpr body_rules roster_additions{roster_additions_fields};

inline constexpr std::array roster_member_fields{
    field_rule{.name = "role", .label = "Role", .nullable = true, .one_of = roster_roles},
};
/// PUT /rosters/:rosterId/members/:characterId
inline constexpr body_rules roster_member{roster_member_fields};

} // namespace guildhall::api::rules
