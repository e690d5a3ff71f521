#pragma once

#include "actors/messages.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_set>

namespace guildhall::actors {

/// Whether a region is worth asking: a dead one must not eat the budget. Part of the gateway's
/// state and on its thread.
class circuit_breaker {
public:
  using moment = deadline;
  enum class change { none, opened, closed };

  /// While it is open, one request per interval finds out whether that is over.
  static constexpr std::chrono::seconds probe_interval{30};

  /// What an answer says of its region. It opens after 25 transient answers in a row, or five
  /// without any response, from at least two groups (what only one guild meets is that guild's
  /// trouble, and its own back-off takes care of it), and after ten 403 in a row about what was
  /// shown before: one is about what was asked for, many are about us. A 429 says nothing.
  change take(const fetch_request& about, const battlenet::answer& answer, moment now);

  bool is_open() const {
    return open_;
  }
  moment next_probe() const {
    return next_probe_;
  }
  /// Always while closed, else once per interval.
  bool may_send(moment now) const {
    return !open_ || now >= next_probe_;
  }
  /// Something is being sent: while open, nothing else for an interval.
  void note_sent(moment now);

private:
  change open(moment now);
  change close();
  change
  take_transient(const fetch_request& about, const battlenet::answer& answer, moment now);
  change take_forbidden(const fetch_request& about, moment now);

  bool open_{false};
  moment next_probe_{};
  int transient_in_a_row_{0};
  int silent_in_a_row_{0};
  int refused_in_a_row_{0};
  std::unordered_set<std::int64_t> failing_groups_;
};

} // namespace guildhall::actors
