#pragma once

#include "battlenet_sim/messages.hpp"
#include "battlenet_sim/target.hpp"

namespace guildhall::sim {

class simulation;

/// token, authorize, userinfo and check_token.
///
/// `authorize` without a `decision` is a page on which a person chooses an account and allows
/// or denies; with `decision=allow|deny`, `account=ID` and, to consent to it, `wow_profile=on`
/// it redirects as Battle.net would.
answer oauth_answer(simulation& service, document where, const request& what);

} // namespace guildhall::sim
