#pragma once

#include "actors/sync/guild_characters.hpp"
#include "actors/sync/guild_step.hpp"
#include "actors/sync/lease_renewal.hpp"

#include <optional>
#include <vector>

namespace guildhall::actors {

struct guild_task {
  domain::guild_work work;
  std::optional<std::int64_t> current_period;
  double price{0}; ///< of a call; 0: not told yet
};

struct guild_coordinator_state {
  explicit guild_coordinator_state(
      guild_coordinator_actor::stateful_pointer<guild_coordinator_state> self);

  environment_ptr environment;
  // Both are there from the actor's start on.
  std::optional<guild_step> step;
  std::optional<guild_characters> characters;
  lease_renewal renewal;
  std::vector<domain::lease> asked_for; ///< by the renewal under way
  lease_renewal::clock_time started{};
  bool finishing{false}; ///< the guild is being given back
  bool leaving{false};   ///< told to exit; waits for nothing but the answer to a claim
  static inline const char* name = "guild-coordinator";
};

/// GUILD COORDINATOR, one per guild being synced: owns the guild's lease and those of the
/// characters it has claimed, and renews them; stops by itself when it could not for 50 s. Does
/// the guild step (guild, roster, one transaction, transfers), then its due characters, a
/// bounded number at once. Ends when nothing is due, when the limit of 5 minutes is over, when
/// the budget is spent, or by an exit message (it then gives its leases back). If it dies, its
/// leases run out and only this guild is late.
guild_coordinator_actor::behavior_type guild_coordinator(
    guild_coordinator_actor::stateful_pointer<guild_coordinator_state> self,
    environment_ptr environment, guild_task task);

} // namespace guildhall::actors
