#pragma once

#include "core/error.hpp"
#include "http/request.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace guildhall::api::auth {

/// So many requests per minute and address, evenly refilled; a minute's worth may come at once.
/// Remembers a bounded number of addresses: when that many are active, all start anew.
/// Thread-safe.
class request_limit {
public:
  using clock = std::chrono::steady_clock;

  /// `address_header`: a proxy's, whose last element is the client; empty: the connection's
  /// peer.
  request_limit(unsigned per_minute, std::string address_header);

  /// `ec::rate_limited` with when to come back.
  result<void> admit(const http::request& what, clock::time_point now = clock::now());

private:
  static constexpr std::size_t max_addresses = 50'000;
  static constexpr std::chrono::minutes window{1};

  std::string address_of(const http::request& what) const;

  const clock::duration each_;
  const std::string address_header_;
  std::mutex lock_;
  std::unordered_map<std::string, clock::time_point>
      free_at_; ///< when nothing is used up again
};

/// Of the routes that anybody may ask, each for itself.
struct request_limits {
  request_limits(unsigned per_minute, const std::string& address_header)
      : logins{per_minute, address_header},
        starts{per_minute, address_header},
        callbacks{per_minute, address_header},
        refreshes{per_minute, address_header} {}

  request_limit logins;
  request_limit starts;
  request_limit callbacks;
  request_limit refreshes;
};

} // namespace guildhall::api::auth
