#include "battlenet/oauth.hpp"
#include "battlenet/sendable.hpp"

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
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":"soon"})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":0})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":-5})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"a","expires_in":1e18})"), "expires_in: out of range");
  EXPECT_EQ(message(R"({"access_token":"","expires_in":1})"), "access_token: not a token");
  EXPECT_EQ(
      message(R"({"access_token":"a\r\nb","expires_in":1})"), "access_token: not a token");
  EXPECT_EQ(message("<html>").find("broken JSON at byte 0"), 0u);
}

TEST(token, is_short_enough_to_be_sent) {
  const auto token_of = [](const std::string& value) {
    return parse_token(R"({"access_token":")" + value + R"("})");
  };
  EXPECT_EQ(token_of(std::string(longest_token, 'x'))->value.size(), longest_token);
  EXPECT_FALSE(token_of(std::string(longest_token + 1, 'x')));
  EXPECT_FALSE(token_of(std::string(100'000, 'x')));
  for (const auto* odd :
       {"a b", "a\\u0000b", "a\\r\\nX: 1", "\xc3\xa4", "\\u202e", "\\u001b[2J"})
    EXPECT_FALSE(token_of(odd)) << odd;
}

TEST(token, need_not_say_how_long_it_lives) {
  EXPECT_EQ(parse_token(R"({"access_token":"a"})")->expires_in, 1h);
  EXPECT_EQ(parse_token(R"({"access_token":"a","expires_in":null})")->expires_in, 1h);
  EXPECT_EQ(parse_token(R"({"access_token":"a","expires_in":"86399"})")->expires_in, 86'399s);
  EXPECT_EQ(
      parse_token(R"({"access_token":"a","expires_in":4000000000})")->expires_in, 366 * 24h);
}

TEST(authorize, asks_for_the_characters_with_everything_encoded) {
  EXPECT_EQ(
      authorize_target("id&1", "https://api.example/api/auth/callback"),
      "/authorize?client_id=id%261"
      "&redirect_uri=https%3A%2F%2Fapi.example%2Fapi%2Fauth%2Fcallback"
      "&response_type=code&scope=openid%20wow.profile");
  EXPECT_EQ(
      code_form("a&b", "https://x"),
      "grant_type=authorization_code&code=a%26b&redirect_uri=https%3A%2F%2Fx");
}

TEST(user_token, tells_whether_the_characters_are_shared) {
  const auto shares = [](const std::string& scope) {
    const auto token =
        parse_user_token(R"({"access_token":"a","expires_in":86399,"scope":")" + scope + "\"}");
    return token && token->shares_profile;
  };
  EXPECT_TRUE(shares("openid wow.profile"));
  EXPECT_TRUE(shares("wow.profile"));
  EXPECT_FALSE(shares("openid"));
  EXPECT_FALSE(shares("openid wow.profiles"));
  EXPECT_FALSE(shares(""));
  EXPECT_TRUE(parse_user_token(R"({"access_token":"a","expires_in":86399})")->shares_profile)
      << "left out, it is what was asked for";
  EXPECT_TRUE(parse_user_token(R"({"access_token":"a","expires_in":86399,"scope":null})")
                  ->shares_profile);
}

TEST(user_info, has_a_tag_that_can_be_seen_or_none) {
  const auto tag_of = [](const std::string& tag) {
    return parse_user_info(R"({"sub":"1","battletag":")" + tag + R"("})")->battletag;
  };
  EXPECT_EQ(tag_of("Ярость#1234"), "Ярость#1234");
  for (const auto* odd : {"a\\u001b[2J#1", "a\\u202e#1", "a\\u200b#1", "a\\n#1"})
    EXPECT_EQ(tag_of(odd), "") << odd;
  EXPECT_EQ(tag_of(std::string(3'000, 'x') + "#1"), "");
}

TEST(user_info, is_known_by_its_id) {
  const auto who = parse_user_info(R"({"sub":"12345","id":12345,"battletag":"Ärger#1"})");
  ASSERT_TRUE(who);
  EXPECT_EQ(who->id, bnet_account_id{12'345});
  EXPECT_EQ(who->battletag, "Ärger#1");
  EXPECT_TRUE(parse_user_info(R"({"sub":"1"})"));
  EXPECT_EQ(parse_user_info(R"({"sub":12345})")->id, bnet_account_id{12'345});
  EXPECT_EQ(parse_user_info(R"({"sub":5,"battle_tag":"A#1"})")->battletag, "A#1");
  EXPECT_EQ(
      parse_user_info(R"({"sub":5,"battletag":null,"battle_tag":"A#1"})")->battletag, "A#1");
  EXPECT_EQ(
      parse_user_info(R"({"sub":5,"battletag":"B#2","battle_tag":"A#1"})")->battletag, "B#2");
  EXPECT_EQ(parse_user_info(R"({"sub":5,"battletag":" A#1\n"})")->battletag, "A#1");
  for (const auto* none : {R"("  ")", R"("")", "7", "[]"})
    EXPECT_EQ(
        parse_user_info(std::string{R"({"sub":5,"battletag":)"} + none + "}")->battletag, "")
        << none;
  EXPECT_EQ(
      parse_user_info(R"({"sub":5,"battletag":")" + std::string(5'000, 'x') + "\"}")->battletag,
      "");
  for (const auto* body :
       {R"({"id":5})", R"({"sub":"abc"})", R"({"sub":"-1"})", R"({"sub":"5x"})",
        R"({"sub":-5})", R"({"sub":5.5})", R"({"sub":true})", R"({"sub":""})", R"({"sub":0})"})
    EXPECT_FALSE(parse_user_info(body)) << body;
}

} // namespace
} // namespace guildhall::battlenet
