#pragma once

#include "api/api.hpp"
#include "http/router.hpp"

#include <memory>

/// One function per resource: it adds the resource's routes.
namespace guildhall::api {

using shared_services = std::shared_ptr<const services>;

void add_guilds(http::router& routes, const shared_services& with);
void add_members(http::router& routes, const shared_services& with);
void add_classified_roster(http::router& routes, const shared_services& with);
void add_characters(http::router& routes, const shared_services& with);
void add_own(http::router& routes, const shared_services& with);
void add_ranks(http::router& routes, const shared_services& with);
void add_rosters(http::router& routes, const shared_services& with);
void add_events(http::router& routes, const shared_services& with);
void add_sign_ups(http::router& routes, const shared_services& with);
void add_validation_stats(http::router& routes, const shared_services& with);
void add_login(http::router& routes, const shared_services& with);
void add_sessions(http::router& routes, const shared_services& with);
void add_health(http::router& routes);
void add_docs(http::router& routes);
void add_probes(http::router& routes, const shared_services& with);
void add_control(http::router& routes, const shared_services& with);

} // namespace guildhall::api
