#pragma once

#include "tests/bench/freshness_book.hpp"

/// Who is looked at when.
namespace guildhall::bench {

/// Every `interval` hours, each at its own moment; unconditional: the children too, always.
outcome at_equal_intervals(const bench_world& world, double interval, bool conditional);

/// A probe and its children for each session, at once: nobody can know more.
outcome by_the_oracle(const bench_world& world);

/// The rule that guildhall runs: at one price, or at the one that a supply makes.
struct rule_options {
  double price{0};
  bool hints{false};
  double supply{0};     ///< calls an hour; with one, looks wait until it is there
  double stands_for{1}; ///< characters, each of these
};
struct rule_outcome {
  outcome told{};
  std::vector<double> prices{}; ///< of the measured week, with a supply
  double latest{0};             ///< hours that a look of that week came after it was due
};
rule_outcome by_the_rule(const bench_world& world, const rule_options& options);

} // namespace guildhall::bench
