#include "http/negotiation.hpp"
#include "tests/support/gunzip.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

TEST(preferred_coding, gzip_is_used_only_when_it_is_asked_for) {
  EXPECT_EQ(preferred_coding(""), coding::identity);
  EXPECT_EQ(preferred_coding("br"), coding::identity);
  EXPECT_EQ(preferred_coding("gzip"), coding::gzip);
  EXPECT_EQ(preferred_coding("deflate, GZip;q=0.5, br"), coding::gzip);
  EXPECT_EQ(preferred_coding("gzip;q=0"), coding::identity);
  EXPECT_EQ(preferred_coding("gzip; q=0.000"), coding::identity);
  EXPECT_EQ(preferred_coding("xgzip"), coding::identity);
}

TEST(make_answer, each_coding_has_a_strong_etag_of_its_own) {
  const std::string json(5000, 'a');
  const auto plain = make_answer(json, coding::identity);
  const auto packed = make_answer(json, coding::gzip);
  EXPECT_NE(plain->etag, packed->etag);
  EXPECT_TRUE(plain->etag.starts_with('"') && plain->etag.ends_with('"')) << plain->etag;
  EXPECT_EQ(*plain->body, json);
  EXPECT_LT(packed->body->size(), json.size());
  EXPECT_NE(packed->headers.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_EQ(plain->headers.find("Content-Encoding"), std::string::npos);
}

TEST(make_answer, the_same_bytes_have_the_same_etag_and_others_another) {
  EXPECT_EQ(
      make_answer("{\"a\":1}", coding::identity)->etag,
      make_answer("{\"a\":1}", coding::identity, "X-Guildhall-Checked-At: now\r\n")->etag);
  EXPECT_NE(
      make_answer("{\"a\":1}", coding::identity)->etag,
      make_answer("{\"a\":2}", coding::identity)->etag);
}

TEST(make_answer, small_bodies_are_not_packed) {
  const auto answer = make_answer(std::string(min_bytes_to_pack, 'a'), coding::gzip);
  EXPECT_EQ(answer->headers.find("Content-Encoding"), std::string::npos);
  EXPECT_EQ(answer->body->size(), min_bytes_to_pack);
}

TEST(gzip, packs_what_unpacks_to_the_same_bytes) {
  std::string plain;
  for (int i = 0; i < 20'000; ++i)
    plain += std::to_string(i * 7919) + ',';
  EXPECT_EQ(test::gunzip(gzip(plain)), plain);
  EXPECT_EQ(test::gunzip(gzip("")), "");
}

TEST(respond, answers_304_to_whoever_has_it) {
  const auto answer = make_answer("{}", coding::identity, "X-Guildhall-Checked-At: t\r\n");
  const auto status = [&](const std::string& if_none_match) {
    return respond(*answer, if_none_match).status;
  };
  EXPECT_EQ(status(""), 200);
  EXPECT_EQ(status(answer->etag), 304);
  EXPECT_EQ(status("\"other\", " + answer->etag), 304);
  EXPECT_EQ(status("W/" + answer->etag), 304);
  EXPECT_EQ(status("*"), 304);
  EXPECT_EQ(status("\"other\""), 200);
  EXPECT_EQ(status(answer->etag.substr(1)), 200);
}

TEST(respond, a_304_repeats_the_validators_and_has_no_body) {
  const auto answer = make_answer("{}", coding::identity, "X-Guildhall-Checked-At: t\r\n");
  const auto unchanged = respond(*answer, "*");
  EXPECT_EQ(unchanged.body, nullptr);
  EXPECT_EQ(
      unchanged.headers, "ETag: " + answer->etag
                             + "\r\nCache-Control: private, no-cache\r\n"
                               "X-Guildhall-Checked-At: t\r\n");
}

} // namespace
} // namespace guildhall::http
