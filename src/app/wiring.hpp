#pragma once

#include "actors/root_supervisor.hpp"
#include "api/auth/settings.hpp"
#include "core/config.hpp"
#include "core/file_limit.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <string>

/// From the configuration to the options of each part.
namespace guildhall::app {

api::auth::settings auth_settings_of(const config& cfg);

/// The first one seals and all open; without any of their own those of the tokens do.
const std::vector<config::signing_key>& seal_keys_of(const config& cfg);

domain::budget_limits budget_limits_of(const config& cfg);

/// `limits`: of the budget, which may change.
actors::sync_options sync_options_of(
    const config& cfg, domain::sync_port& store, std::shared_ptr<battlenet::http_client> oauth,
    boost::asio::io_context& io, live<domain::budget_limits> limits, std::string instance);

std::unique_ptr<caf::actor_system_config> caf_config(const config& cfg);

/// Under which the shared budget lends to this process.
std::string instance_name();

/// Raises the limit of open files and says how many connections it leaves room for; in the log
/// where that is less than `http.max_connections`, and as a metric.
file_plan plan_connections(const config& cfg, bool syncs, metrics& numbers);

} // namespace guildhall::app
