#include "battlenet/oauth.hpp"

#include <gtest/gtest.h>

namespace guildhall::battlenet {
namespace {

using namespace std::chrono_literals;

TEST(token, is_read_with_its_lifetime) {
  const auto token = parse_token(
      R"({"access_token":"EUabc","token_type":"bearer","expires_in":86399,"sub":"client"})");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value, "EUabc");
  EXPECT_EQ(token->expires_in, 86'399s);
}

TEST(token, is_malformed_with_the_path_of_what_is_wrong) {
  const auto message = [](std::string_view body) {
    const auto token = parse_token(body);
    EXPECT_FALSE(token) << body;
    return token ? "" : token.error().message;
  };
  EXPECT_EQ(message(R"({"expires_in":1})"), "access_token: missing");
  EXPECT_EQ(message(R"({"access_token":"a"})"), "expires_in: missing");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":0})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":-5})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":1e18})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"","expires_in":1})"), "access_token: not a token");
  EXPECT_EQ(
      message(R"({"access_token":"a\r\nb","expires_in":1})"), "access_token: not a token");
  EXPECT_EQ(message("<html>").find("broken JSON at byte 0"), 0u);
}

} // namespace
} // namespace guildhall::battlenet
