#pragma once

#include "actors/interfaces.hpp"
#include "core/metrics.hpp"

#include <caf/actor_clock.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// The jobs of one pool that wait for a connection, and the workers that wait for a job: never
/// both, but for the one worker that may be kept for control jobs. Those go first. Callers push
/// from any thread; a worker takes the next job itself when it has finished one, so a message
/// is sent only to wake an idle worker. The pool looks after it: deadlines, the database's
/// state, the end. Thread-safe; no job is completed or refused with its lock held. Not to be
/// used once the actor system is gone, except that it is ended.
class job_queue {
public:
  /// `limit`: how many jobs may wait, in either lane. `pool`: the name in the metrics.
  job_queue(
      std::size_t limit, const caf::actor_clock& clock, metrics& numbers,
      const std::string& pool);

  /// Hands the job to an idle worker or lets it wait. Refuses it when that makes no sense:
  /// `shutting_down`, `deadline_expired`, `database_down` (not if it is patient), `overloaded`;
  /// `unavailable` once the pool is dead.
  void push(job_ptr job);

  // --- for workers

  /// The next job whose deadline has not passed. None: the worker is idle from now on and gets
  /// its next job by message.
  job_ptr next(const db_worker_actor& worker);
  /// A job that was begun and may run again: it is the next one.
  void put_back(job_ptr job);

  // --- for the pool

  /// Whom to tell (`wake`) that jobs have begun to wait or, after `finish`, that none does.
  void attach(db_pool_actor pool);
  /// This worker is dead.
  void forget(const caf::actor_addr& worker);
  /// So many workers are left to control jobs: whichever they are, so that none of them is
  /// missed when its connection is lost.
  void reserve(std::size_t workers);
  /// While the database is down only patient jobs may wait.
  void set_database_down(bool down);
  void refuse_late();
  /// Whether jobs wait. If not, `attach`'s pool is told when that changes.
  bool watch();
  /// Takes no new jobs.
  void finish();
  /// Takes no jobs at all, not even back; refuses what waits.
  void end(ec why);

private:
  using job_list = std::deque<job_ptr>;

  void place(job_ptr job, bool again);
  job_list& list_of(const db_job& job);
  job_ptr take_first(job_list& from, std::vector<job_ptr>& late);
  bool is_waiting() const;
  std::optional<failure> why_not(const db_job& job) const;
  std::optional<failure> why_not_again() const;
  std::vector<job_ptr> take_where(bool (*which)(const db_job&, deadline), deadline now);
  void refuse(db_job& job, failure why);
  void note_length();

  const std::size_t limit_;
  const caf::actor_clock& clock_;
  prometheus::Gauge& queued_;
  prometheus::Counter& refused_;

  mutable std::mutex lock_;
  job_list control_;
  job_list jobs_;
  std::size_t reserved_{0};
  std::vector<db_worker_actor> idle_;
  db_pool_actor pool_;
  bool watched_{false}; ///< the pool knows that jobs wait
  bool database_down_{false};
  std::optional<ec> closed_; ///< why new jobs are refused
  bool ended_{false};
};

/// A pool as the rest of the service knows it.
struct db_pool_handle {
  db_pool_actor actor;
  std::shared_ptr<job_queue> jobs;

  explicit operator bool() const {
    return jobs != nullptr;
  }
  friend bool operator==(const db_pool_handle&, const db_pool_handle&) = default;
};

} // namespace guildhall::actors
