#include "actors/storage/db_pool.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

constexpr std::chrono::milliseconds expiry_interval{100};
constexpr std::chrono::milliseconds worker_restart_delay{500};
constexpr std::size_t max_worker_restarts{10};
constexpr std::chrono::seconds worker_restart_period{60};
constexpr std::chrono::seconds database_retry_after{2};

using self_ptr = db_pool_actor::stateful_pointer<db_pool_state>;

failure database_is_down() {
  return {
      .code = ec::database_down, .message = {}, .retry_at = wall_now() + database_retry_after};
}

void refuse(self_ptr self, const job_ptr& job, failure why) {
  self->state.refused->Increment();
  job->refuse(std::move(why));
}

void spawn_worker(self_ptr self) {
  auto& st = self->state;
  auto worker = st.options.detached
                  ? self->spawn<caf::detached>(db_worker, db_pool_actor{self}, st.options.open)
                  : self->spawn(db_worker, db_pool_actor{self}, st.options.open);
  self->monitor<caf::message_priority::high>(worker);
  st.workers.push_back(std::move(worker));
}

bool database_down(const db_pool_state& st) {
  return !st.workers.empty() && st.down.size() == st.workers.size();
}

void note_reachable(self_ptr self, bool reachable) {
  auto& st = self->state;
  if (std::exchange(st.reachable, reachable) != reachable && st.options.on_reachable)
    st.options.on_reachable(reachable);
}

/// While expired jobs may be waiting, looks every now and then.
void watch_deadlines(self_ptr self) {
  auto& st = self->state;
  if (st.ticking || st.queue.empty())
    return;
  st.ticking = true;
  self->delayed_send(db_pool_actor{self}, expiry_interval, atom::tick_v);
}

void end_if_finished(self_ptr self) {
  auto& st = self->state;
  if (!st.closing || !st.queue.empty())
    return;
  // A worker ends after the job it is running; the last one's end is the pool's.
  for (const auto& worker : st.workers)
    self->send_exit(worker, caf::exit_reason::user_shutdown);
  if (st.workers.empty())
    self->quit(caf::exit_reason::user_shutdown);
}

void dispatch(self_ptr self) {
  auto& st = self->state;
  while (!st.queue.empty() && !st.idle.empty()) {
    auto job = std::move(st.queue.front());
    st.queue.pop_front();
    if (job->expires <= self->clock().now()) {
      refuse(self, job, {ec::deadline_expired});
      continue;
    }
    caf::anon_send(st.idle.back(), atom::run_v, std::move(job));
    st.idle.pop_back();
  }
  st.queued->Set(static_cast<double>(st.queue.size()));
  watch_deadlines(self);
  end_if_finished(self);
}

void refuse_where(
    self_ptr self, const std::function<bool(const db_job&)>& which, const failure& why) {
  auto& queue = self->state.queue;
  std::deque<job_ptr> kept;
  for (auto& job : queue) {
    if (which(*job))
      refuse(self, job, why);
    else
      kept.push_back(std::move(job));
  }
  queue = std::move(kept);
}

void accept(self_ptr self, const job_ptr& job) {
  auto& st = self->state;
  if (st.closing)
    return refuse(self, job, {ec::shutting_down});
  if (job->expires <= self->clock().now())
    return refuse(self, job, {ec::deadline_expired});
  if (database_down(st) && !job->patient)
    return refuse(self, job, database_is_down());
  if (st.queue.size() >= st.options.max_queue) {
    constexpr std::chrono::seconds overload_retry_after{1};
    return refuse(self, job, {ec::overloaded, {}, wall_now() + overload_retry_after});
  }
  st.queue.push_back(job);
  dispatch(self);
}

void worker_lost_connection(
    self_ptr self, const db_worker_actor& worker, const job_ptr& unfinished) {
  auto& st = self->state;
  st.down.insert(worker.address());
  std::erase(st.idle, worker);
  if (unfinished)
    st.queue.push_front(unfinished);
  if (database_down(st)) {
    note_reachable(self, false);
    refuse_where(
        self, [](const db_job& job) { return !job.patient; }, database_is_down());
  }
  dispatch(self);
}

void worker_died(self_ptr self, const caf::down_msg& down) {
  auto& st = self->state;
  const auto gone = std::ranges::find_if(
      st.workers, [&](const auto& worker) { return worker.address() == down.source; });
  if (gone == st.workers.end())
    return;
  std::erase(st.idle, *gone);
  st.down.erase(down.source);
  st.workers.erase(gone);
  if (st.closing) {
    if (st.workers.empty())
      self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  log::error("{} pool: a worker has ended ({})", st.options.name, caf::to_string(down.reason));
  const auto now = self->clock().now();
  st.restarts.push_back(now);
  while (st.restarts.front() + worker_restart_period < now)
    st.restarts.pop_front();
  if (st.restarts.size() > max_worker_restarts) {
    self->quit(caf::exit_reason::unhandled_exception);
    return;
  }
  self->delayed_send(db_pool_actor{self}, worker_restart_delay, atom::restart_v);
}

void close(self_ptr self) {
  auto& st = self->state;
  if (st.closing)
    return;
  st.closing = true;
  self->delayed_send(db_pool_actor{self}, st.options.finish_within, atom::stop_v);
  end_if_finished(self);
}

} // namespace

db_pool_state::db_pool_state(self_ptr) {}

db_pool_state::~db_pool_state() {
  for (const auto& job : queue)
    job->refuse({ec::unavailable});
  for (const auto& worker : workers)
    send_exit_first(caf::actor_cast<caf::actor>(worker), caf::exit_reason::user_shutdown);
}

db_pool_actor::behavior_type db_pool(self_ptr self, db_pool_options options, metrics* numbers) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.options = std::move(options);
  const prometheus::Labels labels{{"pool", st.options.name}};
  st.queued = &numbers->gauge("database_queue", "Jobs waiting for a connection", labels);
  st.refused = &numbers->counter("database_refused_total", "Jobs refused by a pool", labels);
  self->set_down_handler([self](caf::down_msg& down) { worker_died(self, down); });
  self->set_exit_handler([self](caf::exit_msg&) { close(self); });
  if (st.options.on_reachable) // an earlier pool may have said otherwise
    st.options.on_reachable(false);
  for (std::size_t i = 0; i < st.options.workers; ++i)
    spawn_worker(self);

  return {
      [self](atom::run, const job_ptr& job) { accept(self, job); },
      [self](atom::idle, const db_worker_actor& worker) {
        self->state.down.erase(worker.address());
        self->state.idle.push_back(worker);
        note_reachable(self, true);
        dispatch(self);
      },
      [self](atom::lost, const db_worker_actor& worker, const job_ptr& unfinished) {
        worker_lost_connection(self, worker, unfinished);
      },
      [self](atom::tick) {
        self->state.ticking = false;
        const auto now = self->clock().now();
        refuse_where(
            self, [now](const db_job& job) { return job.expires <= now; },
            {ec::deadline_expired});
        dispatch(self);
      },
      [self](atom::restart) {
        while (!self->state.closing && self->state.workers.size() < self->state.options.workers)
          spawn_worker(self);
      },
      [self](atom::stop) {
        refuse_where(self, [](const db_job&) { return true; }, {ec::shutting_down});
        if (self->state.options.interrupt_all)
          self->state.options.interrupt_all();
        end_if_finished(self);
      },
  };
}

} // namespace guildhall::actors
