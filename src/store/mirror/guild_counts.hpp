#pragma once

#include "core/ids.hpp"
#include "store/ledger/change_tags.hpp"

/// What a guild's row and ranks say about its members, kept in step with them.
namespace guildhall::store {

class session;

/// `guilds.member_count`: the open memberships.
void update_member_count(session& db, guild_id guild);
/// `guilds.leader_id`: the user who owns the rank-0 character. True if it changed; then the
/// tags of the old and the new one are added.
bool update_leader(session& db, guild_id guild, change_tags& tags);
/// Counts and default names of the ranks that are in use. True if any changed.
bool update_ranks(session& db, guild_id guild);

} // namespace guildhall::store
