#pragma once

#include "domain/sync.hpp"
#include "store/ledger/fence.hpp"
#include "store/mirror/guild_row.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Applying a plausible roster to one guild.
namespace guildhall::store {

class session;

struct roster_to_apply {
  const stored_guild& guild;
  const domain::roster_view& roster;
  std::string last_modified;
  std::optional<time_point> previous_scan; ///< what is new happened after it
};

/// Open memberships of the guild.
std::size_t open_members(session& db, guild_id guild);

/// Diff by identity, then memberships, characters, queue, ranks, leader and events. The
/// roster's document is stored already. Adds to the counts and the tags. False if another
/// guild's newer roster keeps members that this one lists: then it must be looked at again in
/// full.
bool apply_roster(
    session& db, const roster_to_apply& what, domain::guild_applied& counts, change_tags& tags);

/// `guilds.member_count`: the open memberships.
void update_member_count(session& db, guild_id guild);
/// `guilds.leader_id`: the user who owns the rank-0 character. True if it changed; then the
/// tags of the old and the new one are added.
bool update_leader(session& db, guild_id guild, change_tags& tags);
/// Counts and default names of the ranks that are in use. True if any changed.
bool update_ranks(session& db, guild_id guild);

} // namespace guildhall::store
