#pragma once

#include "api/auth/jwt.hpp"
#include "api/auth/request_limit.hpp"
#include "api/auth/settings.hpp"
#include "api/auth/write_limit.hpp"
#include "api/response_cache.hpp"
#include "api/standings.hpp"
#include "core/live.hpp"
#include "core/metrics.hpp"
#include "domain/api_port.hpp"
#include "domain/control.hpp"
#include "domain/login_port.hpp"
#include "domain/readiness.hpp"
#include "http/router.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The REST API: handlers that ask through the domain's ports and write JSON. Knows no actor
/// and no database.
namespace guildhall::api {

using domain::readiness;

/// What the handlers stand on. Everything referred to outlives the server.
///
/// Cache tags: `guild:<id>`, `character:<id>`, `user:<id>`, `rosters:<guild>`,
/// `events:<guild>` and `event:<id>` (local ids), and `addresses`,
/// under which every lookup by name stands as well: it has to move when a guild or character
/// gets another address.
struct services {
  domain::api_port& data;
  domain::control_port& control;
  response_cache& cache;
  const auth::verifier& tokens;
  api::standings& standings;
  metrics& measures;
  std::function<readiness()> ready; ///< any thread, at once
  /// What the start-up is at, for /live; none once it is over. Empty: it is over.
  std::function<std::optional<std::string>()> starting{};
  domain::login_port* login{nullptr};                  ///< none: nobody can log in here
  const live<auth::settings>* auth_settings{nullptr};  ///< none: no routes about logging in
  std::shared_ptr<auth::request_limits> auth_limits{}; ///< none: `build_public` makes them
  std::shared_ptr<auth::write_limit> write_limit{};    ///< none: the usual one
  bool open_reads{false};                              ///< any user may read any guild
  std::vector<domain::region> regions{};               ///< those that are synced; empty: any
  /// Runs what takes long on a thread of its own (`workshop::take`); empty: at once.
  std::function<bool(std::move_only_function<void()>&)> workshop{};
};

/// The web client's routes, all under /api.
void build_public(http::router& routes, const services& with);

/// The operators' routes. /live, /ready and /metrics need no token.
void build_admin(http::router& routes, const services& with);

} // namespace guildhall::api
