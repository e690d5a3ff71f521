#include "battlenet_sim/ledger.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::sim {

namespace {

void count(ledger_summary& summary, const ledger_entry& entry) {
  ++summary.requests;
  ++summary.by_class[std::string(entry.kind)];
  ++summary.by_status[entry.status];
  if (!entry.region.empty())
    ++summary.by_region[entry.region];
}

bool passes(const ledger_filter& filter, const ledger_entry& entry) {
  return entry.time_us >= filter.since_us && entry.path.starts_with(filter.prefix)
      && (filter.kind.empty() || filter.kind == entry.kind);
}

} // namespace

bool is_budgeted(std::string_view kind) {
  return kind != "token";
}

std::size_t max_in_window(std::span<const std::int64_t> times, std::int64_t window) {
  std::size_t first = 0;
  std::size_t maximum = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[first] <= times[last] - window)
      ++first;
    maximum = std::max(maximum, last - first + 1);
  }
  return maximum;
}

void sliding_maximum::add(std::int64_t time) {
  recent_.push_back(time);
  while (recent_.front() <= time - window_ || recent_.size() > ledger::max_entries)
    recent_.pop_front();
  maximum_ = std::max(maximum_, recent_.size());
}

void ledger::add(ledger_entry entry) {
  std::lock_guard lock(mutex_);
  // Threads may get here in another order than they took their times.
  if (!entries_.empty())
    entry.time_us = std::max(entry.time_us, entries_.back().time_us);
  count(totals_, entry);
  if (is_budgeted(entry.kind)) {
    second_.add(entry.time_us);
    hour_.add(entry.time_us);
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() > max_entries)
    entries_.pop_front();
}

void ledger::reset() {
  std::lock_guard lock(mutex_);
  entries_.clear();
  totals_ = {};
  second_ = sliding_maximum(1'000'000);
  hour_ = sliding_maximum(3'600'000'000);
}

ledger_summary ledger::summary() const {
  std::lock_guard lock(mutex_);
  auto result = totals_;
  result.max_per_second = second_.maximum();
  result.max_per_hour = hour_.maximum();
  return result;
}

ledger_summary ledger::summary(const ledger_filter& filter) const {
  std::lock_guard lock(mutex_);
  ledger_summary result;
  std::vector<std::int64_t> times;
  for (const auto& entry : entries_) {
    if (!passes(filter, entry))
      continue;
    count(result, entry);
    if (is_budgeted(entry.kind))
      times.push_back(entry.time_us);
  }
  result.max_per_second = max_in_window(times, 1'000'000);
  result.max_per_hour = max_in_window(times, 3'600'000'000);
  return result;
}

std::vector<ledger_entry>
ledger::entries(const ledger_filter& filter, std::size_t limit) const {
  std::lock_guard lock(mutex_);
  std::vector<ledger_entry> result;
  for (auto i = entries_.rbegin(); i != entries_.rend() && result.size() < limit; ++i)
    if (passes(filter, *i))
      result.push_back(*i);
  std::ranges::reverse(result);
  return result;
}

} // namespace guildhall::sim
