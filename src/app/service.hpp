#pragma once

#include "core/config.hpp"

#include <functional>
#include <map>
#include <string>

namespace guildhall::app {

/// Which halves this instance runs.
enum class service_role { all, api, sync };

/// `missing_for_serve`, and names of documents that there are not.
std::map<std::string, std::string> mistakes_for_serve(const config& cfg, bool syncs);

/// Reads the configuration again, from where it was read.
using config_source = std::function<result<config>()>;

/// The composition root: opens the listeners, waits for the database, builds everything, runs
/// until SIGTERM or SIGINT, takes it down in reverse. SIGHUP takes over what can change without
/// a restart. `hold_signals` was called before. Answers the exit status: 0 when it was told to
/// stop, 2 when the configuration is wrong, else 1.
int serve(const config& cfg, service_role role, config_source read_again);

} // namespace guildhall::app
