#pragma once

#include "actors/battlenet/circuit_breaker.hpp"
#include "actors/battlenet/doubt_reports.hpp"
#include "actors/battlenet/doubt_watch.hpp"
#include "actors/interfaces.hpp"
#include "battlenet/http_client.hpp"
#include "core/metrics.hpp"
#include "domain/address.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace guildhall::actors {

struct battlenet_gateway_options {
  domain::region region{};
  std::size_t max_pending{4'096};
  domain::sync_port* store{nullptr};          ///< told of doubt, if any
  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
};

struct battlenet_gateway_state {
  explicit battlenet_gateway_state(
      battlenet_gateway_actor::stateful_pointer<battlenet_gateway_state> self);
  ~battlenet_gateway_state();

  using clock_time = std::chrono::steady_clock::time_point;
  using promise = caf::typed_response_promise<fetch_reply>;
  struct pending {
    fetch_request request;
    promise reply;
    std::string token{}; ///< it was sent with
    clock_time sent{};
    bool renewed{false}; ///< a 401 has been answered by a new token once
    bool resent{false};  ///< the first time met a stale connection
    bool probe{false};   ///< let through an open breaker
    bool canary{false};  ///< asked by the gateway itself: nobody waits for it
  };

  battlenet_gateway_options options;
  std::shared_ptr<battlenet::http_client> client;
  rate_limiter_actor limiter;
  token_manager_actor tokens;
  issued_token token; ///< the last one we were told of
  std::unordered_map<std::uint64_t, pending> fetches;
  std::uint64_t next_ticket{1};

  circuit_breaker breaker;
  doubt_watch doubt;
  doubt_reports reports;
  std::uint64_t timer{0}; ///< of the looks at what is in doubt

  metrics* numbers{nullptr};
  prometheus::Gauge* breaker_open{nullptr};
  prometheus::Counter* resent{nullptr};
  static inline const char* name = "battlenet-gateway";
};

/// BATTLE.NET GATEWAY, one per region: owns the keep-alive connections of its region. Each
/// fetch waits for a permit, goes out with the current token, and is answered with what the
/// status means. The token manager tells it every new token, and is asked only when there is
/// none to send. A 401 renews the token and asks once more, and so does a kept connection that
/// was closed meanwhile: each is another request, with a permit of its own. Its circuit breaker
/// keeps a dead region from eating the budget: while open, fetches fail at once with
/// `retry_at`. While most of what a kind of document showed before is 404 or 403, Battle.net is
/// in doubt: such an answer counts as transient, what has flipped is not asked again, and the
/// gateway itself asks three of it every 30 s to 5 min until two of them are shown again. Ends
/// only with its supervisor; open fetches then fail with `unavailable`.
battlenet_gateway_actor::behavior_type battlenet_gateway(
    battlenet_gateway_actor::stateful_pointer<battlenet_gateway_state> self,
    battlenet_gateway_options options, std::shared_ptr<battlenet::http_client> client,
    rate_limiter_actor limiter, token_manager_actor tokens, metrics* numbers);

} // namespace guildhall::actors
