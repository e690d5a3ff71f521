#include "domain/crawling/change_rate.hpp"

#include "domain/crawling/numbers.hpp"

namespace guildhall::domain {

namespace {

constexpr double a_day = 24;

/// Who has just played is not looked for as if that were daily before it is known: between
/// those who do and those who raid once a week.
constexpr double soon_again = 4 * a_day;

/// Who has been away longer is looked for as if it were this long: at the floor price that is
/// within three days.
constexpr double longest_absence = 120 * a_day;

} // namespace

change_record
noted(change_record before, const profile_check& check, const playing_hours& hours) {
  if (!before.as_of)
    return {.changes = 0, .exposure = 0, .as_of = check.now};
  // Clocks differ: nothing is before the last look.
  const auto now = std::max(check.now, *before.as_of);
  const double passed = crawling::hours_between(*before.as_of, now);
  const auto since = std::clamp(check.changed_at.value_or(*before.as_of), *before.as_of, now);
  return {
      .changes = crawling::faded(before.changes, passed) + (check.changed_at ? 1 : 0),
      .exposure = crawling::faded(before.exposure, passed) + hours.between(since, now),
      .as_of = now};
}

double changes_per_hour(
    const change_record& seen, std::optional<time_point> last_change, time_point now) {
  const double exposure = std::max(crawling::not_negative(seen.exposure), a_day);
  const double counted = crawling::not_negative(seen.changes) / exposure;
  const double unchanged =
      last_change ? std::max(crawling::hours_between(*last_change, now), soon_again) : exposure;
  return std::max(counted, 1 / std::min(unchanged, longest_absence));
}

} // namespace guildhall::domain
