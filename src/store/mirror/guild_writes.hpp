#pragma once

#include "domain/sync_port.hpp"

#include <string>
#include <vector>

namespace guildhall::store {

class session;

// `domain::sync_port`, the guild step.

/// One fenced transaction; the lease stays held. `malformed` is no failure here: a body that
/// JSONB refuses is recorded on its document and the rest is applied. A guild that was never
/// fetched and still cannot be has no row: `guild_applied::guild` is then 0.
result<domain::guild_applied> apply_guild(session& db, const domain::guild_outcome& outcome);
/// `ec::conflict` when the new address is tracked on its own.
result<void>
guild_renamed(session& db, const domain::guild_work& work, const std::string& new_name_slug);
result<std::vector<domain::character_address>>
some_members(session& db, guild_id guild, int limit);
result<std::vector<domain::pending_transfer>> pending_transfers(session& db, guild_id guild);
result<void> settle_transfer(
    session& db, const domain::lease& guild_lease, const domain::pending_transfer& which,
    bool same);

} // namespace guildhall::store
