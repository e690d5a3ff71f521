#include "core/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace guildhall {
namespace {

std::vector<ec> every_code() {
  std::vector<ec> codes;
  for (int i = 0; i < static_cast<int>(ec::count_); ++i)
    codes.push_back(static_cast<ec>(i));
  return codes;
}

TEST(error_table, every_code_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (const auto code : every_code()) {
    EXPECT_FALSE(to_string(code).empty());
    EXPECT_TRUE(names.insert(to_string(code)).second) << to_string(code);
  }
}

TEST(error_table, every_error_has_an_error_status_a_code_and_a_sentence) {
  for (const auto code : every_code()) {
    if (code == ec::none)
      continue;
    EXPECT_GE(http_status(code), 400) << to_string(code);
    EXPECT_LT(http_status(code), 600) << to_string(code);
    EXPECT_FALSE(rest_code(code).empty()) << to_string(code);
    EXPECT_FALSE(default_message(code).empty()) << to_string(code);
  }
}

TEST(error_table, gives_the_statuses_that_clients_rely_on) {
  EXPECT_EQ(http_status(ec::validation), 400);
  EXPECT_EQ(rest_code(ec::validation), "VALIDATION_ERROR");
  EXPECT_EQ(http_status(ec::invalid_token), 401);
  EXPECT_EQ(http_status(ec::forbidden), 403);
  EXPECT_EQ(http_status(ec::not_found), 404);
  EXPECT_EQ(rest_code(ec::not_found), "NOT_FOUND");
  EXPECT_EQ(http_status(ec::overloaded), 503);
  EXPECT_EQ(http_status(ec::deadline_expired), 504);
}

TEST(error_table, a_code_out_of_range_reads_as_internal) {
  EXPECT_EQ(to_string(static_cast<ec>(250)), "internal");
  EXPECT_EQ(http_status(static_cast<ec>(250)), 500);
}

TEST(failure, speaks_its_own_message_or_its_codes) {
  EXPECT_EQ(
      message_of({.code = ec::not_found, .message = "Guild 7 is not known"}),
      "Guild 7 is not known");
  EXPECT_EQ(message_of({.code = ec::not_found, .message = {}}), default_message(ec::not_found));
}

} // namespace
} // namespace guildhall
