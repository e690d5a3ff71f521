#pragma once

#include "actors/battlenet/rate_limiter.hpp"
#include "actors/battlenet/token_manager.hpp"
#include "actors/serving/http_front_end.hpp"
#include "actors/serving/login_desk.hpp"
#include "actors/storage/change_listener.hpp"
#include "actors/storage/db_pool.hpp"
#include "actors/supervisor.hpp"
#include "actors/sync/onboarder.hpp"
#include "actors/sync/retention_sweeper.hpp"
#include "actors/sync/sync_scheduler.hpp"
#include "battlenet/http_client.hpp"
#include "core/metrics.hpp"
#include "domain/sync_port.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// Handles that threads outside of the actor system send through. Owned by the composition
/// root; filled by the supervisors, cleared before the system ends.
struct service_slots {
  db_pool_slot readers;
  db_pool_slot writers;
  handle_slot<rate_limiter_actor> limiter;
  handle_slot<sync_scheduler_actor> scheduler;
  handle_slot<onboarder_actor> onboarder;
  handle_slot<login_desk_actor> login_desk;

  void clear() {
    readers.clear();
    writers.clear();
    limiter.clear();
    scheduler.clear();
    onboarder.clear();
    login_desk.clear();
  }
};

struct storage_options {
  db_pool_options readers;
  db_pool_options writers;
  change_source_factory changes;
  change_sink sink;
};

struct serving_options {
  http_server_factory start;
  std::optional<login_desk_options> login{}; ///< none: nobody can log in here
  /// Called when it is to stop, before it drains: may wait for at most `drain_delay`.
  std::function<void()> before_drain{};
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{20'000};
};

/// What an orderly stop takes at the very most, besides `drain_delay` and `drain_timeout`: the
/// sync gives back what it has claimed, and the storage finishes what it was asked.
inline constexpr std::chrono::seconds longest_stop{20};

struct sync_options {
  domain::sync_port* store{nullptr};
  battlenet::request_factory requests;
  token_source tokens;
  /// Told what Battle.net says to our client id and secret; any thread.
  std::function<void(const std::optional<failure>&)> on_verdict{};
  rate_limiter_options limiter;
  /// Makes the connections of one region; called again when its gateway is restarted.
  std::function<std::shared_ptr<battlenet::http_client>(domain::region)> connect;
  std::vector<domain::region> regions;
  retention_sweeper_options retention;
  std::optional<onboarder_options> onboarding{};
  sync_config settings{};
  std::chrono::seconds verify_within{14 * 86400}; ///< `retention.verify_within`
  std::vector<domain::document> documents{};      ///< optional ones that are mirrored
  std::function<double()> random;
  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
};

struct service_options {
  storage_options storage;
  std::optional<serving_options> serving; ///< none for --role sync
  std::optional<sync_options> sync;       ///< none for --role api
  bool detached{true};                    ///< false in tests: what blocks runs scheduled
  /// Told when storage or serving cannot be kept running: the process must stop.
  std::function<void()> on_give_up;
};

/// The tree, in the order in which it starts (and, reversed, stops):
///
///   root_supervisor (rest_for_one, 3 in 60 s)
///     storage (one_for_one): reader_pool -> readers, writer_pool -> writers, change_listener
///     serving (one_for_one): login_desk, http_front_end
///     sync (rest_for_one; when it gives up, tried again after 60 s): token_manager,
///     rate_limiter,
///       battlenet_gateway per region, sync_scheduler -> guild_coordinators -> character_syncs,
///       period_watch per region, retention_sweeper, onboarder
caf::actor spawn_root_supervisor(
    caf::actor_system& system, service_options options, service_slots& slots, metrics& numbers);

/// The sync's part of the tree alone, as the simulation runs it.
caf::actor spawn_sync_supervisor(
    caf::actor_system& system, sync_options options, service_slots& slots, metrics& numbers);

} // namespace guildhall::actors
