#pragma once

#include "actors/bridge.hpp"
#include "actors/interfaces.hpp"
#include "battlenet/request.hpp"
#include "core/metrics.hpp"
#include "domain/sync_port.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace guildhall::actors {

/// What every actor of the sync works with; built once by the sync's supervisor, never changed.
struct sync_environment {
  domain::sync_port& store;
  metrics& numbers;
  battlenet::request_factory requests;
  std::map<domain::region, battlenet_gateway_actor> gateways;

  std::chrono::seconds guild_interval{4 * 3600}; ///< of guilds without one of their own
  std::chrono::seconds character_interval{8 * 3600};
  std::chrono::seconds verify_within{14 * 86400};
  std::chrono::seconds lease{60};
  domain::discovery discovery{}; ///< which guilds of users are tracked by themselves
  std::chrono::seconds coordinator_limit{300};
  std::size_t characters_at_once{12};
  int batch{50};

  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
  std::function<double()> random;             ///< uniform in [0, 1), any thread
};
using environment_ptr = std::shared_ptr<const sync_environment>;

/// How long a fetch may wait for its turn and its answer.
inline constexpr std::chrono::seconds fetch_patience{90};
/// How long a write may wait for the database.
inline constexpr std::chrono::seconds store_patience{30};

// Deadlines count from the actors' clock, which tests turn by hand.
inline deadline fetch_deadline(caf::local_actor* self) {
  return self->clock().now() + fetch_patience;
}
inline deadline store_deadline(caf::local_actor* self) {
  return self->clock().now() + store_patience;
}

/// What a failed document means for its retry. Nothing for an answer that is no failure.
std::optional<domain::failure_class> failure_class_of(battlenet::outcome what) noexcept;

} // namespace guildhall::actors
