#pragma once

#include "domain/sync_port.hpp"

#include <chrono>

namespace guildhall::store {

class session;

/// `domain::sync_port`: erases up to `limit` of each kind of what must not be kept. A report of
/// zeros: nothing is left.
result<domain::sweep_report> sweep(session& db, int limit, std::chrono::seconds erase_after);

// `guildhall forget`: at once what the sweep does in time. `not_found` for an unknown id.

/// Documents, columns and names of one character, in every table; the row with its ids stays.
result<void> forget_character(session& db, character_id id);
/// Stops tracking the guild; its documents, and its members as above.
result<void> forget_guild(session& db, guild_id id);
/// The user's tokens, name and what they wrote; their characters no longer point to them.
result<void> forget_user(session& db, user_id id);

} // namespace guildhall::store
