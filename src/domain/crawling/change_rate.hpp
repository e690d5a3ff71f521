#pragma once

#include "core/clock.hpp"
#include "domain/crawling/playing_hours.hpp"

#include <optional>

namespace guildhall::domain {

/// What was seen of a character's changes; in its queue row. Only the last change between two
/// looks is known, so the time before it tells nothing: exposure is the time of which it is
/// known that nothing happened. By both the rate comes out right however rarely somebody looks.
struct change_record {
  double changes{0};                 ///< seen, older ones count less
  double exposure{0};                ///< hours of playing time without a change, decayed alike
  std::optional<time_point> as_of{}; ///< the last check; both decay from here
  friend bool operator==(const change_record&, const change_record&) = default;
};

/// One look at a profile that is known: 200 or 304.
struct profile_check {
  time_point now{};
  /// When it changed, if it did since the last look: its new Last-Modified.
  std::optional<time_point> changed_at{};
};

/// `before`, and what this look adds; the first one adds nothing.
change_record
noted(change_record before, const profile_check& check, const playing_hours& hours);

/// Changes an hour of playing time. `last_change`: the profile's Last-Modified, or the last
/// login: whoever has been away is known as one from the first answer, and who has just played
/// counts as one who does so every four days until more is known. Never nothing: those who were
/// away for years come back too. Of one never seen: a change a day.
double changes_per_hour(
    const change_record& seen, std::optional<time_point> last_change, time_point now);

} // namespace guildhall::domain
