#include "actors/storage/db_pool.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

constexpr std::chrono::milliseconds expiry_interval{100};
constexpr std::chrono::milliseconds worker_restart_delay{500};
constexpr std::size_t max_worker_restarts{10};
constexpr std::chrono::seconds worker_restart_period{60};

using self_ptr = db_pool_actor::stateful_pointer<db_pool_state>;

void spawn_worker(self_ptr self) {
  auto& st = self->state;
  const db_pool_actor me{self};
  const db_link_factory open = [open = st.options.open,
                                over = st.no_more_links]() -> result<std::unique_ptr<db_link>> {
    if (*over)
      return fail(ec::shutting_down);
    return open();
  };
  auto worker = st.options.detached ? self->spawn<caf::detached>(db_worker, me, st.jobs, open)
                                    : self->spawn(db_worker, me, st.jobs, open);
  self->monitor<caf::message_priority::high>(worker);
  st.workers.push_back(std::move(worker));
}

/// While no worker has a connection, impatient jobs need not wait for one; and the last one
/// works for everybody.
bool note_database(self_ptr self) {
  auto& st = self->state;
  const bool down = !st.workers.empty() && st.down.size() == st.workers.size();
  const auto connected = st.workers.size() - st.down.size();
  st.jobs->set_workers(connected, st.options.control_lane && connected >= 2 ? 1 : 0);
  st.jobs->set_database_down(down);
  return !down;
}

void note_reachable(self_ptr self, bool reachable) {
  auto& st = self->state;
  if (std::exchange(st.reachable, reachable) != reachable && st.options.on_reachable)
    st.options.on_reachable(reachable);
}

/// While jobs wait, looks at their deadlines every now and then. When none does any more, a
/// closing pool ends.
void look_after_queue(self_ptr self) {
  auto& st = self->state;
  const bool waiting = st.jobs->watch();
  if (waiting && !std::exchange(st.ticking, true))
    self->delayed_send(db_pool_actor{self}, expiry_interval, atom::tick_v);
  if (waiting || !st.closing)
    return;
  // A worker ends after the job it is running; the last one's end is the pool's.
  for (const auto& worker : st.workers)
    self->send_exit(worker, caf::exit_reason::user_shutdown);
  // Nobody needs a connection any more.
  *st.no_more_links = true;
  if (st.options.interrupt_attempts)
    st.options.interrupt_attempts();
  if (st.workers.empty())
    self->quit(caf::exit_reason::user_shutdown);
}

void worker_died(self_ptr self, const caf::down_msg& down) {
  auto& st = self->state;
  const auto gone = std::ranges::find_if(
      st.workers, [&](const auto& worker) { return worker.address() == down.source; });
  if (gone == st.workers.end())
    return;
  st.jobs->forget(down.source);
  st.down.erase(down.source);
  st.workers.erase(gone);
  if (st.closing) {
    if (st.workers.empty())
      self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  note_database(self);
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
  st.jobs->finish();
  self->delayed_send(db_pool_actor{self}, st.options.finish_within, atom::stop_v);
  look_after_queue(self);
}

} // namespace

db_pool_state::db_pool_state(self_ptr) {}

db_pool_state::~db_pool_state() {
  if (jobs)
    jobs->end(ec::unavailable);
  for (const auto& worker : workers)
    send_exit_first(caf::actor_cast<caf::actor>(worker), caf::exit_reason::user_shutdown);
}

db_pool_actor::behavior_type
db_pool(self_ptr self, db_pool_options options, std::shared_ptr<job_queue> jobs) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.options = std::move(options);
  st.jobs = std::move(jobs);
  st.jobs->attach(db_pool_actor{self});
  self->set_down_handler([self](caf::down_msg& down) { worker_died(self, down); });
  self->set_exit_handler([self](caf::exit_msg&) { close(self); });
  if (st.options.on_reachable) // an earlier pool may have said otherwise
    st.options.on_reachable(false);
  const auto several = st.options.control_lane && st.options.workers >= 2;
  st.jobs->set_workers(st.options.workers, several ? 1 : 0);
  for (std::size_t i = 0; i < st.options.workers; ++i)
    spawn_worker(self);
  look_after_queue(self); // what was pushed before we knew

  return {
      [self](atom::connected, const db_worker_actor& worker) {
        self->state.down.erase(worker.address());
        note_database(self);
        note_reachable(self, true);
      },
      [self](atom::lost, const db_worker_actor& worker) {
        self->state.down.insert(worker.address());
        if (!note_database(self))
          note_reachable(self, false);
        look_after_queue(self);
      },
      [self](atom::wake) { look_after_queue(self); },
      [self](atom::tick) {
        self->state.ticking = false;
        self->state.jobs->refuse_late();
        look_after_queue(self);
      },
      [self](atom::restart) {
        while (!self->state.closing && self->state.workers.size() < self->state.options.workers)
          spawn_worker(self);
        note_database(self);
      },
      [self](atom::stop) {
        self->state.jobs->end(ec::shutting_down);
        if (self->state.options.interrupt_all)
          self->state.options.interrupt_all();
        look_after_queue(self);
      },
  };
}

db_pool_handle
spawn_db_pool(caf::actor_system& system, db_pool_options options, metrics& numbers) {
  auto jobs =
      std::make_shared<job_queue>(options.max_queue, system.clock(), numbers, options.name);
  auto pool = system.spawn(db_pool, std::move(options), jobs);
  return {std::move(pool), std::move(jobs)};
}

} // namespace guildhall::actors
