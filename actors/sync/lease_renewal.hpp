#pragma once

#include <chrono>

namespace guildhall::actors {

/// Since when leases of one length are certainly ours. They are renewed after a third of their
/// life and not trusted after five sixths of it.
class lease_renewal {
public:
  using clock_time = std::chrono::steady_clock::time_point;

  /// They were claimed just now.
  void begin(clock_time now) {
    held_at_ = now;
  }
  bool is_due(clock_time now, std::chrono::seconds lease) const {
    return !under_way_ && now >= held_at_ + lease / 3;
  }
  bool is_too_late(clock_time now, std::chrono::seconds lease) const {
    return now > held_at_ + lease * 5 / 6;
  }
  void asked(clock_time now) {
    under_way_ = true;
    asked_at_ = now;
  }
  /// `renewed`: the database has answered; else it is asked again. Counts from when the
  /// question was asked: the answer may have taken long.
  void answered(bool renewed) {
    under_way_ = false;
    if (renewed)
      held_at_ = asked_at_;
  }

private:
  clock_time held_at_{};
  clock_time asked_at_{};
  bool under_way_{false};
};

} // namespace guildhall::actors
