#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace guildhall::domain {

/// When a queue stands, and who is served then. Pure: it is told the time.
///
/// A queue that a burst has filled is left alone; one in which the oldest has waited longer
/// than `target` at every look for an `interval` stands, because more comes than can be done
/// (controlled delay: Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 2012). First
/// in, first out, everybody would then be served just before being refused. So the newest goes
/// first and whoever has waited a quarter of `target` is refused (adaptive LIFO: Maurer, "Fail
/// at Scale", ACM Queue 2015): who is served has hardly waited, and as many are served as
/// before. Of FIFO with a short time-out, the other choice there, all who are served would have
/// waited that time, which is longer than the answer takes.
///
/// It is over when hardly anybody had to be refused for an interval; it then takes less to come
/// back for a while. Ended sooner, or whenever nobody waits because all were refused, it would
/// be back at once, and everybody in the queue would have waited until that was seen.
class overload_rule {
public:
  using clock = std::chrono::steady_clock;
  struct limits {
    std::chrono::milliseconds target{50};
    std::chrono::milliseconds interval{100};
    /// So many wait for no more than a long job before them: that is no queue.
    std::size_t few{8};
  };

  explicit overload_rule(limits how) noexcept : how_{how} {}

  /// Before one is taken, and now and then: how many wait, and when the oldest of them came.
  void look(clock::time_point now, std::size_t waiting, clock::time_point oldest) noexcept;
  /// One is taken.
  void took() noexcept {
    ++taken_;
  }
  /// One is refused, because it is too old or for want of room.
  void refused() noexcept {
    ++refused_;
  }

  bool newest_first() const noexcept {
    return since_.has_value();
  }
  /// Whoever came before this is refused; nothing while all may wait. Several at a time, as
  /// each time threads are woken for them.
  std::optional<clock::time_point>
  refused_before(clock::time_point now, clock::time_point oldest) const noexcept;

private:
  void begin(clock::time_point now) noexcept;
  void end(clock::time_point now) noexcept;
  void judge_end(clock::time_point now) noexcept;
  bool was_lately(clock::time_point now) const noexcept;

  limits how_;
  std::optional<clock::time_point> late_since_; ///< every look since then found somebody late
  std::optional<clock::time_point> since_;      ///< overload, as of the last judgement
  std::optional<clock::time_point> ended_;
  std::uint64_t taken_{0};   ///< since the last judgement
  std::uint64_t refused_{0}; ///< the same
};

} // namespace guildhall::domain
