#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace guildhall::domain {

/// Whether Battle.net can be believed about documents of one kind in one region: it cannot
/// while most of what it showed is suddenly 404 or 403. Only answers about documents that were
/// shown before count; what never was says nothing. Pure; times are the caller's.
class upstream_doubt {
public:
  using moment = deadline;
  enum class change { none, began, ended };

  /// Of the last `remembered` answers, none older than `remembers_for`, the newest `judged` are
  /// looked at, if there are `enough`.
  static constexpr std::size_t remembered = 20;
  static constexpr std::size_t judged = 10;
  static constexpr std::size_t enough = 5;
  static constexpr std::chrono::hours remembers_for{6};
  /// How many of what flipped are asked in each look.
  static constexpr std::size_t canaries = 3;

  /// 200 or 304, about whatever it was.
  void note_shown(moment now) {
    last_shown_ = now;
  }
  /// An answer about what was shown before and has not flipped since: still shown, or flipped
  /// to 404 or 403.
  change note(bool flipped, moment now);
  /// A look is over: `well` of the `asked` flipped ones are shown again. Two of three (most, if
  /// they are fewer) end the doubt.
  change note_look(std::size_t well, std::size_t asked, moment now);
  /// Battle.net has begun to answer: the next look is due.
  void hurry(moment now) {
    next_look_ = now;
  }
  /// Time has passed. After 3 h in which what never flipped answers well the doubt is over: the
  /// flipped ones are then looked at one by one.
  change note_time(moment now);

  /// No verdicts now.
  bool holds() const {
    return since_.has_value();
  }
  /// When three of the flipped ones are to be asked: after 30 s, then at most every 5 min.
  moment next_look() const {
    return next_look_;
  }
  /// Whether there are answers enough to judge by.
  bool has_enough(moment now) const;
  /// Nothing was shown for half an hour, or yet.
  bool is_silent(moment now) const;

private:
  struct answer {
    moment at;
    bool flipped;
  };
  void forget_old(moment now);
  change end();

  std::deque<answer> last_; ///< the newest at the back
  std::optional<moment> last_shown_;
  std::optional<moment> since_;
  moment next_look_{};
  std::chrono::seconds pause_{};
};

} // namespace guildhall::domain
