#pragma once

#include "actors/storage/job_queue.hpp"

#include <caf/all.hpp>

#include <mutex>
#include <utility>

/// The only place where actors and the other threads (I/O threads, the Battle.net client's
/// thread, database threads) meet. In: a `handle_slot` that any thread may send through. Out:
/// completions
/// (`reply_to`) that turn into a message and never touch an actor's state.
namespace guildhall::actors {

/// A handle that others send through while its actor comes and goes. Supervisors put a new
/// handle when they restart a child; CAF's registry would keep the dead one. Thread-safe.
template <class Handle>
class handle_slot {
public:
  void put(Handle handle) {
    const std::lock_guard guard{lock_};
    std::swap(handle_, handle); // the old one goes after the lock
  }

  /// Before the actor system ends: a handle outside of it would keep it alive.
  void clear() {
    put(Handle{});
  }

  Handle get() const {
    const std::lock_guard guard{lock_};
    return handle_;
  }

private:
  mutable std::mutex lock_;
  Handle handle_;
};

using db_pool_slot = handle_slot<db_pool_handle>;

/// Pushes a job into the queue of whichever pool is in the slot; with none there, the job is
/// refused.
inline void submit(const db_pool_slot& slot, job_ptr job) {
  if (const auto pool = slot.get())
    pool.jobs->push(std::move(job));
  else
    job->refuse({ec::unavailable});
}

/// A completion that sends its outcome to `self` under `atom`.
template <class Handle, class Atom>
auto reply_to(Handle self, Atom atom) {
  return [self = std::move(self), atom](auto outcome) {
    caf::anon_send(self, atom, std::move(outcome));
  };
}

} // namespace guildhall::actors
