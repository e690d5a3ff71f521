#pragma once

#include "domain/sync_port.hpp"

#include <map>

namespace guildhall::store {

class session;

/// `domain::sync_port`: true when the period is newer than the one known. Characters of the
/// region who played within 8 weeks and whose M+ document is older become due, spread over 6 h,
/// in bounded steps; what one call cannot do before its deadline, the next one goes on with.
result<bool> set_period(session& db, domain::region where, std::int64_t period);
/// The period of each region that is known.
result<std::map<domain::region, std::int64_t>> periods(session& db);

} // namespace guildhall::store
