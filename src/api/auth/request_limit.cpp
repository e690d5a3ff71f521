#include "api/auth/request_limit.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::api::auth {

request_limit::request_limit(unsigned per_minute, http::proxy_trust trust)
    : trust_{std::move(trust)} {
  set(per_minute);
}

void request_limit::set(unsigned per_minute) {
  each_ = clock::duration{window} / std::max(1u, per_minute);
}

result<void> request_limit::admit(const http::request& what, clock::time_point now) {
  const auto address = http::client_address(what, trust_).household();
  const std::lock_guard guard{lock_};
  if (free_at_.size() >= max_addresses) {
    std::erase_if(free_at_, [&](const auto& entry) { return entry.second <= now; });
    if (free_at_.size() >= max_addresses)
      free_at_.clear();
  }
  auto& free_at = free_at_[address];
  const auto next = std::max(free_at, now) + each_.load();
  if (next - now > window) {
    failure why{ec::rate_limited};
    why.retry_at = wall_now() + std::chrono::ceil<std::chrono::seconds>(next - now - window);
    return fail(std::move(why));
  }
  free_at = next;
  return {};
}

} // namespace guildhall::api::auth
