#pragma once

#include "api/body_rules.hpp"

#include <array>
#include <string_view>

namespace guildhall::api::rules {

inline constexpr std::array<std::string_view, 4> regions{"us", "eu", "kr", "tw"};

inline constexpr std::array character_fields{
    field_rule{
        .name = "name",
        .label = "Character name",
        .required = true,
        .min = 2,
        .max = 32,
        .form = &trimmed_text},
    field_rule{
        .name = "realm",
        .label = "Realm slug",
        .required = true,
        .min = 2,
        .max = 128,
        .form = &realm_slug},
    field_rule{.name = "region", .label = "Region", .required = true, .one_of = regions},
};
/// POST /characters. Class, level and the rest are Battle.net's: they are ignored.
inline constexpr body_rules character_create{character_fields};

/// PUT /characters/:characterId: everything that the old client could write is Battle.net's.
inline constexpr body_rules character_update{};

inline constexpr std::array character_sync_fields{
    field_rule{
        .name = "characterId",
        .type = field_type::integer,
        .label = "Character ID",
        .required = true,
        .min = 1},
    field_rule{.name = "force", .type = field_type::boolean, .label = "Force"},
};
/// POST /characters/sync
inline constexpr body_rules character_sync{character_sync_fields};

inline constexpr std::array main_override_fields{
    field_rule{
        .name = "isMain",
        .type = field_type::boolean,
        .label = "Main flag",
        .required = true,
        .nullable = true},
};
/// PUT /guilds/:guildId/members/:characterId/main; null takes the override back.
inline constexpr body_rules main_override{main_override_fields};

} // namespace guildhall::api::rules
