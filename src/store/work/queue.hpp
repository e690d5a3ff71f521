#pragma once

#include "domain/sync_port.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace guildhall::store {

class session;

/// How long a claim holds without renewal.
inline constexpr std::chrono::seconds default_lease{60};

// `domain::sync_port`, the leases. A leased row is nobody else's until it is released or its
// time is over; a result is written only under `select ... for update` of its token.

result<std::vector<domain::guild_work>> claim_guilds(
    session& db, domain::priority what, int limit, std::chrono::seconds lease = default_lease);
result<std::vector<domain::character_work>> claim_characters(
    session& db, std::optional<guild_id> guild, int limit,
    std::chrono::seconds lease = default_lease);
result<std::vector<domain::lease>> renew(
    session& db, const std::vector<domain::lease>& leases,
    std::chrono::seconds lease = default_lease);
result<void> release(session& db, const std::vector<domain::lease>& leases);
/// Those whose lease was lost meanwhile are left out; the others are written.
result<void>
checked_characters(session& db, const std::vector<domain::checked_character>& characters);
result<void> finish_guild(session& db, const domain::guild_finish& how);

} // namespace guildhall::store
