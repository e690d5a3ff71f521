#pragma once

#include "tests/bench/freshness_book.hpp"

#include <string>
#include <vector>

namespace guildhall::bench {

/// A policy and what it led to, over `worlds` worlds together.
struct told_policy {
  std::string name;
  double price{0}; ///< 0: it has none
  outcome told{};
};

/// An SVG of two panels, for a white and for a dark page: the calls of `stacked` over the week,
/// by purpose, and the time to mirror by policy and by how people play.
std::string freshness_plot(
    const told_policy& stacked, const std::vector<told_policy>& policies, std::size_t worlds);

} // namespace guildhall::bench
