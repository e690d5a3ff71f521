#pragma once

#include "core/config.hpp"

namespace guildhall::app {

/// Which halves this instance runs.
enum class service_role { all, api, sync };

/// The composition root: builds everything, runs until SIGTERM or SIGINT, takes it down in
/// reverse. Answers the exit status.
int serve(const config& cfg, service_role role);

} // namespace guildhall::app
