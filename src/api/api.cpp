#include "api/api.hpp"

#include "api/resources.hpp"

namespace guildhall::api {

void build_public(http::router& routes, const services& with) {
  auto own = with;
  if (with.auth_settings && !own.auth_limits) {
    const auto how = with.auth_settings->get();
    own.auth_limits =
        std::make_shared<auth::request_limits>(how->requests_per_minute, how->trust);
  }
  if (!own.write_limit)
    own.write_limit = std::make_shared<auth::write_limit>();
  const auto shared = std::make_shared<const services>(std::move(own));
  add_guilds(routes, shared);
  add_members(routes, shared);
  add_classified_roster(routes, shared);
  add_characters(routes, shared);
  add_own(routes, shared);
  add_ranks(routes, shared);
  add_rosters(routes, shared);
  add_events(routes, shared);
  add_sign_ups(routes, shared);
  add_validation_stats(routes, shared);
  if (with.auth_settings) {
    add_login(routes, shared);
    add_sessions(routes, shared);
  }
  add_health(routes);
  add_docs(routes);
}

void build_admin(http::router& routes, const services& with) {
  const auto shared = std::make_shared<const services>(with);
  add_probes(routes, shared);
  add_control(routes, shared);
}

} // namespace guildhall::api
