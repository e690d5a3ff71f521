#include "domain/crawling/price.hpp"

#include "domain/crawling/check_rule.hpp"
#include "domain/crawling/numbers.hpp"

namespace guildhall::domain {

namespace {

/// Changes an hour of an active player.
constexpr double two_a_day = 2.0 / 24;

struct hour_bounds {
  double shortest;
  double longest;
};

hour_bounds in_hours(const interval_bounds& bounds) {
  const double shortest = crawling::positive(crawling::hours{bounds.shortest}.count());
  return {shortest, std::max(shortest, crawling::hours{bounds.longest}.count())};
}

/// The price from which on each of them waits as long as it may: a higher one changes nothing.
double highest_of(std::span<const priced_row> rows, double longest) {
  double highest = 0;
  for (const auto& row : rows)
    highest =
        std::max(highest, crawling::positive(row.weight) * expected_age(row.per_hour, longest));
  return highest;
}

} // namespace

// A change is seen after half an interval on average.

double floor_price(std::chrono::seconds seen_after) {
  return crawling::positive(expected_age(two_a_day, 2 * crawling::hours{seen_after}.count()));
}

std::chrono::seconds seen_after(double price) {
  const crawling::hours half{check_interval(two_a_day, 1, price) / 2};
  return std::chrono::round<std::chrono::seconds>(half);
}

double demand(
    std::span<const priced_row> rows, double price, double children,
    const interval_bounds& bounds) {
  const auto [shortest, longest] = in_hours(bounds);
  const double more = crawling::not_negative(children);
  double calls = 0;
  for (const auto& row : rows) {
    const double hours =
        std::clamp(check_interval(row.per_hour, row.weight, price), shortest, longest);
    const double has_changed = -std::expm1(-crawling::positive(row.per_hour) * hours);
    calls += (1 + more * has_changed) / hours;
  }
  return calls;
}

double solve_price(
    std::span<const priced_row> rows, double stands_for, double children, double supply,
    double floor, const interval_bounds& bounds) {
  constexpr double used = 0.95; // of the supply; the rest is for what nobody foresaw
  constexpr int halvings = 40;
  const double scale = crawling::positive(stands_for);
  const double target = used * crawling::not_negative(supply);
  double low = crawling::positive(floor);
  double high = std::max(low, highest_of(rows, in_hours(bounds).longest));
  const auto fits = [&](double price) {
    return scale * demand(rows, price, children, bounds) <= target;
  };
  if (fits(low))
    return low;
  for (int i = 0; i < halvings && high > low * (1 + 1e-6); ++i) {
    const double middle = std::sqrt(low * high);
    (fits(middle) ? high : low) = middle;
  }
  return high;
}

double
stepped_price(double before, double solved, std::chrono::seconds since_before, double floor) {
  constexpr double doubled_in = 0.5; // hours
  constexpr double far = 64;         // doublings: any price is reached
  const double lowest = crawling::positive(floor);
  const double wanted = std::isnan(solved) ? before : crawling::positive(solved);
  if (!(before > 0))
    return std::max(crawling::positive(wanted), lowest);
  const double doublings =
      std::clamp(crawling::hours{since_before}.count() / doubled_in, 0.0, far);
  const double factor = std::exp2(doublings);
  const double from = crawling::positive(before);
  return std::max(std::clamp(wanted, from / factor, from * factor), lowest);
}

} // namespace guildhall::domain
