#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::sim {

/// True for what spends the client's budget: everything but OAuth.
bool is_budgeted(std::string_view kind);

struct ledger_entry {
  std::int64_t time_us = 0;        ///< real time of arrival, microseconds since the epoch
  std::string_view kind = "other"; ///< class of the request, see `class_of`; lives forever
  int status = 0;                  ///< 0: the connection was reset
  std::string region;
  std::string path;
};

/// The most elements of an ascending list of times within any half-open window of that length
/// (`[t, t + window)`, whatever t).
std::size_t max_in_window(std::span<const std::int64_t> times, std::int64_t window);

/// The same, fed one ascending time after the other; keeps only what is inside the window.
class sliding_maximum {
public:
  explicit sliding_maximum(std::int64_t window) : window_(window) {}
  void add(std::int64_t time);
  std::size_t maximum() const {
    return maximum_;
  }

private:
  std::int64_t window_;
  std::deque<std::int64_t> recent_;
  std::size_t maximum_ = 0;
};

struct ledger_summary {
  std::size_t requests = 0;
  std::size_t max_per_second = 0; ///< over sliding seconds, budgeted requests only
  std::size_t max_per_hour = 0;   ///< over sliding hours, budgeted requests only
  std::map<std::string, std::size_t> by_class;
  std::map<int, std::size_t> by_status;
  std::map<std::string, std::size_t> by_region;
};

struct ledger_filter {
  std::int64_t since_us = 0;
  std::string prefix;
  std::string kind; ///< a class name, or empty
};

/// Every request the simulator answered. Safe to use from all threads.
class ledger {
public:
  /// Entries kept in full; older ones stay in the totals only.
  static constexpr std::size_t max_entries = 1'000'000;

  void add(ledger_entry entry);
  void reset();

  /// All of it, from counters.
  ledger_summary summary() const;
  /// The kept entries that pass the filter.
  ledger_summary summary(const ledger_filter& filter) const;
  /// The newest kept entries that pass the filter, oldest first.
  std::vector<ledger_entry> entries(const ledger_filter& filter, std::size_t limit) const;

private:
  mutable std::mutex mutex_;
  std::deque<ledger_entry> entries_;
  ledger_summary totals_;
  sliding_maximum second_{1'000'000};
  sliding_maximum hour_{3'600'000'000};
};

} // namespace guildhall::sim
