#pragma once

#include "actors/sync/character_sync.hpp"
#include "actors/sync/lease_renewal.hpp"
#include "actors/sync/pricing.hpp"

#include <map>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

/// How long its end may take: its supervisor waits that long.
inline constexpr std::chrono::seconds scheduler_stops_within{3};

struct sync_scheduler_state {
  explicit sync_scheduler_state(
      sync_scheduler_actor::stateful_pointer<sync_scheduler_state> self);
  /// Its children end with it, however it ends.
  ~sync_scheduler_state();

  environment_ptr environment;
  std::unordered_map<std::int64_t, guild_coordinator_actor> coordinators; ///< by tracked guild
  running_characters characters;                                          ///< players' own
  std::map<domain::region, std::int64_t> periods;
  double price{0};          ///< of a call; 0: not told yet
  bool looking{false};      ///< a round of claims is under way
  bool look_again{false};   ///< woken meanwhile
  domain::priority asked{}; ///< the class that the round is at
  bool stopping{false};
  lease_renewal renewal; ///< of the characters' leases
  actors::pricing pricing;
  std::uint64_t timer{0};
  std::chrono::steady_clock::time_point jobs_looked_at{}; ///< when idle ones were ended
  std::optional<ec> said; ///< of players' characters: why the last one was not synced
  prometheus::Gauge* running{nullptr};
  prometheus::Gauge* clock_ahead{nullptr};
  static inline const char* name = "sync-scheduler";
};

/// SYNC SCHEDULER: owns the coordinators and the syncs of players' own characters; both are
/// bounded in number. Looks what is due every `sync.poll_interval` and whenever it is woken (a
/// hint: nothing depends on the wake), people's wishes before all else. A coordinator that dies
/// leaves leases that run out, so nothing is lost. Has the jobs ended that nobody is at work
/// on. On an exit message it stops its coordinators, which give their leases back, and ends
/// when they have.
sync_scheduler_actor::behavior_type sync_scheduler(
    sync_scheduler_actor::stateful_pointer<sync_scheduler_state> self,
    environment_ptr environment);

} // namespace guildhall::actors
