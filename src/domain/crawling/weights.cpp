#include "domain/crawling/weights.hpp"

#include <algorithm>
#include <array>

namespace guildhall::domain {

namespace {

constexpr weight_row own{
    "own character of a user who logged in within 7 days", 3,
    "looked at by whoever knows best"};
constexpr weight_row expected{
    "place in the roster of an event within 24 h", 3, "equipment decides who is taken along"};
constexpr weight_row behind{
    "below the guild's highest level and away for half a year", 0.3,
    "hardly anybody asks for it"};
constexpr std::array table{own, expected, behind};

} // namespace

std::span<const weight_row> weight_table() {
  return table;
}

double weight_of(const interest& why) {
  double weight = 1;
  if (why.own_of_visitor)
    weight = std::max(weight, own.weight);
  if (why.expected_soon)
    weight = std::max(weight, expected.weight);
  if (why.left_behind && !why.own_of_visitor && !why.expected_soon)
    weight = behind.weight;
  return weight;
}

} // namespace guildhall::domain
