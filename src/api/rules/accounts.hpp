#pragma once

#include "api/body_rules.hpp"

#include <array>
#include <string_view>

namespace guildhall::api::rules {

inline constexpr std::array refresh_fields{
    field_rule{
        .name = "refreshToken",
        .label = "Refresh token",
        .required = true,
        .min = 1,
        .max = 4'096},
};
/// POST /auth/refresh
inline constexpr body_rules refresh{refresh_fields};

inline constexpr std::array<std::string_view, 3> user_roles{"user", "guild_leader", "admin"};
inline constexpr std::array role_fields{
    field_rule{
        .name = "userId",
        .type = field_type::integer,
        .label = "User ID",
        .required = true,
        .min = 1},
    field_rule{.name = "role", .label = "Role", .required = true, .one_of = user_roles},
};
/// PUT /auth/role
inline constexpr body_rules role{role_fields};

} // namespace guildhall::api::rules
