#pragma once

#include <chrono>
#include <cstdint>
#include <span>

namespace guildhall::domain {

/// A queue row as the price sees it.
struct priced_row {
  double per_hour{0}; ///< changes an hour of playing time
  double weight{1};
};

/// What limits every interval, however the rule is priced.
struct interval_bounds {
  std::chrono::seconds shortest{20 * 60};
  std::chrono::seconds longest{14 * 86'400};
};

/// The price at which a change of an active player (two a day, weight 1) is seen after about
/// `seen_after`: calls are never spent because they are there.
double floor_price(std::chrono::seconds seen_after);

/// After how much playing time a change of an active player is seen at this price.
std::chrono::seconds seen_after(double price);

/// Calls an hour that these rows ask for at `price`: a look, and `children` more when it finds
/// a change.
double demand(
    std::span<const priced_row> rows, double price, double children,
    const interval_bounds& bounds = {});

/// The price at which `rows`, each of which stands for `stands_for`, ask for 0.95 of `supply`
/// calls an hour; at least `floor`, always finite.
double solve_price(
    std::span<const priced_row> rows, double stands_for, double children, double supply,
    double floor, const interval_bounds& bounds = {});

/// From the price there is towards the one that was solved, at most by a factor of two in half
/// an hour. The first one is taken as it is.
double
stepped_price(double before, double solved, std::chrono::seconds since_before, double floor);

} // namespace guildhall::domain
