#pragma once

#include "actors/interfaces.hpp"
#include "core/live.hpp"
#include "core/metrics.hpp"
#include "domain/budget.hpp"
#include "domain/throttling.hpp"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

struct rate_limiter_options {
  live<domain::budget_limits> limits; ///< may change; the next loan goes by it
  std::size_t max_queue{2'000};
  std::string instance;                       ///< under which the database lends
  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
};

struct rate_limiter_state {
  explicit rate_limiter_state(rate_limiter_actor::stateful_pointer<rate_limiter_state> self);

  using clock_time = std::chrono::steady_clock::time_point;
  struct wish {
    permit_request request;
    permit_holder_actor holder;
  };

  rate_limiter_options options;
  domain::sync_port* store{nullptr};
  domain::pacer pacer;
  domain::throttling throttling;
  domain::fair_queue queue;
  std::unordered_map<std::uint64_t, wish> wishes; ///< by the queue's ticket id
  std::set<caf::actor_addr> holders;              ///< watched: whoever has wished
  std::uint64_t next_id{1};

  std::int64_t background{0}; ///< of the loan, not yet spent
  std::int64_t people{0};
  double rate{0}; ///< of the loan; paced is what 429s leave of it
  clock_time loan_ends{};
  clock_time next_loan{};        ///< not asked again before this
  clock_time next_people_loan{}; ///< the same while a person waits
  clock_time next_telling{};     ///< the same while others have to hear of 429s
  bool borrowing{false};
  bool people_asked{false}; ///< by the loan under way
  bool giving_back{false};  ///< so is this: nothing was asked for
  bool untold{false};       ///< 429s that the other instances have not heard of
  bool unheard{false};      ///< others have met some; the next loan tells
  double price{0};          ///< of a call, as the last loan said
  std::vector<price_listener_actor> listeners;

  std::uint64_t timer{0}; ///< generation of the armed tick
  clock_time armed_for{};
  bool armed{false};

  prometheus::Gauge* waiting{nullptr};
  prometheus::Gauge* hour_spent{nullptr};
  prometheus::Gauge* slowed{nullptr};
  std::array<prometheus::Gauge*, domain::region_count> left_alone{};
  prometheus::Counter* granted{nullptr};
  prometheus::Counter* throttled{nullptr};
  static inline const char* name = "rate-limiter";
};

/// RATE LIMITER: owns this instance's part of the Battle.net budget: requests and a rate, both
/// on loan from the database for seconds, so that all instances together keep the limits and a
/// crash forfeits at most one loan. Starts empty. Wishes wait in a bounded queue (people first,
/// then rosters, characters, sweeps; among guilds the one with least left to do) and go out
/// evenly paced, and are answered at their deadline whatever holds them up. It hears of every
/// answer; what 429s slow down or pause, it tells the other instances through the database, and
/// hears of theirs with each loan. Ends only with its supervisor; its queue is then answered by
/// the gateways' own end.
rate_limiter_actor::behavior_type rate_limiter(
    rate_limiter_actor::stateful_pointer<rate_limiter_state> self, domain::sync_port* store,
    rate_limiter_options options, metrics* numbers);

} // namespace guildhall::actors
