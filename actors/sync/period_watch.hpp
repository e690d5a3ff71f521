#pragma once

#include "actors/sync/sync_environment.hpp"

namespace guildhall::actors {

struct period_watch_state {
  explicit period_watch_state(period_watch_actor::stateful_pointer<period_watch_state> self);

  environment_ptr environment;
  sync_scheduler_actor scheduler;
  domain::region region{};
  std::int64_t period{0};                                           ///< last seen
  std::optional<std::chrono::steady_clock::time_point> realms_seen; ///< stored at that time
  std::uint64_t timer{0};
  static inline const char* name = "period-watch";
};

/// PERIOD WATCH, one per region: asks every 30 minutes for the M+ week, remembers it in the
/// database (which makes the older M+ documents due) and tells the scheduler. Once a day it
/// asks which realms the region has, and remembers them too. The weekly reset needs no clock of
/// its own: it is seen at the next look. Ends only with its supervisor.
period_watch_actor::behavior_type period_watch(
    period_watch_actor::stateful_pointer<period_watch_state> self, environment_ptr environment,
    sync_scheduler_actor scheduler, domain::region region);

} // namespace guildhall::actors
