#pragma once

#include "domain/onboarding.hpp"

namespace guildhall::store {

class session;

/// The user's characters are those of the lists, from now on; one transaction. `not_found` when
/// the user is gone.
result<domain::onboarded>
onboard(session& db, const domain::account_lists& what, const domain::discovery& policy);

} // namespace guildhall::store
