#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/sync.hpp"

/// What every write of the sync shares.
namespace guildhall::store {

class session;

/// Locks the row of a lease; `lease_lost` when it is another's by now. First in every
/// transaction that writes results: a check without the row lock does not fence.
result<void> fence(session& db, const domain::lease& held);

/// The database's time (`app_now()`).
time_point now_of(session& db);

} // namespace guildhall::store
