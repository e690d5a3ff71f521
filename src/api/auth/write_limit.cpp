#include "api/auth/write_limit.hpp"

#include <algorithm>

namespace guildhall::api::auth {

write_limit::write_limit(unsigned per_second) {
  set(per_second);
}

void write_limit::set(unsigned per_second) {
  each_ = clock::duration{std::chrono::seconds{1}} / std::max(1u, per_second);
}

result<void> write_limit::admit(user_id who, clock::time_point now) {
  const std::lock_guard guard{lock_};
  if (free_at_.size() >= max_users) {
    std::erase_if(free_at_, [&](const auto& entry) { return entry.second <= now; });
    if (free_at_.size() >= max_users)
      free_at_.clear();
  }
  auto& free_at = free_at_[who.value];
  const auto next = std::max(free_at, now) + each_.load();
  if (next - now > burst) {
    failure why{ec::rate_limited, "You change too much at once; try again in a moment"};
    why.retry_at = wall_now() + std::chrono::ceil<std::chrono::seconds>(next - now - burst);
    return fail(std::move(why));
  }
  free_at = next;
  return {};
}

} // namespace guildhall::api::auth
