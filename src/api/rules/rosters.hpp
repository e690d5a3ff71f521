#pragma once

#include "api/body_rules.hpp"

#include <array>

namespace guildhall::api::rules {

inline constexpr std::array roster_fields{
    field_rule{
        .name = "name",
        .label = "Roster name",
        .required = true,
        .min = 1,
        .max = 50,
        .form = &trimmed_text},
};
/// POST /guilds/:guildId/rosters and PUT /rosters/:rosterId
inline constexpr body_rules roster{roster_fields};

} // namespace guildhall::api::rules
