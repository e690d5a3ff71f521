#pragma once

#include "domain/onboarding.hpp"

namespace guildhall::store {

class session;

/// Tracks the guilds that this user's characters wait for, as far as the policy goes. Not
/// within a transaction: each has its own, since a guild is locked before characters.
void track_discovered(session& db, user_id user, const domain::discovery& policy);

} // namespace guildhall::store
