#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/sync.hpp"

#include <chrono>
#include <optional>

/// What every write of the sync shares.
namespace guildhall::store {

class session;

/// Locks the row of a lease; `lease_lost` when it is another's by now. First in every
/// transaction that writes results: a check without the row lock does not fence.
result<void> fence(session& db, const domain::lease& held);

/// The database's time (`app_now()`).
time_point now_of(session& db);

/// How long it is from `made_at` until `when`, two times of one clock: what is sent instead of
/// them, since the database's clock may be another. At least a second, at most ten years.
std::chrono::milliseconds wait_until(time_point when, time_point made_at);
std::optional<std::chrono::milliseconds>
wait_until(const std::optional<time_point>& when, time_point made_at);

} // namespace guildhall::store
