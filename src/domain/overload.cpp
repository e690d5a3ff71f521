#include "domain/overload.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

/// For so many intervals overload that has ended is expected back.
constexpr int remembered_intervals = 10;
/// Under overload who waits does so for at most this part of the target.
constexpr int shorter_wait = 3;

} // namespace

void overload_rule::look(
    clock::time_point now, std::size_t waiting, clock::time_point oldest) noexcept {
  if (waiting == 0)
    return nobody_waits(now);
  if (since_)
    return judge_end(now, waiting);
  const auto again = was_lately(now);
  const auto patience = again ? how_.target / 2 : how_.target;
  if (waiting <= how_.few || now - oldest <= patience) {
    late_since_.reset();
    return;
  }
  late_since_ = late_since_.value_or(now);
  if (again || now - *late_since_ >= how_.interval)
    begin(now);
}

void overload_rule::nobody_waits(clock::time_point now) noexcept {
  late_since_.reset();
  if (since_)
    end(now);
}

std::optional<overload_rule::clock::time_point>
overload_rule::refused_before(clock::time_point now) const noexcept {
  return since_ ? std::optional{now - how_.target / shorter_wait} : std::nullopt;
}

void overload_rule::begin(clock::time_point now) noexcept {
  since_ = now;
  taken_ = 0;
  late_since_.reset();
}

void overload_rule::end(clock::time_point now) noexcept {
  since_.reset();
  ended_ = now;
}

/// Served newest first some wait until they are refused even when all could be served: only how
/// fast the queue moves tells whether they could.
void overload_rule::judge_end(clock::time_point now, std::size_t waiting) noexcept {
  const auto passed = now - *since_;
  if (passed < how_.interval)
    return;
  const auto to_do = passed * static_cast<std::int64_t>(waiting);
  const auto could_be_done = to_do < std::chrono::nanoseconds{how_.target} / (2 * shorter_wait)
                                         * static_cast<std::int64_t>(taken_);
  if (could_be_done)
    end(now);
  else
    begin(now);
}

bool overload_rule::was_lately(clock::time_point now) const noexcept {
  return ended_ && now - *ended_ < remembered_intervals * how_.interval;
}

} // namespace guildhall::domain
