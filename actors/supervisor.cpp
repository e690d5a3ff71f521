#include "actors/supervisor.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = caf::stateful_actor<supervisor_state>*;

void start_child(self_ptr self, std::size_t index) {
  auto& st = self->state;
  auto& child = st.children[index];
  ++child.generation;
  child.handle = st.options.children[index].start(self);
  self->monitor<caf::message_priority::high>(child.handle);
  log::debug("{}: started {}", st.options.name, st.options.children[index].name);
}

void start_from(self_ptr self, std::size_t first) {
  for (std::size_t i = first; i < self->state.children.size(); ++i)
    if (!self->state.children[i].handle)
      start_child(self, i);
}

/// Asks the next running child of the row to stop, or goes on with what follows.
void stop_next(self_ptr self) {
  auto& st = self->state;
  while (st.stop) {
    auto& row = *st.stop;
    if (auto& child = st.children[row.current]; child.handle) {
      send_exit_first(child.handle, caf::exit_reason::user_shutdown);
      self->delayed_send(
          self, st.options.children[row.current].shutdown, atom::stop_v,
          static_cast<std::uint64_t>(row.current), child.generation);
      return;
    }
    if (row.current == row.first) {
      auto then = std::move(row.then);
      st.stop.reset();
      then();
      return;
    }
    --row.current;
  }
}

/// Stops the children from the last down to `first`, then calls `then`.
void stop_from(self_ptr self, std::size_t first, std::function<void()> then) {
  auto& st = self->state;
  if (st.children.empty() || first >= st.children.size()) {
    then();
    return;
  }
  st.stop = {st.children.size() - 1, first, std::move(then)};
  stop_next(self);
}

void end(self_ptr self, caf::error reason) {
  self->state.ending = true;
  stop_from(self, 0, [self, reason] { self->quit(reason); });
}

bool intensity_exceeded(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  st.restarts.push_back(now);
  while (!st.restarts.empty() && st.restarts.front() + st.options.period < now)
    st.restarts.pop_front();
  return st.restarts.size() > st.options.max_restarts;
}

void child_ended(self_ptr self, std::size_t index, const caf::error& reason) {
  auto& st = self->state;
  const auto& spec = st.options.children[index];
  st.children[index].handle = nullptr;
  if (st.stop) { // part of a row that is being stopped, or beside it
    if (index == st.stop->current)
      stop_next(self);
    return;
  }
  if (st.ending)
    return;
  log::error("{}: {} has ended ({})", st.options.name, spec.name, caf::to_string(reason));
  if (st.options.on_restart)
    st.options.on_restart(spec.name);
  if (spec.retry_after) {
    log::error(
        "{}: {} is tried again in {} s", st.options.name, spec.name, spec.retry_after->count());
    self->delayed_send(
        self, *spec.retry_after, atom::restart_v, static_cast<std::uint64_t>(index),
        st.children[index].generation);
    return;
  }
  if (intensity_exceeded(self)) {
    log::critical(
        "{}: gives up after {} restarts within {} s", st.options.name, st.options.max_restarts,
        st.options.period.count());
    if (st.options.on_give_up)
      st.options.on_give_up();
    end(self, caf::exit_reason::unhandled_exception);
    return;
  }
  if (st.options.strategy == restart_strategy::one_for_one)
    start_child(self, index);
  else
    stop_from(self, index, [self] { start_from(self, 0); });
}

} // namespace

supervisor_state::~supervisor_state() {
  for (const auto& running : children)
    send_exit_first(running.handle, caf::exit_reason::user_shutdown);
}

caf::behavior supervisor(self_ptr self, supervisor_options options) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.options = std::move(options);
  st.children.resize(st.options.children.size());

  self->set_down_handler([self](caf::down_msg& down) {
    auto& children = self->state.children;
    const auto it = std::ranges::find_if(
        children, [&](const auto& c) { return c.handle && c.handle.address() == down.source; });
    if (it != children.end())
      child_ended(self, static_cast<std::size_t>(it - children.begin()), down.reason);
  });
  self->set_exit_handler([self](caf::exit_msg& exit) {
    if (self->state.ending)
      return;
    // A row that is being stopped for a restart goes on, but ends in the end.
    if (self->state.stop) {
      self->state.ending = true;
      self->state.stop->first = 0;
      self->state.stop->then = [self, reason = exit.reason] { self->quit(reason); };
      return;
    }
    end(self, exit.reason);
  });

  start_from(self, 0);

  return {
      // The grace of a stopping child is over.
      [self](atom::stop, std::uint64_t index, std::uint64_t generation) {
        auto& child = self->state.children[index];
        if (!child.handle || child.generation != generation)
          return;
        const auto& spec = self->state.options.children[index];
        log::warn(
            "{}: {} did not stop within {} ms and is killed", self->state.options.name,
            spec.name, spec.shutdown.count());
        send_exit_first(child.handle, caf::exit_reason::kill);
      },
      // A child that is retried after a pause.
      [self](atom::restart, std::uint64_t index, std::uint64_t generation) {
        auto& child = self->state.children[index];
        if (self->state.ending || self->state.stop || child.handle
            || child.generation != generation)
          return;
        start_child(self, index);
      },
  };
}

} // namespace guildhall::actors
