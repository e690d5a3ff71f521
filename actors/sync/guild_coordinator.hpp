#pragma once

#include "actors/sync/sync_environment.hpp"

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

struct guild_task {
  domain::guild_work work;
  std::optional<std::int64_t> current_period;
  double stretch{1};
};

struct guild_coordinator_state {
  explicit guild_coordinator_state(
      guild_coordinator_actor::stateful_pointer<guild_coordinator_state> self);

  using clock_time = std::chrono::steady_clock::time_point;
  struct running {
    domain::character_work work;
    caf::actor actor;
  };
  struct totals {
    std::size_t characters{0};
    std::size_t changed{0};
    std::size_t unchanged{0};
    std::size_t failed{0};
    std::size_t requests{0};
  };

  environment_ptr environment;
  guild_task task;
  clock_time started{};
  clock_time renewed{}; ///< the last moment at which the leases were certainly ours
  clock_time renewal_asked{};
  std::vector<domain::lease> asked_for; ///< by the renewal under way
  bool renewing{false};
  clock_time announced{};
  bool unannounced{false};

  // the guild step
  domain::guild_outcome outcome;
  std::optional<domain::guild_applied> applied;
  bool in_guild_step{false}; ///< its requests and writes are under way
  bool guild_failed{false};
  bool address_searched{false};
  bool witness_unclear{false}; ///< one of them could not be asked
  std::vector<domain::character_address>
      witnesses; ///< members asked for the guild's new address
  std::vector<domain::pending_transfer> transfers;

  // its characters
  std::deque<domain::character_work> queue;
  std::unordered_map<std::int64_t, running> active; ///< by character id
  std::vector<domain::checked_character> checked;   ///< to be written in one batch
  std::vector<domain::lease> given_back;            ///< not done; to be released
  bool claiming{false};
  bool drained{false};  ///< the last claim found nothing
  bool stopping{false}; ///< takes no more characters
  bool leaving{false};  ///< told to exit; waits for nothing but the answer to a claim
  std::optional<failure> stopped_by;
  std::size_t open_writes{0};
  bool finishing{false};
  totals counts;
  static inline const char* name = "guild-coordinator";
};

using guild_coordinator_ptr =
    guild_coordinator_actor::stateful_pointer<guild_coordinator_state>;

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
