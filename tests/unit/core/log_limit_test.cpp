#include "core/log_limit.hpp"

#include <gtest/gtest.h>

namespace guildhall {
namespace {

using namespace std::chrono_literals;

const log_limit::clock::time_point start{1h};

TEST(log_limit, the_first_lines_of_a_kind_in_a_minute_pass) {
  log_limit limit{2};
  EXPECT_TRUE(limit.admit("a", start));
  EXPECT_TRUE(limit.admit("a", start + 1s));
  EXPECT_FALSE(limit.admit("a", start + 2s));
  EXPECT_TRUE(limit.admit("b", start + 2s)) << "another kind has its own";
  EXPECT_FALSE(limit.admit("a", start + 59s));
  EXPECT_TRUE(limit.admit("a", start + 60s)) << "the next minute";
}

TEST(log_limit, what_was_left_out_is_told_once_when_its_minute_is_over) {
  log_limit limit{1};
  for (int i = 0; i < 5; ++i)
    limit.admit("a", start);
  limit.admit("b", start);
  EXPECT_TRUE(limit.take_left_out(start + 59s).empty());
  const auto told = limit.take_left_out(start + 60s);
  ASSERT_EQ(told.size(), 1u) << "of b nothing was left out";
  EXPECT_EQ(told[0].kind, "a");
  EXPECT_EQ(told[0].lines, 4u);
  EXPECT_TRUE(limit.take_left_out(start + 61s).empty());
}

TEST(log_limit, a_flood_that_goes_on_is_told_for_each_minute) {
  log_limit limit{1};
  std::uint64_t told = 0;
  std::size_t lines = 0;
  for (auto now = start; now < start + 10min; now += 100ms) {
    limit.admit("a", now);
    for (const auto& one : limit.take_left_out(now)) {
      told += one.lines;
      ++lines;
    }
  }
  for (const auto& one : limit.take_left_out(start + 11min))
    told += one.lines;
  EXPECT_LE(lines, 10u);
  EXPECT_EQ(told, 6000u - 10u);
}

TEST(log_limit, lines_that_another_limit_left_out_are_counted_as_well) {
  log_limit limit{5};
  limit.leave_out("a", start);
  limit.leave_out("a", start);
  EXPECT_TRUE(limit.admit("a", start));
  const auto told = limit.take_left_out(start + 1min);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].lines, 2u);
}

TEST(log_limit, kinds_beyond_the_limit_share_one) {
  log_limit limit{1, 2};
  EXPECT_TRUE(limit.admit("a", start));
  EXPECT_TRUE(limit.admit("b", start));
  EXPECT_TRUE(limit.admit("c", start));
  EXPECT_FALSE(limit.admit("d", start));
  EXPECT_FALSE(limit.admit("e", start));
  EXPECT_FALSE(limit.admit("a", start)) << "its own count is still there";
  const auto later = start + 2min;
  EXPECT_TRUE(limit.admit("d", later)) << "those whose minute is over make room";
  EXPECT_TRUE(limit.admit("e", later));
}

} // namespace
} // namespace guildhall
