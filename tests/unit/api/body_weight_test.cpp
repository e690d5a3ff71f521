#include "all_rules.hpp"
#include "api/body_weight.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::api::test {
namespace {

std::string repeated(std::string_view what, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += what;
  return out;
}

std::string fields(int count) {
  std::string out = "{";
  for (int i = 0; i < count; ++i)
    out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
  return out + '}';
}

http::request with_body(std::string body) {
  http::request what;
  what.body = std::move(body);
  what.add_header("Content-Type", "application/json");
  return what;
}

failure refusal_of(std::string body) {
  const auto read = read_body(with_body(std::move(body)), rules::event_update);
  return read ? failure{ec::none} : read.error();
}

TEST(body_weight, counts_what_a_body_holds) {
  EXPECT_FALSE(is_too_heavy("[" + repeated("0,", 9'000) + "0]"));
  EXPECT_TRUE(is_too_heavy("[" + repeated("0,", 10'000) + "0]"));
  EXPECT_TRUE(is_too_heavy("[" + repeated("[],", 5'100) + "0]"));
  EXPECT_FALSE(is_too_heavy(fields(1'000)));
  EXPECT_TRUE(is_too_heavy(fields(1'001)));
  EXPECT_TRUE(is_too_heavy(R"({"a":)" + fields(1'001) + "}"));
  EXPECT_FALSE(is_too_heavy("[" + repeated(fields(900) + ",", 4) + "0]"))
      << "each object by itself";
}

TEST(body_weight, what_stands_in_texts_weighs_nothing) {
  EXPECT_FALSE(is_too_heavy("[\"" + repeated(R"(,:{[\")", 15'000) + "\"]"));
}

TEST(body_weight, broken_texts_have_an_end) {
  for (const std::string body : {"", "\"", "\"\\", "{\"", "]]]]", "}", ":::", "[[[", "\\"})
    EXPECT_FALSE(is_too_heavy(body)) << body;
}

TEST(body_weight, a_body_of_very_many_values_is_refused_before_it_is_parsed) {
  for (const auto& body :
       {"{\"title\":[" + repeated("0,", 40'000) + "0]}", fields(9'000),
        "{\"event_details\":{\"a\":[" + repeated("{},", 30'000) + "0]}}",
        "{\"event_details\":" + fields(5'000) + "}"}) {
    const auto why = refusal_of(body);
    EXPECT_EQ(why.code, ec::bad_request) << body.substr(0, 40);
    EXPECT_EQ(why.message, "The body holds too many values");
  }
  EXPECT_EQ(refusal_of(std::string(100'000, '[')).code, ec::bad_request);
}

TEST(body_weight, the_longest_list_that_a_body_may_hold_is_read) {
  const auto one = R"({"type":"character","characterId":1,"role":"Tank"},)";
  auto body = R"({"additions":[)" + repeated(one, 1'000);
  body.back() = ']';
  const auto read = read_body(with_body(body + "}"), rules::roster_additions);
  EXPECT_TRUE(read) << read.error().message;
}

} // namespace
} // namespace guildhall::api::test
