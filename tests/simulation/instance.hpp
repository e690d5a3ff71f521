#pragma once

#include "actors/root_supervisor.hpp"
#include "tests/simulation/database.hpp"
#include "tests/simulation/upstream.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace guildhall::simulation {

struct instance_settings {
  std::string name;
  std::uint64_t seed{1};
  domain::budget_limits limits;
  sync_config sync{};
};

/// One process: its sync, its way to the database, its connections. Ends orderly or as by kill
/// -9, and comes back under another name.
class instance {
public:
  instance(
      test::actor_world& world, database& rows, upstream& battlenet,
      const database_faults& faults, instance_settings how);

  /// As the process does when it is asked to: leases go back.
  void stop();
  /// As kill -9: nothing that it does from now on reaches anybody.
  void kill();
  /// Has it look for due work at once.
  void wake();
  /// Has it look at the shared budget.
  void slow();

private:
  void start();

  test::actor_world& world_;
  chance luck_;
  metrics numbers_;
  database_port port_;
  std::optional<actors::sync_options> how_;
  actors::service_slots slots_;
  caf::actor root_;
  bool stopping_{false};
};

} // namespace guildhall::simulation
