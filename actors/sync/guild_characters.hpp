#pragma once

#include "actors/sync/guild_coordinator.hpp"

/// The second half of a coordinator's life: the guild's due characters, claimed in batches and
/// synced a bounded number at once. Functions of the coordinator, on its thread.
namespace guildhall::actors {

/// Runs what is claimed, claims more, and finishes when nothing is left.
void feed(guild_coordinator_ptr self);
void take_claim(guild_coordinator_ptr self, const claimed_characters& claimed);
void character_finished(guild_coordinator_ptr self, const character_done& done);
void character_died(guild_coordinator_ptr self, const caf::down_msg& down);

/// Takes no more characters; those under way are waited for.
void stop_taking(guild_coordinator_ptr self);
/// Writes the checks that found nothing new, in one batch.
void flush_checked(guild_coordinator_ptr self);
/// Releases what was claimed and will not be done.
void give_back(guild_coordinator_ptr self);
/// Releases leases without waiting for the answer.
void release_all(guild_coordinator_ptr self, std::vector<domain::lease> leases);
/// When what failed `failures` times in a row is tried again.
time_point retry_time(guild_coordinator_ptr self, int failures);

// --- in guild_coordinator.cpp
// ------------------------------------------------------------------

/// Gives the guild back once nothing is under way and nothing is left to do.
void finish_if_done(guild_coordinator_ptr self);

} // namespace guildhall::actors
