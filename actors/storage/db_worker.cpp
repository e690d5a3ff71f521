#include "actors/storage/db_worker.hpp"

#include "actors/defaults.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::actors {

namespace {

constexpr std::chrono::milliseconds first_backoff{100};
constexpr std::chrono::milliseconds longest_backoff{2'000};
/// Of an idle link.
constexpr std::chrono::milliseconds proof_interval{2'000};
constexpr std::chrono::milliseconds proof_timeout{2'000};

using self_ptr = db_worker_actor::stateful_pointer<db_worker_state>;

void reconnect_later(self_ptr self) {
  auto& st = self->state;
  st.backoff = std::clamp(st.backoff * 2, first_backoff, longest_backoff);
  st.connect_at = self->clock().now() + st.backoff;
  self->delayed_send(db_worker_actor{self}, st.backoff, atom::tick_v);
}

void look_later(self_ptr self) {
  if (!std::exchange(self->state.looking, true))
    self->delayed_send(db_worker_actor{self}, proof_interval, atom::tick_v);
}

void connect(self_ptr self) {
  auto& st = self->state;
  auto link = st.open();
  if (!link) {
    // The first failure in a row is worth a line; the rest would only repeat it.
    if (st.backoff.count() == 0 && link.error().code != ec::shutting_down)
      log::warn("database: cannot connect: {}", message_of(link.error()));
    caf::anon_send(st.pool, atom::lost_v, db_worker_actor{self});
    reconnect_later(self);
    return;
  }
  if (st.backoff.count() != 0)
    log::info("database: connected again");
  st.link = std::move(*link);
  st.backoff = {};
  st.used = self->clock().now();
  caf::anon_send(st.pool, atom::connected_v, db_worker_actor{self});
}

bool may_run_again(const db_job& job) {
  constexpr int impatient_attempts = 2;
  return job.idempotent && (job.patient || job.attempts < impatient_attempts);
}

/// What may run twice leaves nothing to be looked for: it may be asked again.
failure told(const db_job& job, failure why) {
  if (why.code == ec::outcome_unknown && job.idempotent)
    return {ec::database_down};
  return why;
}

/// A link that has broken is replaced.
void replace_if_broken(self_ptr self) {
  auto& st = self->state;
  if (!st.link->broken())
    return;
  st.link.reset();
  caf::anon_send(st.pool, atom::lost_v, db_worker_actor{self});
  connect(self);
}

/// True once somebody else is to see to it: whoever asked, or another worker. Where the link
/// was lost, another one of our own comes first: those of the others go to the same server.
bool attempt(self_ptr self, const job_ptr& job) {
  auto& st = self->state;
  ++job->attempts;
  const auto began = std::chrono::steady_clock::now();
  const auto outcome = st.link->run(*job);
  st.times->note(*job, began, std::chrono::steady_clock::now());
  st.used = self->clock().now();
  const auto code = outcome ? ec::none : outcome.error().code;
  const bool lost =
      st.link->broken() && (code == ec::database_down || code == ec::outcome_unknown);
  const bool again = lost && may_run_again(*job);
  if (outcome)
    job->complete();
  else if (!again)
    job->refuse(told(*job, outcome.error()));
  if (!again)
    job->turn = nullptr; // unless it was handed on: the job may be held for longer
  replace_if_broken(self);
  if (again && st.link)
    return false;
  if (again)
    st.jobs->put_back(job);
  return true;
}

void run(self_ptr self, const job_ptr& job) {
  while (!attempt(self, job)) {
  }
}

/// Nobody has used the link for a while. No job comes meanwhile.
void look(self_ptr self) {
  auto& st = self->state;
  if (const auto there = st.link->prove(proof_timeout); !there && st.link->broken())
    log::warn("database: {}", message_of(there.error()));
  st.used = self->clock().now();
  replace_if_broken(self);
}

void take_jobs(self_ptr self) {
  auto& st = self->state;
  const db_worker_actor me{self};
  while (st.link) {
    const auto job = st.jobs->next(me);
    if (!job) {
      look_later(self);
      return;
    }
    run(self, job);
  }
}

void tick(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  if (!st.link) {
    if (now < st.connect_at) { // this one was to look
      st.looking = false;
      return;
    }
    connect(self); // one that is to look may still be on its way
    take_jobs(self);
    return;
  }
  st.looking = false;
  if (now - st.used < proof_interval) {
    look_later(self);
    return;
  }
  if (!st.jobs->forget(db_worker_actor{self}.address())) // a job is on its way
    return;
  look(self);
  take_jobs(self);
}

} // namespace

db_worker_state::db_worker_state(self_ptr) {}

db_worker_actor::behavior_type db_worker(
    self_ptr self, db_pool_actor pool, std::shared_ptr<job_queue> jobs, db_link_factory open) {
  set_actor_defaults(self);
  self->state.pool = std::move(pool);
  self->state.jobs = std::move(jobs);
  self->state.times = self->state.jobs->times();
  self->state.open = std::move(open);
  caf::anon_send(db_worker_actor{self}, atom::tick_v);
  return {
      [self](atom::run, const job_ptr& job) {
        run(self, job);
        take_jobs(self);
      },
      [self](atom::tick) { tick(self); },
  };
}

} // namespace guildhall::actors
