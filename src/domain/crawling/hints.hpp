#pragma once

#include "core/clock.hpp"

#include <optional>

namespace guildhall::domain {

/// Something said that a character has changed, at this moment: the guild's activity, the
/// roster. The profile is written at logout, which may be hours later.
struct change_hint {
  time_point said{}; ///< when it happened
  int tries{0};      ///< looks that found the profile older still
  friend bool operator==(const change_hint&, const change_hint&) = default;
};

/// The newest hint counts; one that is not newer than what was seen, or than the one there is,
/// changes nothing.
std::optional<change_hint> newest_hint(
    std::optional<change_hint> before, time_point said, std::optional<time_point> last_change);

/// When to look for it: at once, then after 30 min, 1 h, 2 h until the profile is newer;
/// nothing once it is, or after four tries.
std::optional<time_point>
hint_due(const change_hint& hint, std::optional<time_point> last_change, time_point looked_at);

/// The earlier of `due` and when the hint, if there is one, is to be looked for.
time_point with_hint(
    time_point due, const std::optional<change_hint>& hint,
    std::optional<time_point> last_change, time_point looked_at);

/// What a look found of a hint. `tries`: the looks that were in vain, this one too; nothing:
/// the profile is newer, and the hint is over. One that was looked for four times in vain is
/// kept, so that nobody looks again when the same is said again.
struct hint_answer {
  time_point said{}; ///< of the hint
  std::optional<int> tries{};
  friend bool operator==(const hint_answer&, const hint_answer&) = default;
};
hint_answer answer_of_look(const change_hint& hint, std::optional<time_point> last_change);

} // namespace guildhall::domain
