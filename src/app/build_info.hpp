#pragma once

#include "core/metrics.hpp"

#include <string>

/// What a running guildhall is, for people and for Prometheus.
namespace guildhall::app {

/// "0.1.0 (revision 1a2b3c4d5e6f, schema 0019 of release 1)"; without a revision where none was
/// known when it was built.
std::string version_line();

/// `guildhall_build_info`, and what every process tells: `process_start_time_seconds`,
/// `process_open_fds`, `process_max_fds`, `process_resident_memory_bytes`.
void publish_build_info(metrics& numbers);

} // namespace guildhall::app
