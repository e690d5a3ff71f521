#pragma once

#include "actors/interfaces.hpp"

#include <functional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// Asks the OAuth host for a client-credentials token; completes once, on any thread.
using token_source =
    std::function<void(deadline expires, domain::completion<battlenet::access_token> done)>;

struct token_manager_state {
  explicit token_manager_state(token_manager_actor::stateful_pointer<token_manager_state> self);
  ~token_manager_state();

  using promise = caf::typed_response_promise<token_reply>;

  token_source source;
  std::function<time_point()> now; ///< wall time
  issued_token token;
  std::chrono::steady_clock::time_point not_before{}; ///< back-off after a failure
  failure last_failure{ec::upstream_down};
  int failures{0};
  bool fetching{false};
  std::uint64_t generation{0}; ///< of the refresh timer
  std::vector<promise> waiting;
  std::vector<token_listener_actor> listeners;
  static inline const char* name = "token-manager";
};

/// TOKEN MANAGER: owns the client-credentials token, and tells its listeners each one. One
/// fetch at a time, however many ask; refreshed when 90 % of its life are over; a token that
/// Battle.net refused is replaced at once, but not more often than the back-off allows. Ends
/// only with its supervisor; whoever waits then gets a retryable failure.
token_manager_actor::behavior_type token_manager(
    token_manager_actor::stateful_pointer<token_manager_state> self, token_source source,
    std::function<time_point()> wall);

} // namespace guildhall::actors
