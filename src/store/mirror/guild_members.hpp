#pragma once

#include "domain/sync.hpp"
#include "store/ledger/change_tags.hpp"
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

} // namespace guildhall::store
