#pragma once

#include "core/config.hpp"
#include "http/door/client_address.hpp"

#include <chrono>
#include <string>

namespace guildhall::api::auth {

/// What logging in and staying logged in go by.
struct settings {
  config::signing_key key; ///< signs
  std::chrono::seconds access_lifetime{15 * 60};
  std::chrono::seconds refresh_lifetime{7 * 86400};
  /// Battle.net's page, with everything but the state. Empty: nobody can log in here.
  std::string authorize_url{};
  std::string public_url{};   ///< where browsers reach us; an origin
  std::string frontend_url{}; ///< where the web client is; without a slash at the end
  unsigned requests_per_minute{30};
  http::proxy_trust trust{}; ///< whose word about a client's address counts
};

} // namespace guildhall::api::auth
