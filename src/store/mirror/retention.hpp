#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

namespace guildhall::store {

class session;

// `guildhall forget`: at once what the sweep does in time. `not_found` for an unknown id.

/// Documents, columns and names of one character, in every table; the row with its ids stays.
result<void> forget_character(session& db, character_id id);
/// Stops tracking the guild; its documents, and its members as above.
result<void> forget_guild(session& db, guild_id id);

} // namespace guildhall::store
