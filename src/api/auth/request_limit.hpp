#pragma once

#include "core/error.hpp"
#include "http/door/client_address.hpp"
#include "http/request.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace guildhall::api::auth {

/// So many requests per minute and address (of IPv6: and /64), evenly refilled; a minute's
/// worth may come at once. Remembers a bounded number of addresses: when that many are active,
/// all start anew. Thread-safe.
class request_limit {
public:
  using clock = std::chrono::steady_clock;

  /// `trust`: whose word about the client's address counts.
  request_limit(unsigned per_minute, http::proxy_trust trust);

  /// From now on so many.
  void set(unsigned per_minute);

  /// `ec::rate_limited` with when to come back.
  result<void> admit(const http::request& what, clock::time_point now = clock::now());

private:
  static constexpr std::size_t max_addresses = 50'000;
  static constexpr std::chrono::minutes window{1};

  std::atomic<clock::duration> each_;
  const http::proxy_trust trust_;
  std::mutex lock_;
  std::unordered_map<http::ip_address, clock::time_point, http::ip_address_hash>
      free_at_; ///< household -> when nothing is used up again
};

/// Of the routes that anybody may ask, each for itself.
struct request_limits {
  request_limits(unsigned per_minute, const http::proxy_trust& trust)
      : logins{per_minute, trust},
        starts{per_minute, trust},
        callbacks{per_minute, trust},
        refreshes{per_minute, trust} {}

  void set(unsigned per_minute) {
    for (auto* const each : {&logins, &starts, &callbacks, &refreshes})
      each->set(per_minute);
  }

  request_limit logins;
  request_limit starts;
  request_limit callbacks;
  request_limit refreshes;
};

} // namespace guildhall::api::auth
