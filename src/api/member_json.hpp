#pragma once

#include "api/json_writer.hpp"
#include "api/validation.hpp"
#include "domain/read_models.hpp"

/// Pieces of a member's JSON that several routes share.
namespace guildhall::api {

/// `realm`, the slug, and `realm_name`, null where nobody has told it: names repeat.
void write_realm(json_writer& out, const domain::member_row& member);

/// The GuildMemberRow fields of the contract, without the ones the web client reads under other
/// names.
void write_member_row(
    json_writer& out, const domain::member_detail& detail, const wanted_parts& parts);

/// `profile_json` with only what the web client reads: item levels, class and specialisation.
/// null for a character whose profile is not stored.
void write_lean_profile(
    json_writer& out, std::string_view class_name, std::string_view spec_name,
    std::optional<double> average_item_level, std::optional<double> equipped_item_level);

/// `mythic_profile_json` with only the rating; null without one.
void write_lean_mythic(json_writer& out, std::string_view key, std::optional<double> rating);

} // namespace guildhall::api
