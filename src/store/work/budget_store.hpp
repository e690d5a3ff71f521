#pragma once

#include "domain/budget.hpp"
#include "domain/sync_port.hpp"

#include <string>

namespace guildhall::store {

class session;

/// `domain::sync_port`: lends from the one row that all instances share.
result<domain::budget_loan> borrow_budget(
    session& db, const std::string& instance, const domain::loan_request& request,
    const domain::budget_limits& limits, std::int64_t unspent);

} // namespace guildhall::store
