#pragma once

#include "battlenet_sim/messages.hpp"

namespace guildhall::sim {

class simulation;

/// Answers a request below /_sim/: the ledger, the world and its changes, faults, the clock.
/// README.md lists them. Never counted, never delayed, no token asked for.
answer control(simulation& service, const request& what);

} // namespace guildhall::sim
