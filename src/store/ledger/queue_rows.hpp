#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <vector>

/// Which rows `sync_queue` has, and when they are due.
namespace guildhall::store {

class session;

/// Gives every open member of the guild its row, under this guild: new ones are due at once,
/// those whose name cannot be asked for are not due until they have another. Answers how many
/// changed.
std::size_t queue_members(session& db, guild_id guild);
/// The characters that left: players' own go on without a guild, the others are not kept fresh.
void unqueue_members(session& db, const std::vector<std::int64_t>& characters);
/// Due at once, whoever has it: a name changed, or an address was taken over.
void make_due(session& db, const std::vector<std::int64_t>& characters);
/// The rows of a guild are due no later than the earliest of its characters; `person`: and go
/// first.
void pull_guild_forward(session& db, guild_id guild, bool person);

} // namespace guildhall::store
