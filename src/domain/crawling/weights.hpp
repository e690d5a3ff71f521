#pragma once

#include <span>
#include <string_view>

namespace guildhall::domain {

/// What makes a character's freshness matter more, or less, than anybody's.
struct interest {
  bool own_of_visitor{false}; ///< of a user who logged in within a week
  bool expected_soon{false};  ///< has a place in the roster of an event within 24 h
  bool left_behind{false};    ///< below the guild's highest level, away for half a year
  friend bool operator==(const interest&, const interest&) = default;
};

/// The table, for whoever reads about it. The greatest counts; `left_behind` only if nothing
/// else does.
struct weight_row {
  std::string_view what;
  double weight;
  std::string_view reason;
};
std::span<const weight_row> weight_table();

double weight_of(const interest& why);

} // namespace guildhall::domain
