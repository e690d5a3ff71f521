#pragma once

#include "actors/storage/job_queue.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace guildhall::actors {

/// A worker's connection, as far as the worker is concerned. Used on the worker's thread only.
class db_link {
public:
  virtual ~db_link() = default;
  /// Runs `job.attempt` within the job's deadline. `database_down` when the connection broke,
  /// `outcome_unknown` when it did so while a change was being made.
  virtual result<void> run(db_job& job) = 0;
  /// Whether the database answers, and is still of use; otherwise it is `broken`.
  virtual result<void> prove(std::chrono::milliseconds /*within*/) {
    return {};
  }
  /// Broken, or of no use: a link to write by whose role may only read.
  virtual bool broken() const = 0;
};
/// Opens a connection; blocks for a bounded time.
using db_link_factory = std::function<result<std::unique_ptr<db_link>>()>;

struct db_worker_state {
  db_worker_state(db_worker_actor::stateful_pointer<db_worker_state> self);

  std::optional<job_times> times;

  db_pool_actor pool;
  std::shared_ptr<job_queue> jobs;
  db_link_factory open;
  std::unique_ptr<db_link> link;
  std::chrono::milliseconds backoff{0};
  std::chrono::steady_clock::time_point connect_at{}; ///< not before
  std::chrono::steady_clock::time_point used{};       ///< when the link was used last
  bool looking{false};                                ///< a tick that looks is on its way
  static inline const char* name = "db-worker";
};

/// READER or WRITER: owns one connection; blocks in it, so it is spawned detached (scheduled in
/// tests). Takes one job after the other from the pool's queue until none waits; then it is
/// woken by the next. One that idles looks every 2 s whether its database is there: nobody else
/// would tell. A lost connection is a state, not an end: it reconnects with back-off, at most
/// 2 s apart, and tells its pool. Ends by its pool's exit message; if it dies, the pool spawns
/// another.
db_worker_actor::behavior_type db_worker(
    db_worker_actor::stateful_pointer<db_worker_state> self, db_pool_actor pool,
    std::shared_ptr<job_queue> jobs, db_link_factory open);

} // namespace guildhall::actors
