#pragma once

#include "core/clock.hpp"
#include "domain/address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the old back end's values mean here. Its columns are read as text, whatever their type
/// is, because its two schemas disagree. Pure, any thread.
namespace guildhall::store::old_values {

/// Without the blanks around it.
std::string trimmed(std::string_view text);

/// At most so many code points of it.
std::string shortened(std::string_view text, std::size_t code_points);

/// A primary key of the old database.
std::optional<std::int64_t> row_id(std::string_view text);

/// One of Battle.net's ids: above 0 and below 2^53.
std::optional<std::int64_t> bnet_id(std::string_view text);

/// `us`, `eu`, `kr` or `tw`, in any letter case.
std::optional<domain::region> region(std::string_view text);

/// A slug as it is; of a realm's name ("Kel'Thuzad") the slug that an English name has.
std::optional<std::string> realm_slug(std::string_view text);

/// The slug of a guild's name, or nothing where none can be made.
std::optional<std::string> guild_slug(std::string_view name);

/// `2025-05-13 18:00:00.5`, with `T` or a blank, without seconds, without a time (midnight);
/// `Z` or an offset; without one it is UTC. Nothing for anything else, `infinity` included.
std::optional<time_point> moment(std::string_view text);

/// Confirmed, Tentative or Declined, in any letter case; `accepted` is Confirmed.
std::optional<std::string_view> sign_up_status(std::string_view text);

/// Raid, Dungeon or Special, in any letter case.
std::optional<std::string_view> event_type(std::string_view text);

/// A title of 3 to 100 characters: one that is too short is put behind its event's type, one
/// that is too long ends early.
std::string event_title(std::string_view title, std::string_view type);

/// Tank, Healer, DPS or Unknown, in any letter case.
std::optional<std::string_view> roster_role(std::string_view text);

/// user, guild_leader or admin; whatever else it says is a user.
std::string_view user_role(std::string_view text);

/// Whether the name is the one that the rank has unless somebody renames it. The old back end
/// never marked a rename, so the name itself has to tell.
bool is_default_rank_name(std::int64_t rank, std::string_view name);

} // namespace guildhall::store::old_values
