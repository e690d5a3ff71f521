#pragma once

#include "api/auth/jwt.hpp"
#include "domain/standing.hpp"

namespace guildhall::api {

/// Who asks: a valid token, and what its user may do at this moment. Both live as long as the
/// call they are handed to; who answers later copies what they still need.
struct caller {
  const auth::claims& token;
  const domain::standing& who;
};

} // namespace guildhall::api
