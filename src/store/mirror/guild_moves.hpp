#pragma once

#include "core/ids.hpp"
#include "store/ledger/change_tags.hpp"

/// A guild leaves its address, or loses it to another one.
namespace guildhall::store {

class session;

/// The tracked row waits for whoever answers at its address. Within the caller's transaction.
void follow_address(session& db, tracked_guild_id tracked, change_tags& tags);
/// The tracked address is another guild's from now on: the tracked row follows it, this one's
/// memberships close and nobody leads it, unless another row tracks it where it is now. Within
/// the caller's transaction.
void hand_over(session& db, tracked_guild_id tracked, guild_id guild, change_tags& tags);

} // namespace guildhall::store
