#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace guildhall::store {
class session;
}

namespace guildhall::actors {

/// One piece of work for a database connection, with whoever waits for it. Exactly one of its
/// endings happens: `complete` after `attempt` has succeeded, `refuse`, or its destruction,
/// which refuses with `ec::unavailable`, so that nobody waits for a job that died with its
/// actor.
class db_job {
public:
  db_job(std::string_view what, deadline until) : name(what), expires(until) {}
  virtual ~db_job() = default;
  db_job(const db_job&) = delete;
  db_job& operator=(const db_job&) = delete;

  /// Runs on a reader's or writer's thread. May run again after a lost connection if
  /// `idempotent`.
  virtual result<void> attempt(store::session& session) = 0;
  /// Hands the outcome of the last attempt over.
  virtual void complete() = 0;
  virtual void refuse(failure why) = 0;

  std::string_view name;
  deadline expires;
  /// May be run twice: a lost connection leaves open whether the first run was committed.
  bool idempotent{false};
  /// Rather waits for the database to come back (until `expires`) than being refused while it
  /// is down.
  bool patient{false};
  /// Goes before all others, and has a worker to itself.
  bool control{false};
  /// Brings a lot: such jobs never have more than half of the workers.
  bool bulk{false};
  /// How often it was given to a worker.
  int attempts{0};

  // --- of the queue
  deadline came{};              ///< when it was given to the queue
  std::uint64_t number{0};      ///< of two jobs the lower one came first
  std::shared_ptr<void> turn{}; ///< of a bulk job at work: the next begins when it is gone
};

using job_ptr = std::shared_ptr<db_job>;

} // namespace guildhall::actors
