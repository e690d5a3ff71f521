#include "domain/overload.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

/// For so many intervals overload that has ended is expected back.
constexpr int remembered_intervals = 10;
/// Under overload who waits does so for at most this part of the target.
constexpr int shorter_wait = 4;
/// Overload is over when no more than one of so many had to be refused.
constexpr std::uint64_t served_for_each_refused = 4;

} // namespace

void overload_rule::look(
    clock::time_point now, std::size_t waiting, clock::time_point oldest) noexcept {
  if (since_)
    return judge_end(now);
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

std::optional<overload_rule::clock::time_point>
overload_rule::refused_before(clock::time_point now, clock::time_point oldest) const noexcept {
  const auto longest = how_.target / shorter_wait;
  if (!since_ || oldest >= now - longest)
    return std::nullopt;
  return now - longest / 2;
}

void overload_rule::begin(clock::time_point now) noexcept {
  since_ = now;
  taken_ = 0;
  refused_ = 0;
  late_since_.reset();
}

void overload_rule::end(clock::time_point now) noexcept {
  since_.reset();
  ended_ = now;
}

/// How many wait tells nothing: those who are refused wait no more. Nor do counts of long ago,
/// when nobody has looked since: nobody has come.
void overload_rule::judge_end(clock::time_point now) noexcept {
  const auto passed = now - *since_;
  if (passed < how_.interval)
    return;
  if (passed >= 2 * how_.interval || refused_ * served_for_each_refused <= taken_)
    end(now);
  else
    begin(now);
}

bool overload_rule::was_lately(clock::time_point now) const noexcept {
  return ended_ && now - *ended_ < remembered_intervals * how_.interval;
}

} // namespace guildhall::domain
