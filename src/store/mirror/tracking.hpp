#pragma once

#include "domain/onboarding.hpp"
#include "domain/ports.hpp"

#include <string>

/// Which guilds are mirrored, and what of them people want at once.
namespace guildhall::store {

class session;

result<domain::job_row>
track(session& db, const domain::guild_address& address, const std::string& by);
result<void> untrack(session& db, const domain::guild_address& address);
result<domain::job_row> sync_guild(session& db, guild_id id);
result<domain::job_row> sync_character(session& db, character_id id);

/// Tracks the guilds that this user's characters wait for, as far as the policy goes. Within a
/// transaction.
void track_discovered(session& db, user_id user, const domain::discovery& policy);

} // namespace guildhall::store
