#include "http/door/guests.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::http {

namespace {

/// One look at everybody finds so many; under a flood of arrivals it is not repeated for each.
constexpr std::size_t found_at_once = 64;
/// After a look that found nobody.
constexpr std::chrono::milliseconds until_next_look{20};

} // namespace

bool guest::works() noexcept {
  auto seen = state_.load(std::memory_order_acquire);
  while (seen != gone)
    if (state_.compare_exchange_weak(seen, at_work, std::memory_order_acq_rel))
      return true;
  return false;
}

guest_list::arrival guest_list::arrives(const ip_address& from, bool exempt, moment now) {
  arrival out;
  const std::lock_guard guard{lock_};
  const auto household_of = from.household();
  if (const auto known = households_.find(household_of);
      !exempt && known != households_.end() && known->second.size() >= per_address_) {
    out.instead_of = dismiss_of(known->second);
    if (!out.instead_of)
      return {.what = verdict::address_full, .who = nullptr};
  } else if (count_ >= all_) {
    out.instead_of = dismiss_of_all(now);
    if (!out.instead_of)
      return {.what = verdict::all_full, .who = nullptr};
  }
  out.who = std::make_shared<guest>();
  out.who->from_ = household_of;
  auto& others = households_[household_of];
  out.who->at_ = others.size();
  others.push_back(out.who);
  out.who->listed_ = true;
  ++count_;
  return out;
}

void guest_list::leaves(guest& who) noexcept {
  const std::lock_guard guard{lock_};
  remove(who);
}

guest_list::guest_ptr guest_list::dismiss_one(moment now) {
  const std::lock_guard guard{lock_};
  return dismiss_of_all(now);
}

guest_list::guest_ptr guest_list::dismiss_of(const household& these) {
  for (;;) {
    std::int64_t since = 0;
    guest_ptr longest;
    for (const auto& one : these)
      if (const auto state = one->state(); state >= 0 && (!longest || state < since)) {
        longest = one;
        since = state;
      }
    if (!longest)
      return nullptr;
    if (longest->takes_leave(since)) { // else it has just begun to work
      remove(*longest);
      return longest;
    }
  }
}

guest_list::guest_ptr guest_list::dismiss_of_all(moment now) {
  if (auto found = dismiss_found())
    return found;
  if (now < next_look_)
    return nullptr;
  collect_idle();
  if (longest_idle_.empty())
    next_look_ = now + until_next_look;
  return dismiss_found();
}

/// Of those that the last look has found; whoever has worked since is none of them any more.
guest_list::guest_ptr guest_list::dismiss_found() {
  while (!longest_idle_.empty()) {
    const auto [since, who] = std::move(longest_idle_.back());
    longest_idle_.pop_back();
    if (who->listed_ && who->takes_leave(since)) {
      remove(*who);
      return who;
    }
  }
  return nullptr;
}

void guest_list::collect_idle() {
  for (const auto& [from, these] : households_)
    for (const auto& one : these)
      if (const auto state = one->state(); state >= 0)
        longest_idle_.push_back({state, one});
  const auto longer = [](const idle_guest& a, const idle_guest& b) {
    return a.since < b.since;
  };
  const auto kept = std::min(found_at_once, longest_idle_.size());
  const auto end = longest_idle_.begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(longest_idle_.begin(), end, longest_idle_.end(), longer);
  longest_idle_.erase(end, longest_idle_.end());
  std::reverse(longest_idle_.begin(), longest_idle_.end());
}

void guest_list::remove(guest& who) noexcept {
  if (!std::exchange(who.listed_, false))
    return;
  --count_;
  const auto found = households_.find(who.from_);
  auto& others = found->second;
  std::swap(others[who.at_], others.back());
  others[who.at_]->at_ = who.at_;
  others.pop_back(); // `who` lives on: whoever calls this holds it
  if (others.empty())
    households_.erase(found);
}

std::size_t guest_list::size() const noexcept {
  const std::lock_guard guard{lock_};
  return count_;
}

std::size_t guest_list::addresses() const noexcept {
  const std::lock_guard guard{lock_};
  return households_.size();
}

} // namespace guildhall::http
