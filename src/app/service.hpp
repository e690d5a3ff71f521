#pragma once

#include "core/config.hpp"

#include <map>
#include <string>

namespace guildhall::app {

/// Which halves this instance runs.
enum class service_role { all, api, sync };

/// `missing_for_serve`, and names of documents that there are not.
std::map<std::string, std::string> mistakes_for_serve(const config& cfg, bool syncs);

/// The composition root: builds everything, runs until SIGTERM or SIGINT, takes it down in
/// reverse. Answers the exit status.
int serve(const config& cfg, service_role role);

} // namespace guildhall::app
