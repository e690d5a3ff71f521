#pragma once

#include "api/body_rules.hpp"
#include "api/rules/characters.hpp"

#include <array>

namespace guildhall::api::rules {

/// A guild's slug from a slug or from a name as players write it.
extern const text_form guild_slug;

inline constexpr std::array tracked_guild_fields{
    field_rule{.name = "region", .label = "Region", .required = true, .one_of = regions},
    field_rule{
        .name = "realm",
        .label = "Realm",
        .required = true,
        .min = 1,
        .max = 128,
        .form = &trimmed_text},
    field_rule{
        .name = "name",
        .label = "Guild name slug",
        .required = true,
        .min = 1,
        .max = 128,
        .form = &guild_slug},
};
/// POST /guilds on the operators' listener
inline constexpr body_rules tracked_guild{tracked_guild_fields};

} // namespace guildhall::api::rules
