#pragma once

#include "api/auth/jwt.hpp"
#include "api/auth/settings.hpp"
#include "domain/standing.hpp"

#include <string>

namespace guildhall::api::auth {

struct token_pair {
  std::string access;
  std::string refresh;
};

/// Tokens for this user from now on.
token_pair
tokens_for(const settings& how, const domain::standing& who, std::chrono::sys_seconds now);

/// Whether the user has not logged out since the token was made.
bool still_counts(const claims& token, const domain::standing& who) noexcept;

} // namespace guildhall::api::auth
