#pragma once

#include "domain/sync.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

/// What answers with status 429 do to the rate, and for how long.
namespace guildhall::domain {

/// A lowered rate after this much time without another reason to lower it: a tenth of the whole
/// comes back every second.
double grown_back(double factor, std::chrono::duration<double> since);

/// The slower of the two, in each of their parts.
slowdown slower(const slowdown& one, const slowdown& other);

/// By degrees. The first 429 in a while may only mean that this second is full: nothing more is
/// sent for a second. When they go on and are a good part of the recent answers, the rate is
/// halved; if the share stays what it was, the rate was not its reason and is left alone for
/// half a minute. Where 429 is the common answer, everything pauses: 5 s at first, 60 s at
/// most, then a few requests tell whether it is over; only that region if others answer well. A
/// few among many good answers change nothing: each of those requests has its own retry.
/// Without I/O; one thread.
class throttling {
public:
  using clock_time = std::chrono::steady_clock::time_point;

  enum class degree : std::uint8_t {
    none,
    wait,  ///< for a second
    slow,  ///< the rate is halved
    pause, ///< a longer one
    region ///< the same for the region that answered
  };

  /// An answer to the request that went out at `sent`. What was sent before the last reaction
  /// tells nothing new.
  degree note(region where, clock_time sent, bool throttled, clock_time now);
  /// Battle.net has said, in answer to the request that went out at `sent`, when this region
  /// may be asked again. For 5 min at most, which a mistake may cost; for an hour at most when
  /// the first request after that is told so again. False: that was known.
  bool pause_region(region where, clock_time sent, std::chrono::seconds length, clock_time now);
  /// What the other instances have met.
  void adopt(const slowdown& theirs, clock_time now);

  /// Of the rate, in (0, 1].
  double factor(clock_time now) const;
  /// Nothing may be sent before this.
  clock_time paused_until() const {
    return paused_until_;
  }
  /// Nothing may be sent to this region before this.
  clock_time paused_until(region where) const {
    return regions_[static_cast<std::size_t>(where)];
  }
  /// The regions nothing may be sent to now.
  region_set closed(clock_time now) const;
  /// As others are told.
  slowdown told(clock_time now) const;

private:
  struct noted {
    region where;
    bool throttled;
  };
  struct tally {
    std::size_t answers{0};
    std::size_t throttled{0};
    double share() const {
      return answers == 0 ? 0 : static_cast<double>(throttled) / static_cast<double>(answers);
    }
    bool is_common() const {
      return 2 * throttled > answers;
    }
  };

  std::optional<degree> long_pause(region where, clock_time now);
  void judge_trial(clock_time now);
  degree react(degree what, region where, clock_time now);
  void forget(region where, clock_time now);
  void forget_all(clock_time now);
  void set_factor(double factor, clock_time grows_from);

  /// What Battle.net itself has asked for last, in one region.
  struct wish {
    clock_time since{};
    clock_time until{};
    bool is_doubted{false}; ///< it was for longer than a mistake may cost
  };
  tally count(std::optional<region> where) const;

  std::deque<noted> recent_; ///< answers since the last reaction
  std::array<clock_time, region_count> fresh_since_{};
  clock_time last_429_{};
  double factor_{1};
  clock_time grows_from_{};
  clock_time paused_until_{};
  std::array<clock_time, region_count> regions_{};
  std::array<wish, region_count> wishes_{};
  int pauses_{0}; ///< long ones in a row
  std::array<int, region_count> region_pauses_{};
  double share_before_{0};       ///< the rate was halved
  bool on_trial_{false};         ///< whether that helps is not known yet
  clock_time no_reason_until_{}; ///< the rate was not the reason
};

} // namespace guildhall::domain
