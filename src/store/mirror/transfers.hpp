#pragma once

#include "domain/sync.hpp"

#include <vector>

namespace guildhall::store {

class session;

/// Leavers and joiners of this guild that may be one character, a bounded number of them.
std::vector<domain::pending_transfer> pending_transfers(session& db, guild_id guild);

} // namespace guildhall::store
