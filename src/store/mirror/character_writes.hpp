#pragma once

#include "domain/onboarding.hpp"
#include "domain/sync_port.hpp"

namespace guildhall::store {

class session;

/// `domain::sync_port`: one fenced transaction per character, which also gives its lease back.
/// Of a user's character, the guild it is in may be tracked from now on.
result<void> apply_character(
    session& db, const domain::character_outcome& outcome, bool announce,
    const domain::discovery& policy = {});

} // namespace guildhall::store
