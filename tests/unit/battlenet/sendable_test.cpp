#include "battlenet/sendable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::battlenet {
namespace {

TEST(sendable, is_a_token_of_visible_ascii_up_to_its_length) {
  EXPECT_TRUE(is_token("EUabc.def-~"));
  EXPECT_TRUE(is_token(std::string(longest_token, 'x')));
  EXPECT_FALSE(is_token(std::string(longest_token + 1, 'x')));
  for (const auto* odd : {"", " ", "a b", "a\n", "a\t", "\x7f", "\xff", "\xc3\xa4"})
    EXPECT_FALSE(is_token(odd)) << odd;
  EXPECT_FALSE(is_token({"a\0b", 3}));
}

TEST(sendable, is_a_field_that_starts_no_other_one) {
  EXPECT_TRUE(is_field(""));
  EXPECT_TRUE(is_field("Sat, 07 Mar 2020 09:41:14 GMT"));
  EXPECT_TRUE(is_field(std::string(longest_field, ' ')));
  EXPECT_FALSE(is_field(std::string(longest_field + 1, ' ')));
  for (const auto* odd : {"a\r\nb: c", "a\tb", "\x80"})
    EXPECT_FALSE(is_field(odd)) << odd;
}

TEST(sendable, is_a_target_that_is_a_path) {
  EXPECT_TRUE(is_target("/"));
  EXPECT_TRUE(is_target("/data/wow/guild/a/%D0%AF?locale=en_US"));
  EXPECT_TRUE(is_target("/" + std::string(longest_target - 1, 'x')));
  EXPECT_FALSE(is_target("/" + std::string(longest_target, 'x')));
  for (const auto* odd : {"", "x", "http://evil/", "/a b", "/a\r\n", "/\xff"})
    EXPECT_FALSE(is_target(odd)) << odd;
}

} // namespace
} // namespace guildhall::battlenet
