#pragma once

#include "api/auth/jwt.hpp"
#include "api/auth/settings.hpp"
#include "api/standings.hpp"
#include "core/metrics.hpp"
#include "domain/people_port.hpp"
#include "domain/ports.hpp"
#include "http/response_cache.hpp"
#include "http/router.hpp"

#include <functional>
#include <string>

/// The REST API: handlers that ask through the domain's ports and write JSON. Knows no actor
/// and no database.
namespace guildhall::api {

struct readiness {
  bool ready{false};
  std::string reason; ///< why not
};

/// What the handlers stand on. Everything referred to outlives the server.
///
/// Cache tags: `guild:<id>`, `character:<id>`, `user:<id>`, `rosters:<guild>`,
/// `events:<guild>` and `event:<id>` (local ids), and `addresses`,
/// under which every lookup by name stands as well: it has to move when a guild or character
/// gets another address.
struct services {
  domain::read_port& reads;
  domain::control_port& control;
  domain::people_port& people;
  http::response_cache& cache;
  const auth::verifier& tokens;
  api::standings& standings;
  metrics& measures;
  std::function<readiness()> ready; ///< any thread, at once
  domain::account_port* accounts{nullptr};
  domain::login_port* login{nullptr};           ///< none: nobody can log in here
  const auth::settings* auth_settings{nullptr}; ///< none: no routes about logging in
  bool open_reads{false};                       ///< any user may read any guild
};

/// The web client's routes, all under /api.
void build_public(http::router& routes, const services& with);

/// The operators' routes. /live, /ready and /metrics need no token.
void build_admin(http::router& routes, const services& with);

} // namespace guildhall::api
