#pragma once

#include "domain/sync_port.hpp"

namespace guildhall::store {

class session;

/// `domain::sync_port`: one fenced transaction per character, which also gives its lease back.
result<void>
apply_character(session& db, const domain::character_outcome& outcome, bool announce);

} // namespace guildhall::store
