#pragma once

#include "actors/bridge.hpp"
#include "core/metrics.hpp"

namespace guildhall::actors {

struct retention_sweeper_options {
  std::chrono::seconds interval{3600};
  std::chrono::seconds erase_after{29 * 86400};
};

struct retention_sweeper_state {
  explicit retention_sweeper_state(
      retention_sweeper_actor::stateful_pointer<retention_sweeper_state> self);

  domain::sync_port* store{nullptr};
  retention_sweeper_options options;
  domain::sweep_report total;
  std::uint64_t timer{0};
  prometheus::Counter* erased{nullptr};
  prometheus::Gauge* last_sweep{nullptr};
  static inline const char* name = "retention-sweeper";
};

/// RETENTION SWEEPER: erases, in small steps, player data that has not been verified in time
/// and what nobody tracks any more. Late is logged and shows in `guildhall_sweep_last_seconds`
/// (the time of the last complete sweep). Any number of instances may sweep at once. Ends only
/// with its supervisor.
retention_sweeper_actor::behavior_type retention_sweeper(
    retention_sweeper_actor::stateful_pointer<retention_sweeper_state> self,
    domain::sync_port* store, retention_sweeper_options options, metrics* numbers);

} // namespace guildhall::actors
