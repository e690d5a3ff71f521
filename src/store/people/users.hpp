#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <string_view>

namespace guildhall::store {

class session;

/// `who`: a user's id or battletag. `not_found` for nobody, `conflict` for a battletag of
/// several, `validation` for an unknown role.
result<user_id> set_role(session& db, std::string_view who, std::string_view role);

/// The user with this battletag; one without a Battle.net account is made if there is none.
result<user_id> development_user(session& db, std::string_view battletag);

/// `guildhall forget`: the user's tokens, name and what they wrote; their characters no longer
/// point to them. `not_found` for an unknown id.
result<void> forget_user(session& db, user_id id);

} // namespace guildhall::store
