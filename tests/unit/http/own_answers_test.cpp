#include "http/own_answers.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

const std::vector<std::string> allowed{"https://guild.example"};

request preflight(std::string_view origin) {
  request what;
  what.verb = method::options;
  what.add_header("Origin", origin);
  what.add_header("Access-Control-Request-Method", "PUT");
  what.add_header(
      "Access-Control-Request-Headers", "authorization,content-type,idempotency-key");
  return what;
}

TEST(cors, a_preflight_of_an_allowed_origin_may_send_what_it_asked_for) {
  const auto answer = options_answer(preflight("https://guild.example"), allowed, "GET, HEAD");
  EXPECT_EQ(answer.status, 204);
  EXPECT_NE(
      answer.headers.find(
          "Access-Control-Allow-Headers: authorization,content-type,idempotency-key\r\n"),
      std::string::npos);
  EXPECT_NE(
      answer.headers.find(
          "Access-Control-Allow-Methods: GET, HEAD, PUT, PATCH, POST, DELETE\r\n"),
      std::string::npos);
}

TEST(cors, a_foreign_origin_is_told_nothing_but_the_methods) {
  const auto answer = options_answer(preflight("https://evil.example"), allowed, "GET, HEAD");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers, "Allow: GET, HEAD\r\n");
}

TEST(cors, only_an_origin_of_the_list_is_echoed_and_credentials_never_are) {
  std::string head;
  add_cors_headers(head, "https://guild.example", allowed);
  EXPECT_NE(
      head.find("Access-Control-Allow-Origin: https://guild.example\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Credentials"), std::string::npos);
  for (const std::string_view foreign :
       {"https://guild.example.evil", "http://guild.example", "null", ""}) {
    head.clear();
    add_cors_headers(head, foreign, allowed);
    EXPECT_EQ(head, "") << foreign;
  }
}

TEST(request_id, only_short_plain_ids_are_taken_over) {
  EXPECT_TRUE(is_sane_request_id("0a1b-Z_.9"));
  EXPECT_FALSE(is_sane_request_id(""));
  EXPECT_FALSE(is_sane_request_id("a b"));
  EXPECT_FALSE(is_sane_request_id("a\r\nb"));
  EXPECT_FALSE(is_sane_request_id("é"));
  EXPECT_FALSE(is_sane_request_id(std::string(65, 'a')));
}

} // namespace
} // namespace guildhall::http
