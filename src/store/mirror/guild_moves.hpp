#pragma once

#include "core/ids.hpp"
#include "store/ledger/change_tags.hpp"

/// A guild leaves its address, or loses it to another one.
namespace guildhall::store {

class session;

/// The tracked address is another guild's from now on: this one's memberships close, nobody
/// leads it, and the tracked row waits for whoever answers there. Within the caller's
/// transaction.
void hand_over(session& db, tracked_guild_id tracked, guild_id guild, change_tags& tags);

} // namespace guildhall::store
