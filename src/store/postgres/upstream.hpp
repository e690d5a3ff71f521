#pragma once

#include "core/error.hpp"

#include <map>
#include <string>

namespace guildhall::store {

class session;

/// Records which Battle.net this database mirrors (region -> API host, and the OAuth host) when
/// nothing is recorded yet; regions may be added later. `upstream_mismatch` when a recorded
/// host is another one: demo and real data never mix.
result<void> check_upstream(
    session& db, const std::map<std::string, std::string>& api_hosts,
    const std::string& oauth_host);

} // namespace guildhall::store
