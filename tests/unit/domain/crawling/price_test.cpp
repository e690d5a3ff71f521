#include "domain/crawling/check_rule.hpp"
#include "domain/crawling/price.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

constexpr double nearly = 1 + 1e-6;
constexpr double children = 3;
const double floor_of_45_min = floor_price(45min);

/// A tenth plays daily, a quarter twice a week, the others were last seen months ago.
std::vector<priced_row> guild(int members = 200) {
  std::vector<priced_row> rows;
  for (int i = 0; i < members; ++i) {
    const double days = i % 20 < 2 ? 1 : i % 20 < 7 ? 3.5 : 30 + i % 90;
    rows.push_back({.per_hour = 1 / (24 * days), .weight = i % 50 == 0 ? 3.0 : 1.0});
  }
  return rows;
}

rc::Gen<std::vector<priced_row>> any_rows(const rc::Gen<double>& numbers) {
  return rc::gen::container<std::vector<priced_row>>(
      rc::gen::map(rc::gen::pair(numbers, numbers), [](const std::pair<double, double>& of) {
        return priced_row{.per_hour = of.first, .weight = of.second};
      }));
}

TEST(floor_price, shows_a_change_of_an_active_player_after_about_that_long) {
  EXPECT_NEAR(check_interval(2.0 / 24, 1, floor_of_45_min), 1.5, 1e-9);
  EXPECT_NEAR(floor_of_45_min, 0.09, 0.001);
  EXPECT_NEAR(check_interval(2.0 / 24, 1, floor_price(2h)), 4, 1e-9);
}

TEST(floor_price, shows_those_who_were_away_within_three_days) {
  EXPECT_LT(check_interval(1.0 / (120 * 24), 1, floor_of_45_min), 72);
}

TEST(floor_price, is_a_price_whatever_is_configured) {
  for (const auto odd : {0s, -5s, std::chrono::seconds::max(), std::chrono::seconds::min()}) {
    EXPECT_GT(floor_price(odd), 0);
    EXPECT_TRUE(std::isfinite(floor_price(odd)));
  }
}

TEST(demand, of_nobody_is_nothing) {
  EXPECT_EQ(demand({}, 1, children), 0);
}

TEST(demand, is_a_look_in_each_interval_and_children_where_it_changed) {
  const std::vector<priced_row> one{{.per_hour = 0.1, .weight = 1}};
  const double hours = check_interval(0.1, 1, 2);
  const double changed = 1 - std::exp(-0.1 * hours);
  EXPECT_NEAR(demand(one, 2, 0), 1 / hours, 1e-9);
  EXPECT_NEAR(demand(one, 2, children), (1 + 3 * changed) / hours, 1e-9);
}

TEST(demand, has_an_end_at_either_bound) {
  const std::vector<priced_row> one{{.per_hour = 1.0 / 24, .weight = 1}};
  EXPECT_NEAR(demand(one, 1e-9, 0), 3, 1e-9);
  EXPECT_NEAR(demand(one, 1e9, 0), 1.0 / (14 * 24), 1e-9);
}

RC_GTEST_PROP(demand, falls_as_the_price_rises, ()) {
  const auto rows = *any_rows(rates());
  const double price = *prices();
  const double more = 1 + *size_between(-3, 3);
  RC_ASSERT(demand(rows, price * more, children) <= demand(rows, price, children) * nearly);
}

RC_GTEST_PROP(solve_price, meets_the_supply, ()) {
  const auto rows = *rc::gen::nonEmpty(any_rows(rates()));
  const double least = demand(rows, 1e9, children);
  const double supply = least * (1.1 + *size_between(-2, 2));
  const double price = solve_price(rows, 7, children, 7 * supply, 1e-6);
  const double asked = demand(rows, price, children);
  if (price > 1e-6 * nearly)
    RC_ASSERT(asked >= 0.95 * supply / 1.001);
  RC_ASSERT(asked <= 0.95 * supply * nearly);
}

RC_GTEST_PROP(solve_price, is_finite_and_not_below_the_floor_whatever_goes_in, ()) {
  const auto rows = *any_rows(anything());
  const double floor = *prices();
  const double price = solve_price(rows, *anything(), *anything(), *anything(), floor);
  RC_ASSERT(std::isfinite(price) && price >= floor);
  const double odd = solve_price(rows, 1, children, *anything(), *anything());
  RC_ASSERT(std::isfinite(odd) && odd > 0);
}

TEST(solve_price, stays_at_the_floor_while_there_is_enough) {
  EXPECT_EQ(solve_price(guild(), 1, children, 28'800, floor_of_45_min), floor_of_45_min);
  EXPECT_EQ(solve_price({}, 1, children, 28'800, floor_of_45_min), floor_of_45_min);
}

TEST(solve_price, does_not_climb_when_nothing_can_be_met) {
  // Each of them waits as long as it may, and still there is less.
  const double price = solve_price(guild(), 1e6, children, 10, floor_of_45_min);
  EXPECT_LE(price, 3 * expected_age(1, 14 * 24) * nearly);
  EXPECT_GE(price, floor_of_45_min);
  EXPECT_EQ(price, solve_price(guild(), 1e6, children, 0, floor_of_45_min));
}

TEST(solve_price, is_the_same_for_the_first_sync_of_all) {
  // Nobody was seen, so everybody may play daily; how much waits does not matter.
  const std::vector<priced_row> unseen(200, {.per_hour = 1.0 / 24, .weight = 1});
  const double first = solve_price(unseen, 10'000, children, 28'800, floor_of_45_min);
  EXPECT_NEAR(10'000 * demand(unseen, first, children), 0.95 * 28'800, 30);
  // As they become known, the price falls to what the known ones ask for.
  double price = first;
  const double known = solve_price(guild(), 10'000, children, 28'800, floor_of_45_min);
  ASSERT_LT(known, first);
  for (int i = 0; i < 12 * 24; ++i)
    price = stepped_price(price, known, 5min, floor_of_45_min);
  EXPECT_NEAR(price, known, 1e-9);
}

/// The price of each five minutes, for three hours.
std::vector<double> steps_to(double before, double solved) {
  std::vector<double> path{before};
  for (int i = 0; i < 36; ++i)
    path.push_back(stepped_price(path.back(), solved, 5min, floor_of_45_min));
  return path;
}

void expect_steady(const std::vector<double>& path, double goal) {
  EXPECT_NEAR(path.back(), goal, 1e-9);
  for (std::size_t i = 6; i < path.size(); ++i) {
    EXPECT_LE(path[i], 2 * path[i - 6] * nearly);
    EXPECT_GE(path[i] * nearly, path[i - 6] / 2);
  }
}

TEST(price, rises_to_its_place_when_the_supply_is_halved_and_comes_back_when_it_doubles) {
  const auto rows = guild();
  const auto price = [&](double supply) {
    return solve_price(rows, 1'000, children, supply, floor_of_45_min);
  };
  const double all = price(8'000);
  const double half = price(4'000);
  ASSERT_GT(half, 1.5 * all);
  expect_steady(steps_to(all, half), half);
  expect_steady(steps_to(half, all), all);
}

RC_GTEST_PROP(stepped_price, at_most_doubles_in_half_an_hour, ()) {
  const double before = floor_of_45_min * (1 + *size_between(-3, 4));
  const auto since = *minutes_below(31min);
  const double price = stepped_price(before, *anything(), since, floor_of_45_min);
  RC_ASSERT(price <= 2 * before * nearly);
  RC_ASSERT(price * nearly >= before / 2);
  RC_ASSERT(price >= floor_of_45_min);
}

RC_GTEST_PROP(stepped_price, never_passes_what_was_solved, ()) {
  const double before = floor_of_45_min * (1 + *size_between(-3, 4));
  const double solved = floor_of_45_min * (1 + *size_between(-3, 4));
  const double price = stepped_price(before, solved, *minutes_below(10h), floor_of_45_min);
  RC_ASSERT(price * nearly >= std::min(before, solved));
  RC_ASSERT(price <= std::max(before, solved) * nearly);
}

RC_GTEST_PROP(stepped_price, is_a_price_whatever_goes_in, ()) {
  const auto since = std::chrono::seconds{*rc::gen::arbitrary<std::int64_t>()};
  const double price = stepped_price(*anything(), *anything(), since, *anything());
  RC_ASSERT(std::isfinite(price) && price > 0);
}

TEST(stepped_price, takes_the_first_as_it_is) {
  EXPECT_EQ(stepped_price(0, 40, 0s, 0.1), 40);
  EXPECT_EQ(stepped_price(0, 0.01, 0s, 0.1), 0.1);
}

TEST(stepped_price, does_not_move_back_in_time) {
  EXPECT_EQ(stepped_price(1, 40, -1h, 0.1), 1);
}

TEST(seen_after, says_what_the_floor_was_made_of) {
  for (const auto after : {20min, 45min, 600min})
    EXPECT_NEAR(
        static_cast<double>(seen_after(floor_price(after)).count()),
        static_cast<double>(std::chrono::seconds{after}.count()), 1);
}

/// The store shortens waiting times by the root when the price has fallen.
RC_GTEST_PROP(root_of_a_fallen_price, is_never_earlier_than_the_new_price_asks_for, ()) {
  const double rate = *rates();
  const double price = *prices();
  const double less = price * *size_between(-3, 0);
  RC_ASSERT(
      check_interval(rate, 1, price) * std::sqrt(less / price) * nearly
      >= check_interval(rate, 1, less));
}

} // namespace
} // namespace guildhall::domain
