#pragma once

#include "actors/sync/guild_coordinator.hpp"

/// The first half of a coordinator's life: guild, roster, one transaction, transfers. Functions
/// of the coordinator, on its thread.
namespace guildhall::actors {

/// Asks for the guild document; ends in `sync_characters`, `stop_guild` or `finish_guild`.
void begin_guild_step(guild_coordinator_ptr self);

void guild_applied(guild_coordinator_ptr self, const guild_application& outcome);
void take_witnesses(guild_coordinator_ptr self, const member_addresses& members);
void guild_moved(guild_coordinator_ptr self, const store_done& moved);
void take_transfers(guild_coordinator_ptr self, const transfers& pending);
void transfer_settled(guild_coordinator_ptr self);

// --- in guild_coordinator.cpp
// ----------------------------------------------------

/// Claims and runs the guild's due characters until none is left.
void sync_characters(guild_coordinator_ptr self);
/// The budget or the breaker refuses requests: takes no more work and finishes.
void stop_guild(guild_coordinator_ptr self, const failure& why);
/// Another instance holds the guild now: writes nothing more and ends.
void abandon_guild(guild_coordinator_ptr self);

} // namespace guildhall::actors
