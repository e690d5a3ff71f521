#pragma once

#include "core/ids.hpp"
#include "domain/address.hpp"
#include "domain/payload.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// R4: characters whose profile names a guild that is not known here wait for it as a
/// candidate.
namespace guildhall::store {

class session;

/// The local guild of this identity.
std::optional<guild_id> guild_of_identity(session& db, const domain::guild_identity& who);

/// Remembers the guild that a profile names, and that this character waits for it.
void wait_for_guild(
    session& db, domain::region where, const domain::guild_ref& guild, character_id who);

/// Somebody else's guild, seen at this address, could be tracked.
void add_candidate(
    session& db, const domain::guild_address& address, const domain::guild_view& seen);

/// The candidate of this identity is a guild now: those who waited for it are linked to it.
void link_waiting(session& db, const domain::guild_identity& who, guild_id guild);

/// A candidate at this address becomes a guild, so that its characters are linked before it was
/// ever fetched. Nothing if there is none.
std::optional<guild_id> adopt_candidate(session& db, const domain::guild_address& address);

/// Deletes up to `limit` candidates that no profile has named for this long and nobody waits
/// for; answers how many.
std::int64_t expire_candidates(session& db, int limit, std::chrono::seconds after);

} // namespace guildhall::store
