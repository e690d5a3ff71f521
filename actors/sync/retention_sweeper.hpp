#pragma once

#include "actors/bridge.hpp"
#include "core/metrics.hpp"

#include <array>

namespace guildhall::actors {

struct retention_sweeper_options {
  std::chrono::seconds interval{3600};
  std::chrono::seconds erase_after{29 * 86400};
  std::optional<std::chrono::seconds> audit_after{}; ///< nothing: the audit log is kept
};

struct retention_sweeper_state {
  explicit retention_sweeper_state(
      retention_sweeper_actor::stateful_pointer<retention_sweeper_state> self);

  domain::sync_port* store{nullptr};
  retention_sweeper_options options;
  domain::sweep_report total;
  std::uint64_t timer{0};
  std::array<prometheus::Counter*, domain::sweep_report::kinds.size()> erased{};
  prometheus::Gauge* last_sweep{nullptr};
  static inline const char* name = "retention-sweeper";
};

/// RETENTION SWEEPER: erases, in small steps, player data that has not been verified in time
/// and what nobody tracks any more, and goes on until a step finds nothing. What it took is
/// logged and counted by kind (`guildhall_sweep_erased_total`). Late is logged and shows in
/// `guildhall_sweep_finished_timestamp_seconds` (the time of the last complete sweep). Any
/// number of instances may sweep at once. Ends only with its supervisor.
retention_sweeper_actor::behavior_type retention_sweeper(
    retention_sweeper_actor::stateful_pointer<retention_sweeper_state> self,
    domain::sync_port* store, retention_sweeper_options options, metrics* numbers);

} // namespace guildhall::actors
