#include "domain/budget.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace guildhall::domain {

hour_window::hour_window(std::vector<std::int64_t> counts, std::int64_t newest_slot)
    : newest_(newest_slot) {
  // A stored list of another length keeps its newest counts.
  const auto keep = std::min(counts.size(), slot_count);
  std::copy(
      counts.end() - static_cast<std::ptrdiff_t>(keep), counts.end(),
      counts_.end() - static_cast<std::ptrdiff_t>(keep));
}

std::int64_t hour_window::slot_of(time_point now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / slot_length;
}

void hour_window::advance(time_point now) {
  const auto slot = slot_of(now);
  if (slot <= newest_) // a clock that steps back spends into the newest slot
    return;
  const auto steps = std::min<std::int64_t>(slot - newest_, slot_count);
  counts_.erase(counts_.begin(), counts_.begin() + steps);
  counts_.resize(slot_count, 0);
  newest_ = slot;
}

void hour_window::spend(std::int64_t count) {
  // What comes back was lent in this slot or the one before. Taken from the older one first, as
  // far as it goes: the other way round the requests of this slot would be forgotten too early.
  auto& before = counts_[slot_count - 2];
  const auto returned = std::min(before, std::max<std::int64_t>(0, -count));
  before -= returned;
  counts_.back() = std::max<std::int64_t>(0, counts_.back() + count + returned);
}

std::int64_t hour_window::spent() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

budget_loan grant_loan(
    const loan_request& request, const budget_limits& limits, std::int64_t spent_last_hour,
    double other_rates, std::size_t other_hungry) {
  budget_loan loan;
  loan.spent_last_hour = spent_last_hour;
  loan.hour_limit = limits.per_hour;
  const double free_rate = std::max(0.0, limits.rate - other_rates);
  const double fair_share = limits.rate / static_cast<double>(other_hungry + 1);
  loan.rate = std::min({request.wanted_rate, free_rate, fair_share});

  const auto left = std::max<std::int64_t>(0, limits.per_hour - spent_last_hour);
  const auto reserve = static_cast<std::int64_t>(
      std::llround(limits.people_share * static_cast<double>(limits.per_hour)));
  loan.background =
      std::clamp<std::int64_t>(left - reserve, 0, std::max<std::int64_t>(0, request.wanted));
  loan.people = std::clamp<std::int64_t>(
      left - loan.background, 0, std::max<std::int64_t>(0, request.wanted_people));
  return loan;
}

void pacer::set_rate(double per_second, clock_time now) {
  if (per_second > rate_ && rate_ <= 0) // from a stop: the first slot is a whole interval away
    next_ = std::max(
        next_, now
                   + std::chrono::duration_cast<clock_time::duration>(
                       std::chrono::duration<double>(1.0 / per_second)));
  rate_ = std::max(0.0, per_second);
}

std::optional<pacer::clock_time> pacer::next(clock_time now) const {
  if (rate_ <= 0)
    return std::nullopt;
  return std::max(next_, now);
}

bool pacer::take(clock_time now) {
  if (rate_ <= 0 || now < next_)
    return false;
  const auto interval = std::chrono::duration_cast<clock_time::duration>(
      std::chrono::duration<double>(1.0 / rate_));
  // A timer that fires late may catch up by one interval, not more: no bursts.
  next_ = std::max(next_, now - interval) + interval;
  return true;
}

void fair_queue::push(ticket what) {
  auto& group = classes_[static_cast<std::size_t>(what.priority)][what.group];
  group.remaining = what.remaining;
  group.tickets.push_back(what);
  ++size_;
}

/// The longest wait, once it is long; else the least remaining work.
bool fair_queue::goes_before(const candidate& a, const candidate& b, clock_time now) {
  const bool a_old = now - a.first->since >= ageing;
  const bool b_old = now - b.first->since >= ageing;
  if (a_old != b_old)
    return a_old;
  return a_old ? a.first->since < b.first->since : a.group->remaining < b.group->remaining;
}

std::optional<fair_queue::ticket>
fair_queue::pop(clock_time now, bool people_only, region_set closed) {
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    if (people_only && c != static_cast<std::size_t>(priority::person))
      break;
    auto& groups = classes_[c];
    candidate best;
    auto best_group = groups.end();
    for (auto it = groups.begin(); it != groups.end(); ++it) {
      auto& tickets = it->second.tickets;
      const candidate next{
          &it->second, std::ranges::find_if(tickets, [closed](const ticket& t) {
            return !closed[static_cast<std::size_t>(t.region)];
          })};
      if (next.first == tickets.end() || (best.group && !goes_before(next, best, now)))
        continue;
      best = next;
      best_group = it;
    }
    if (!best.group)
      continue;
    const auto chosen = *best.first;
    best.group->tickets.erase(best.first);
    if (best.group->tickets.empty())
      groups.erase(best_group);
    --size_;
    return chosen;
  }
  return std::nullopt;
}

std::vector<fair_queue::ticket> fair_queue::expire(clock_time now) {
  std::vector<ticket> gone;
  for (auto& groups : classes_) {
    for (auto it = groups.begin(); it != groups.end();) {
      auto& tickets = it->second.tickets;
      for (auto t = tickets.begin(); t != tickets.end();) {
        if (t->expires <= now) {
          gone.push_back(*t);
          t = tickets.erase(t);
          --size_;
        } else {
          ++t;
        }
      }
      it = tickets.empty() ? groups.erase(it) : std::next(it);
    }
  }
  return gone;
}

bool fair_queue::remove(std::uint64_t id) {
  for (auto& groups : classes_) {
    for (auto it = groups.begin(); it != groups.end(); ++it) {
      auto& tickets = it->second.tickets;
      const auto found = std::find_if(
          tickets.begin(), tickets.end(), [id](const ticket& t) { return t.id == id; });
      if (found == tickets.end())
        continue;
      tickets.erase(found);
      if (tickets.empty())
        groups.erase(it);
      --size_;
      return true;
    }
  }
  return false;
}

std::size_t fair_queue::size(region_set closed) const {
  std::size_t count = 0;
  for (std::size_t c = 0; c < classes_.size(); ++c)
    count += waiting(static_cast<priority>(c), closed);
  return count;
}

std::size_t fair_queue::waiting(domain::priority what, region_set closed) const {
  std::size_t count = 0;
  for (const auto& [group, queue] : classes_[static_cast<std::size_t>(what)])
    count += closed.none() ? queue.tickets.size()
                           : static_cast<std::size_t>(
                               std::ranges::count_if(queue.tickets, [closed](const ticket& t) {
                                 return !closed[static_cast<std::size_t>(t.region)];
                               }));
  return count;
}

std::optional<deadline> fair_queue::earliest() const {
  std::optional<deadline> first;
  for (const auto& groups : classes_)
    for (const auto& [group, queue] : groups)
      for (const auto& one : queue.tickets)
        if (!first || one.expires < *first)
          first = one.expires;
  return first;
}

} // namespace guildhall::domain
