#include "domain/crawling/playing_hours.hpp"

#include "domain/crawling/numbers.hpp"

#include <algorithm>
#include <numeric>

namespace guildhall::domain {

namespace {

using week = std::array<double, hour_counts::size>;

constexpr auto hours_in_week = static_cast<double>(hour_counts::size);

/// The rest of the clock runs evenly: whoever plays at other hours than the guild is seen too.
constexpr double guild_share = 0.6;
static_assert(1 - guild_share >= 0.1, "no hour may stand still");

/// Before so many changes chance decides which hours stand out.
constexpr double enough_changes = 200;

/// Hours since a Monday 00:00, in [0, 168), and weeks before that.
struct week_time {
  std::int64_t weeks{0};
  double hours{0};
};

week_time in_week(time_point when) {
  constexpr std::chrono::days first_monday{4}; // 1970-01-05
  constexpr std::chrono::weeks one{1};
  const auto since = when.time_since_epoch() - first_monday;
  const auto weeks = std::chrono::floor<std::chrono::weeks>(since);
  return {weeks / one, crawling::hours{since - weeks}.count()};
}

std::size_t hour_of(double hours) {
  return std::min(static_cast<std::size_t>(hours), hour_counts::size - 1);
}

/// One session's end tells of the hours around it too.
week smoothed(const std::vector<double>& counts) {
  week smooth{};
  const auto at = [&](std::size_t hour) {
    return crawling::not_negative(counts[hour % hour_counts::size]);
  };
  for (std::size_t hour = 0; hour < hour_counts::size; ++hour)
    smooth[hour] = (at(hour + hour_counts::size - 1) + 2 * at(hour) + at(hour + 1)) / 4;
  return smooth;
}

double total(const week& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

} // namespace

hour_counts
with_moments(hour_counts before, std::span<const time_point> moments, time_point now) {
  constexpr std::chrono::weeks told{2};
  const bool usable = before.counts.size() == hour_counts::size && before.as_of;
  const auto as_of = usable ? std::max(*before.as_of, now) : now;
  hour_counts after{.counts = std::vector<double>(hour_counts::size), .as_of = as_of};
  if (usable) {
    const double passed = crawling::hours_between(*before.as_of, as_of);
    std::ranges::transform(before.counts, after.counts.begin(), [passed](double count) {
      return crawling::faded(count, passed);
    });
  }
  for (const auto moment : moments)
    if (moment <= now && moment > now - told)
      after.counts[hour_of(in_week(moment).hours)] +=
          crawling::faded(1, crawling::hours_between(moment, as_of));
  return after;
}

playing_hours::playing_hours() : playing_hours{hour_counts{}} {}

playing_hours::playing_hours(const hour_counts& seen) {
  speed_.fill(1);
  if (seen.counts.size() == hour_counts::size) {
    const auto counts = smoothed(seen.counts);
    const double changes = total(counts);
    if (changes >= enough_changes)
      std::ranges::transform(counts, speed_.begin(), [changes](double count) {
        return (1 - guild_share) + guild_share * count * hours_in_week / changes;
      });
  }
  std::partial_sum(speed_.begin(), speed_.end(), passed_.begin() + 1);
  passed_.back() = hours_in_week;
}

double playing_hours::between(time_point from, time_point to) const {
  const auto passed = [this](const week_time& when) {
    const auto hour = hour_of(when.hours);
    return passed_[hour] + speed_[hour] * (when.hours - static_cast<double>(hour));
  };
  const auto begin = in_week(from);
  const auto end = in_week(to);
  return static_cast<double>(end.weeks - begin.weeks) * hours_in_week + passed(end)
       - passed(begin);
}

time_point playing_hours::after(time_point from, double hours) const {
  constexpr double a_year = 365 * 24;
  const auto begin = in_week(from);
  const auto hour = hour_of(begin.hours);
  // Playing time since the week of `from` began.
  const double until = passed_[hour] + speed_[hour] * (begin.hours - static_cast<double>(hour))
                     + std::min(crawling::not_negative(hours), a_year);
  const double weeks = std::floor(until / hours_in_week);
  const double rest = until - weeks * hours_in_week;
  const auto next = std::ranges::upper_bound(passed_, rest);
  const auto ends_in = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(next - passed_.begin() - 1, 0, hour_counts::size - 1));
  const double wall = weeks * hours_in_week + static_cast<double>(ends_in)
                    + (rest - passed_[ends_in]) / speed_[ends_in];
  const auto waited = crawling::hours{wall - begin.hours};
  return from + std::max(std::chrono::round<time_point::duration>(waited), {});
}

} // namespace guildhall::domain
