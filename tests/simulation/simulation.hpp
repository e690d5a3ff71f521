#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace guildhall::simulation {

/// What one run is made of; everything else is drawn from the seed.
struct plan {
  std::uint64_t seed{1};
  std::size_t guilds{3};
  std::size_t most_members{8};
  std::size_t instances{2};
  std::chrono::minutes faults_for{15};
  bool faults{true};
  bool changes{true}; ///< the world changes while the faults last
  /// Set: these instead of drawn faults (R5's mixture).
  bool fixed_faults{false};
  double rate{20};
  std::int64_t per_hour{0}; ///< 0: drawn
  std::chrono::seconds guild_interval{180};
  std::chrono::seconds freshness{60};
  /// After the faults have stopped, everything is in sync within this much virtual time: the
  /// longest retry (6 h, after malformed answers) and the longest time between two looks.
  std::chrono::minutes calm_limit{7 * 60};
};

struct outcome {
  std::string broken;          ///< what must not happen and did; empty: nothing
  std::size_t requests{0};     ///< sent to Battle.net
  std::uint64_t trace{0};      ///< the same for the same plan
  std::chrono::seconds calm{}; ///< from the end of the faults until all was in sync
};

/// Two instances of the whole sync (supervision tree and all), a fake Battle.net and a fake
/// database, in one thread and in virtual time.
outcome run(const plan& how);

/// Guilds that are tracked at the same moment, by one instance with the default settings.
struct first_sync_plan {
  std::uint64_t seed{1};
  double rate{10};
  std::vector<std::size_t> members; ///< of each guild
  /// Every request for the last guild fails, so do 20 % of all others, and PostgreSQL is away
  /// for `database_away` after `database_leaves`.
  bool faults{false};
  std::chrono::seconds database_leaves{60};
  std::chrono::seconds database_away{10};
};

/// After how long each guild was in sync, but for the last one.
std::vector<std::chrono::seconds> first_syncs(const first_sync_plan& how);

/// What a share of all answers is instead of what was asked for.
struct weather {
  double throttled{0};
  double server_error{0};
  double reset{0};
  double truncated{0};
};
struct sync_cost {
  std::chrono::milliseconds took{}; ///< until every guild was in sync
  std::size_t requests{0};
  std::chrono::milliseconds longest_pause{}; ///< between two requests in the first 90 % of them
};

/// First syncs of all guilds in such weather, from the beginning to the end.
sync_cost first_syncs_in(const weather& what, const first_sync_plan& how);

struct outage_outcome {
  std::size_t requests{0};         ///< sent while it lasted
  std::chrono::seconds recovery{}; ///< from its end until every guild was in sync
};

/// First syncs during which Battle.net answers 503 to everything for `length`.
outage_outcome
outage(const first_sync_plan& how, std::chrono::seconds begins, std::chrono::seconds length);

} // namespace guildhall::simulation
