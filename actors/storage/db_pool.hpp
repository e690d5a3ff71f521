#pragma once

#include "actors/interfaces.hpp"
#include "actors/storage/db_worker.hpp"
#include "core/metrics.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace guildhall::actors {

struct db_pool_options {
  std::string name; ///< "reader" or "writer", for logs and metrics
  std::size_t workers{4};
  /// Of those, while at least two are connected, one takes control jobs only: they never wait
  /// for long ones.
  bool control_lane{false};
  std::size_t max_queue{512};
  db_link_factory open;
  /// Ends attempts to connect that are under way (thread-safe).
  std::function<void()> interrupt_attempts{};
  /// Ends calls that are still blocked when the pool must stop (thread-safe).
  std::function<void()> interrupt_all{};
  /// Told whether at least one worker is connected, whenever that changes.
  std::function<void(bool)> on_reachable{};
  bool detached{true};                            ///< false in tests: workers run scheduled
  std::chrono::milliseconds finish_within{2'000}; ///< for accepted jobs when asked to stop
};

struct db_pool_state {
  explicit db_pool_state(db_pool_actor::stateful_pointer<db_pool_state> self);
  ~db_pool_state();

  db_pool_options options;
  std::shared_ptr<job_queue> jobs;
  std::vector<db_worker_actor> workers;
  std::set<caf::actor_addr> down; ///< workers without a connection
  std::deque<std::chrono::steady_clock::time_point> restarts;
  std::shared_ptr<std::atomic<bool>> no_more_links{std::make_shared<std::atomic<bool>>(false)};
  bool ticking{false};
  bool closing{false};
  bool reachable{false};
  static inline const char* name = "db-pool";
};

/// READER POOL or WRITER POOL: owns its workers and looks after the bounded queue that they
/// take from: refuses jobs whose deadline has passed, and impatient ones while no worker is
/// connected. Replaces dead workers (10 in 60 s, then it ends and its supervisor starts
/// another); what was queued is then refused. On an exit message it finishes what was accepted
/// for at most `finish_within`, then interrupts.
db_pool_actor::behavior_type db_pool(
    db_pool_actor::stateful_pointer<db_pool_state> self, db_pool_options options,
    std::shared_ptr<job_queue> jobs);

/// A pool with its queue.
db_pool_handle
spawn_db_pool(caf::actor_system& system, db_pool_options options, metrics& numbers);

} // namespace guildhall::actors
