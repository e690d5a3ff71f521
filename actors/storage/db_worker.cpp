#include "actors/storage/db_worker.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

constexpr std::chrono::milliseconds first_backoff{100};
constexpr std::chrono::milliseconds longest_backoff{2'000};

using self_ptr = db_worker_actor::stateful_pointer<db_worker_state>;

void reconnect_later(self_ptr self) {
  auto& st = self->state;
  st.backoff = std::clamp(st.backoff * 2, first_backoff, longest_backoff);
  self->delayed_send(db_worker_actor{self}, st.backoff, atom::tick_v);
}

void connect(self_ptr self) {
  auto& st = self->state;
  auto link = st.open();
  if (!link) {
    // The first failure in a row is worth a line; the rest would only repeat it.
    if (st.backoff.count() == 0)
      log::warn("database: cannot connect: {}", message_of(link.error()));
    caf::anon_send(st.pool, atom::lost_v, db_worker_actor{self});
    reconnect_later(self);
    return;
  }
  if (st.backoff.count() != 0)
    log::info("database: connected again");
  st.link = std::move(*link);
  st.backoff = {};
  caf::anon_send(st.pool, atom::connected_v, db_worker_actor{self});
}

bool may_run_again(const db_job& job) {
  constexpr int impatient_attempts = 2;
  return job.idempotent && (job.patient || job.attempts < impatient_attempts);
}

void run(self_ptr self, const job_ptr& job) {
  auto& st = self->state;
  ++job->attempts;
  const auto outcome = st.link->run(*job);
  const bool broken = st.link->broken();
  const bool lost = broken && !outcome && outcome.error().code == ec::database_down;
  if (lost && may_run_again(*job)) {
    st.jobs->put_back(job);
  } else {
    if (outcome)
      job->complete();
    else
      job->refuse(outcome.error());
    job->turn = nullptr; // unless it was handed on: the job may be held for longer
  }
  if (!broken)
    return;
  st.link.reset();
  caf::anon_send(st.pool, atom::lost_v, db_worker_actor{self});
  connect(self);
}

void take_jobs(self_ptr self) {
  auto& st = self->state;
  const db_worker_actor me{self};
  while (st.link) {
    const auto job = st.jobs->next(me);
    if (!job)
      return;
    run(self, job);
  }
}

} // namespace

db_worker_state::db_worker_state(self_ptr) {}

db_worker_actor::behavior_type db_worker(
    self_ptr self, db_pool_actor pool, std::shared_ptr<job_queue> jobs, db_link_factory open) {
  set_actor_defaults(self);
  self->state.pool = std::move(pool);
  self->state.jobs = std::move(jobs);
  self->state.open = std::move(open);
  caf::anon_send(db_worker_actor{self}, atom::tick_v);
  return {
      [self](atom::run, const job_ptr& job) {
        run(self, job);
        take_jobs(self);
      },
      [self](atom::tick) {
        if (self->state.link)
          return;
        connect(self);
        take_jobs(self);
      },
  };
}

} // namespace guildhall::actors
