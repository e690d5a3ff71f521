#include "actors/storage/change_listener.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

/// Bounds how late an exit message is seen.
constexpr std::chrono::milliseconds longest_wait{250};
constexpr std::chrono::seconds proof_interval{2};
constexpr std::chrono::seconds proof_timeout{2};
constexpr std::chrono::seconds trust_without_proof{5};
constexpr std::chrono::milliseconds first_backoff{100};
constexpr std::chrono::milliseconds longest_backoff{2'000};

using self_ptr = change_listener_actor::stateful_pointer<change_listener_state>;

void set_coherent(self_ptr self, bool coherent) {
  auto& st = self->state;
  if (std::exchange(st.coherent, coherent) == coherent)
    return;
  if (!coherent)
    log::warn(
        "change feed: not heard of for {} s; answers are not cached meanwhile",
        trust_without_proof.count());
  st.sink.set_coherent(coherent);
}

void again(self_ptr self) {
  caf::anon_send(change_listener_actor{self}, atom::tick_v);
}

void lose(self_ptr self) {
  auto& st = self->state;
  st.source.reset();
  // What is notified until LISTEN is in force again is lost: nothing cached may be served.
  set_coherent(self, false);
  st.backoff = std::clamp(st.backoff * 2, first_backoff, longest_backoff);
  self->delayed_send(change_listener_actor{self}, st.backoff, atom::tick_v);
}

void connect(self_ptr self) {
  auto& st = self->state;
  auto source = st.open();
  if (!source) {
    // The first failure in a row; `unavailable` has been explained by whoever said so.
    if (st.backoff.count() == 0 && source.error().code != ec::unavailable)
      log::warn("change feed: cannot connect: {}", message_of(source.error()));
    lose(self);
    return;
  }
  st.source = std::move(*source);
  st.backoff = {};
  st.proven = self->clock().now();
  st.next_proof = st.proven + proof_interval;
  set_coherent(self, true);
  st.sink.wake_sync(); // something may have become due unheard
  st.sink.slow_sync(); // or 429s have been met
  again(self);
}

void listen(self_ptr self) {
  auto& st = self->state;
  const auto changes = st.source->wait(longest_wait);
  if (!changes) {
    lose(self);
    return;
  }
  bool wake = false;
  bool slow = false;
  for (const auto& change : *changes) {
    wake = wake || change.wakes_sync;
    slow = slow || change.slows_sync;
    if (!change.wakes_sync && !change.slows_sync)
      st.sink.move(change.tag);
  }
  if (wake)
    st.sink.wake_sync();
  if (slow)
    st.sink.slow_sync();
  const auto now = self->clock().now();
  if (now >= st.next_proof) {
    if (!st.source->prove(proof_timeout)) {
      lose(self);
      return;
    }
    st.proven = self->clock().now();
    st.next_proof = st.proven + proof_interval;
  }
  if (self->clock().now() - st.proven > trust_without_proof) {
    lose(self);
    return;
  }
  again(self);
}

} // namespace

change_listener_state::change_listener_state(self_ptr) {}

change_listener_actor::behavior_type
change_listener(self_ptr self, change_source_factory open, change_sink sink) {
  set_actor_defaults(self);
  self->state.open = std::move(open);
  self->state.sink = std::move(sink);
  self->state.sink.set_coherent(false); // an earlier listener may have said otherwise
  again(self);
  return {
      [self](atom::tick) {
        if (self->state.source)
          listen(self);
        else
          connect(self);
      },
  };
}

} // namespace guildhall::actors
