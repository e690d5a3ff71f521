#pragma once

#include "actors/interfaces.hpp"
#include "core/metrics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// Asks the OAuth host for a client-credentials token; completes once, on any thread.
using token_source =
    std::function<void(deadline expires, domain::completion<battlenet::access_token> done)>;

struct token_manager_options {
  token_source source;
  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
  metrics* numbers{nullptr};
  /// Told what Battle.net says to our client id and secret: a failure, or none once it is over.
  std::function<void(const std::optional<failure>&)> on_verdict{};
};

struct token_manager_state {
  explicit token_manager_state(token_manager_actor::stateful_pointer<token_manager_state> self);
  ~token_manager_state();

  using promise = caf::typed_response_promise<token_reply>;

  token_manager_options options;
  issued_token token;
  std::chrono::steady_clock::time_point not_before{}; ///< back-off after a failure
  failure last_failure{ec::upstream_down};
  int failures{0};
  std::optional<ec> told; ///< what the log says now
  std::chrono::steady_clock::time_point told_at{};
  prometheus::Gauge* refused{nullptr};
  prometheus::Gauge* fetched{nullptr};
  prometheus::Counter* failed{nullptr};
  bool fetching{false};
  std::uint64_t generation{0}; ///< of the refresh timer
  std::vector<promise> waiting;
  std::vector<token_listener_actor> listeners;
  static inline const char* name = "token-manager";
};

/// TOKEN MANAGER: owns the client-credentials token, and tells its listeners each one. One
/// fetch at a time, however many ask; refreshed when 90 % of its life are over; a token that
/// Battle.net refused is replaced at once, but not more often than the back-off allows. That
/// our client id or secret is refused is logged when it begins and every ten minutes. Ends only
/// with its supervisor; whoever waits then gets a retryable failure.
token_manager_actor::behavior_type token_manager(
    token_manager_actor::stateful_pointer<token_manager_state> self,
    token_manager_options options);

} // namespace guildhall::actors
