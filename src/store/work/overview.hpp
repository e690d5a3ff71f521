#pragma once

#include "core/error.hpp"

namespace guildhall::store {

class session;

/// Whether operators paused the sync.
result<bool> paused(session& db);

} // namespace guildhall::store
