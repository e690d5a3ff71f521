#include "api/auth/request_limit.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace guildhall::api::auth {

namespace {

/// A household has a whole /64 of IPv6 addresses. An IPv4 address stays itself, also in the
/// form that a listener for both has it in (::ffff:192.0.2.1), where all share one /64.
std::string network_of(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1)
    return address;
  const auto kept = IN6_IS_ADDR_V4MAPPED(&bytes) ? sizeof bytes : sizeof bytes / 2;
  return {reinterpret_cast<const char*>(&bytes), kept};
}

} // namespace

request_limit::request_limit(unsigned per_minute, std::string address_header)
    : each_{clock::duration{window} / std::max(1u, per_minute)},
      address_header_{std::move(address_header)} {}

std::string request_limit::address_of(const http::request& what) const {
  if (address_header_.empty())
    return network_of(what.peer);
  const auto named = what.header(address_header_);
  const auto last = named.substr(named.find_last_of(", ") + 1);
  return network_of(std::string{last.substr(0, 64)});
}

result<void> request_limit::admit(const http::request& what, clock::time_point now) {
  auto address = address_of(what);
  const std::lock_guard guard{lock_};
  if (free_at_.size() >= max_addresses) {
    std::erase_if(free_at_, [&](const auto& entry) { return entry.second <= now; });
    if (free_at_.size() >= max_addresses)
      free_at_.clear();
  }
  auto& free_at = free_at_[std::move(address)];
  const auto next = std::max(free_at, now) + each_;
  if (next - now > window) {
    failure why{ec::rate_limited};
    why.retry_at = wall_now() + std::chrono::ceil<std::chrono::seconds>(next - now - window);
    return fail(std::move(why));
  }
  free_at = next;
  return {};
}

} // namespace guildhall::api::auth
