#pragma once

#include "domain/account_port.hpp"
#include "domain/onboarding.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Logins, and what of a user changes by hand.
namespace guildhall::store {

class session;

result<void> open_login(session& db, std::string_view state_hash, domain::region where);
result<domain::region> close_login(session& db, std::string_view state_hash);
result<domain::standing> record_login(session& db, const domain::arrival& who);
result<void> revoke_tokens(session& db, user_id id);
result<domain::user_row> set_role(session& db, user_id id, std::string_view role, user_id by);
result<std::vector<domain::pending_onboarding>> pending_onboardings(session& db, int limit);

} // namespace guildhall::store
