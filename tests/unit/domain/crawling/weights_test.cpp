#include "domain/crawling/weights.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace guildhall::domain {
namespace {

TEST(weight_of, anybody_is_one) {
  EXPECT_EQ(weight_of({}), 1);
}

TEST(weight_of, takes_the_greatest_of_what_is_known) {
  EXPECT_EQ(weight_of({.own_of_visitor = true}), 3);
  EXPECT_EQ(weight_of({.expected_soon = true}), 3);
  EXPECT_EQ(weight_of({.own_of_visitor = true, .expected_soon = true}), 3);
}

TEST(weight_of, lets_the_left_behind_wait_unless_somebody_cares) {
  EXPECT_EQ(weight_of({.left_behind = true}), 0.3);
  EXPECT_EQ(weight_of({.own_of_visitor = true, .left_behind = true}), 3);
  EXPECT_EQ(weight_of({.expected_soon = true, .left_behind = true}), 3);
}

TEST(weight_table, tells_each_weight_and_why) {
  ASSERT_EQ(weight_table().size(), 3);
  for (const auto& row : weight_table()) {
    EXPECT_GT(row.weight, 0);
    EXPECT_FALSE(row.what.empty());
    EXPECT_FALSE(row.reason.empty());
  }
}

TEST(weight_table, is_the_one_of_the_documentation) {
  std::ifstream file{std::string{GUILDHALL_PROJECT_DIR} + "/docs/rules.md"};
  const std::string rules{std::istreambuf_iterator<char>{file}, {}};
  for (const auto& row : weight_table()) {
    std::ostringstream line;
    line << "| " << row.weight << " | " << row.what << " | " << row.reason << " |\n";
    EXPECT_NE(rules.find(line.str()), std::string::npos) << line.str();
  }
}

} // namespace
} // namespace guildhall::domain
