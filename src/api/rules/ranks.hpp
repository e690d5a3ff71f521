#pragma once

#include "api/body_rules.hpp"

#include <array>

namespace guildhall::api::rules {

inline constexpr std::array rank_update_fields{
    field_rule{
        .name = "rank_name",
        .label = "Rank name",
        .required = true,
        .min = 1,
        .max = 50,
        .form = &trimmed_text},
    // Who holds the rank counts as an officer.
    field_rule{.name = "is_officer", .type = field_type::boolean, .label = "Officer flag"},
};
/// PUT /guilds/:guildId/ranks/:rankId
inline constexpr body_rules rank_update{rank_update_fields};

} // namespace guildhall::api::rules
