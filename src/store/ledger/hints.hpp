#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/activity.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// What says that characters have changed, on its way into `sync_queue`. Whose profile is older
/// than a hint that is newer than the one there is, is due at once, its guild too; but a time
/// that a failure has set is waited for, and who is being looked at is left alone.
namespace guildhall::store {

class session;

/// Of these members of the guild. Those who are not, and whose profile was never seen, are left
/// alone: they are due, or not kept fresh. Of more than one of a character the newest counts.
void hint_at_members(session& db, guild_id guild, std::span<const domain::activity_hint> hints);
/// The same of these characters of the guild, all at one moment; nothing: now.
void hint_at(
    session& db, guild_id guild, const std::vector<std::int64_t>& characters,
    std::optional<time_point> said);

/// A character of this user has changed: the others are due as if they weighed twice as much,
/// and their guilds with them.
void hasten_others(session& db, user_id user, character_id changed);

} // namespace guildhall::store
