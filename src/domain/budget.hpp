#pragma once

#include "core/clock.hpp"
#include "domain/sync.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

/// The pure half of the rate limiter: counting an hour, pacing a second, and who goes next.
namespace guildhall::domain {

/// Requests of the last hour in slots of 10 s. The oldest slot is dropped whole, and only when
/// all that was lent in it was sent more than an hour ago, so the count never forgets too
/// early.
class hour_window {
public:
  /// 360 full ones, the current one, and one more: a request may be sent up to 10 s after it
  /// was lent.
  static constexpr std::size_t slot_count = 362;
  static constexpr std::chrono::seconds slot_length{10};

  hour_window() = default;
  /// From what the database keeps: counts, newest last, and the number of the newest slot.
  hour_window(std::vector<std::int64_t> counts, std::int64_t newest_slot);

  static std::int64_t slot_of(time_point now);
  void advance(time_point now);
  /// Counts what is lent; a negative number is what comes back unspent, within 10 s.
  void spend(std::int64_t count);
  std::int64_t spent() const;
  std::span<const std::int64_t> counts() const {
    return counts_;
  }
  std::int64_t newest_slot() const {
    return newest_;
  }

private:
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(slot_count, 0);
  std::int64_t newest_{0};
};

/// What an instance asks the shared budget for, and what the others hold.
struct loan_request {
  double wanted_rate{0};         ///< 0: nothing waits here
  std::int64_t wanted{0};        ///< requests it could send until the next loan
  std::int64_t wanted_people{0}; ///< of them, for people
};
struct budget_limits {
  double rate{80};
  std::int64_t per_hour{36'000};
  double people_share{0.2};
};
/// Rate: what the other live shares leave, at most a fair share when others want some too.
/// Counts: the background may not touch the last `people_share` of the hour.
budget_loan grant_loan(
    const loan_request& request, const budget_limits& limits, std::int64_t spent_last_hour,
    double other_rates, std::size_t other_hungry);

/// Even pacing: at most one request per 1/rate, never a burst. Starts empty.
class pacer {
public:
  using clock_time = std::chrono::steady_clock::time_point;
  void set_rate(double per_second, clock_time now);
  double rate() const {
    return rate_;
  }
  /// The moment the next request may go; nothing while the rate is zero.
  std::optional<clock_time> next(clock_time now) const;
  /// Takes the slot if it has come.
  bool take(clock_time now);

private:
  double rate_{0};
  clock_time next_{};
};

/// Requests waiting for their turn: by class; within a class, least remaining work of their
/// group (guild) first, with ageing so that a big guild is never starved for more than about a
/// minute. Bounded by the caller.
class fair_queue {
public:
  using clock_time = std::chrono::steady_clock::time_point;
  struct ticket {
    std::uint64_t id{0};
    domain::priority priority{};
    std::int64_t group{0};     ///< requests of one guild share a group
    std::int64_t remaining{0}; ///< how many requests the group still has to send, about
    domain::region region{};
    clock_time since{};
    deadline expires{};
  };
  static constexpr std::chrono::seconds ageing{60};

  void push(ticket what);
  /// The ticket that goes next, to none of the `closed` regions; `people_only` when the
  /// background's loan is spent.
  std::optional<ticket> pop(clock_time now, bool people_only, region_set closed = {});
  /// Removes and returns those whose deadline has passed.
  std::vector<ticket> expire(clock_time now);
  bool remove(std::uint64_t id);
  std::size_t size() const {
    return size_;
  }
  /// The same for those that are not closed, and for one class of them.
  std::size_t size(region_set closed) const;
  std::size_t waiting(domain::priority what, region_set closed = {}) const;
  /// When the first deadline passes.
  std::optional<deadline> earliest() const;

private:
  struct group_queue {
    std::deque<ticket> tickets;
    std::int64_t remaining{0};
  };
  struct candidate {
    group_queue* group{nullptr};
    std::deque<ticket>::iterator first{};
  };
  static bool goes_before(const candidate& a, const candidate& b, clock_time now);
  std::array<std::map<std::int64_t, group_queue>, priority_count> classes_;
  std::size_t size_{0};
};

} // namespace guildhall::domain
