#pragma once

#include "domain/crawling/playing_hours.hpp"
#include "tests/bench/freshness_world.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

/// What looking costs, and how soon the mirror shows what happened.
namespace guildhall::bench {

enum class purpose : std::uint8_t { unchanged, changed, child, hint };
inline constexpr std::size_t purpose_count = 4;
inline constexpr std::array<std::string_view, purpose_count> purpose_names{
    "probe: unchanged", "probe: changed", "child documents", "guild activity"};

/// Calls for each change beside the probe that finds it.
inline constexpr int children = 3;

/// Times from a logout until the mirror shows it, in hours.
struct delays {
  double sum{0};
  double count{0};
  double longest{0};

  void add(double hours) {
    sum += hours;
    count += 1;
    longest = std::max(longest, hours);
  }
  double mean() const {
    return count > 0 ? sum / count : 0;
  }
};

struct outcome {
  std::array<std::array<double, 168>, purpose_count> calls{}; ///< in each hour of the week
  std::array<delays, playing_count> of{};                     ///< by how they play
  std::array<delays, playing_count> in_playing_time{};
  double longest_gap{0}; ///< hours between two looks at one profile

  double all_calls() const {
    double sum = 0;
    for (const auto& hours : calls)
      sum = std::accumulate(hours.begin(), hours.end(), sum);
    return sum;
  }
  double mean_delay() const {
    double sum = 0;
    double count = 0;
    for (const auto& one : of) {
      sum += one.sum;
      count += one.count;
    }
    return count > 0 ? sum / count : 0;
  }
  /// Of several worlds together.
  outcome& operator+=(const outcome& other);
};

using hours = std::chrono::duration<double, std::ratio<3600>>;

inline double hours_between(time_point from, time_point to) {
  return hours{to - from}.count();
}

inline time_point later(time_point from, double by) {
  return from + std::chrono::round<time_point::duration>(hours{by});
}

/// Writes down what happens in the measured week.
class ledger {
public:
  explicit ledger(const bench_world& world) : world_(world) {}

  void call(purpose what, time_point when, double count = 1) {
    if (is_measured(when))
      told_.calls[static_cast<std::size_t>(what)]
                 [static_cast<std::size_t>(hours_between(world_.measured, when))] += count;
  }
  void seen(
      playing how, time_point ended, time_point now,
      const domain::playing_hours& playing_time) {
    if (!is_measured(ended))
      return;
    const auto who = static_cast<std::size_t>(how);
    told_.of[who].add(hours_between(ended, now));
    told_.in_playing_time[who].add(playing_time.between(ended, now));
  }
  void gap(time_point from, time_point to) {
    told_.longest_gap = std::max(told_.longest_gap, hours_between(from, to));
  }
  const outcome& told() const {
    return told_;
  }

private:
  bool is_measured(time_point when) const {
    return when >= world_.measured && when < world_.measured_until;
  }
  const bench_world& world_;
  outcome told_{};
};

/// A character's profile at Battle.net, and how much of it the mirror has.
class profile {
public:
  explicit profile(const player& who) : who_(&who), last_change_(who.last_login) {}

  /// Looks at it; the new Last-Modified if it has changed.
  std::optional<time_point>
  look(time_point now, ledger& book, const domain::playing_hours& playing_time = {}) {
    const auto before = seen_;
    for (; seen_ < who_->sessions.size() && who_->sessions[seen_].ends <= now; ++seen_)
      book.seen(who_->how, who_->sessions[seen_].ends, now, playing_time);
    if (before == seen_)
      return std::nullopt;
    last_change_ = who_->sessions[seen_ - 1].ends;
    return last_change_;
  }
  time_point last_change() const {
    return last_change_;
  }

private:
  const player* who_;
  std::size_t seen_{0};
  time_point last_change_;
};

inline void count_probe(ledger& book, time_point now, bool changed) {
  book.call(changed ? purpose::changed : purpose::unchanged, now);
  if (changed)
    book.call(purpose::child, now, children);
}

} // namespace guildhall::bench
