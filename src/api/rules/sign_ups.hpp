#pragma once

#include "api/body_rules.hpp"

#include <array>

namespace guildhall::api::rules {

/// Confirmed, Tentative or Declined in any letter case, and "accepted" for Confirmed.
extern const text_form sign_up_status;

inline constexpr std::array sign_up_fields{
    field_rule{
        .name = "status",
        .label = "Status",
        .required = true,
        .form = &sign_up_status,
        .wrong = "Status must be one of: Confirmed, Tentative, Declined"},
    field_rule{
        .name = "character_id",
        .type = field_type::integer,
        .label = "Character ID",
        .required = true,
        .min = 1},
    field_rule{.name = "note", .label = "Note", .nullable = true, .max = 500},
};
/// POST and PUT /events/:eventId/subscribe
inline constexpr body_rules sign_up{sign_up_fields};

} // namespace guildhall::api::rules
