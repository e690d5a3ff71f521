#pragma once

#include "core/clock.hpp"
#include "domain/document.hpp"

#include <chrono>

namespace guildhall::domain {

/// How long to wait after the `failures`-th failure in a row (1 for the first).
/// Transient and throttled: three times a second, then doubling with full jitter, at most 1 h.
/// With one answer in five failing a guild is in sync hardly later than without (the unluckiest
/// of its thousands of requests decide), what stays broken is soon asked rarely, and when all
/// of Battle.net fails the gateway's breaker spares it. Malformed: from 10 min, at most 6 h.
/// Forbidden and not found: once a day (25 h at most), they are states more than errors.
/// `random` is uniform in [0, 1).
std::chrono::seconds retry_delay(failure_class what, int failures, double random);

/// Until a 404 or 403 about what answered well before is looked at again: 10 to 20 min.
std::chrono::seconds second_look_delay(double random);

/// Until what never answered well is asked for again while nothing of its kind answers: 30 min,
/// 2 h, 8 h, then daily (and up to a twenty-fourth more).
std::chrono::seconds unseen_delay(int failures, double random);

/// `base` +- 10 %, so that entities that became due together drift apart. `random` in [0, 1).
std::chrono::seconds jittered(std::chrono::seconds base, double random);

} // namespace guildhall::domain
