#pragma once

#include "actors/interfaces.hpp"
#include "actors/storage/job_lane.hpp"
#include "actors/storage/job_times.hpp"
#include "core/metrics.hpp"

#include <caf/actor_clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::actors {

/// The jobs of one pool that wait for a connection, and the workers that wait for a job.
/// Callers push from any thread; a worker takes the next job itself when it has finished one,
/// so a message is sent only to wake an idle worker. The pool looks after it: deadlines, the
/// database's state, the end. Thread-safe; no job is completed or refused with its lock held.
/// Not to be used once the actor system is gone, except that it is ended.
///
/// Control jobs go first, and may have a worker to themselves. Of the others patient and
/// impatient ones take turns, so that neither waits for all of the other kind; more impatient
/// ones than can be done are shed by `domain::overload_rule`. Bulk jobs go when they are the
/// oldest, never on more than half of the workers; where there is only one, when nobody else
/// waits. One that hands its turn on with its answer has it until that is gone.
class job_queue : public std::enable_shared_from_this<job_queue> {
public:
  /// `limit`: how many jobs of each kind may wait. `pool`: the name in the metrics.
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
  /// A job that was begun and may run again: it is the next of its kind.
  void put_back(job_ptr job);
  /// Counts how long jobs wait and how long each kind of them runs.
  job_times times() const {
    return {measures_, pool_name_};
  }

  // --- for the pool

  /// Whom to tell (`wake`) that jobs have begun to wait or, after `finish`, that none does.
  void attach(db_pool_actor pool);
  /// This worker takes no job for now, or is dead. False: it was not idle.
  bool forget(const caf::actor_addr& worker);
  /// So many workers are connected. Of them, `reserved` are left to control jobs: whichever
  /// they are, so that none of them is missed when its connection is lost.
  void set_workers(std::size_t connected, std::size_t reserved);
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
  using begun_jobs = std::vector<std::pair<db_worker_actor, job_ptr>>;

  void place(job_ptr job, bool again);
  job_lane& lane_of(const db_job& job);
  void let_wait(job_ptr job, bool again, refused_jobs& out);
  void shed(refused_jobs& out);
  job_ptr take(bool control_only, refused_jobs& out);
  job_ptr take_common(refused_jobs& out);
  job_lane& patient_or_not();
  bool may_begin_bulk() const;
  bool goes_next(const job_lane& bulk) const;
  job_ptr begun(job_ptr job);
  void end_bulk();
  void hand_out(begun_jobs& begun, refused_jobs& out);
  std::array<job_lane*, 4> lanes() {
    return {&control_, &impatient_, &patient_, &bulk_};
  }
  std::size_t waiting();
  std::optional<refused_job> why_not(const db_job& job, bool again);
  static void send(begun_jobs& begun);
  void refuse(const refused_jobs& all);
  void note_length();

  const std::size_t limit_;
  const caf::actor_clock& clock_;
  metrics& measures_;
  const std::string pool_name_;
  prometheus::Gauge& queued_;
  std::array<prometheus::Counter*, refusals> refused_{};

  mutable std::mutex lock_;
  job_lane control_{std::nullopt};
  job_lane impatient_;
  job_lane patient_{std::nullopt};
  job_lane bulk_;
  bool patients_turn_{false};
  std::uint64_t numbers_{0};
  std::size_t bulk_at_work_{0};
  std::size_t workers_{1};
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
