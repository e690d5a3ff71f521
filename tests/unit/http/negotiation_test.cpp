#include "http/negotiation.hpp"
#include "tests/support/gunzip.hpp"
#include "tests/support/unbrotli.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

TEST(preferred_coding, nothing_is_packed_for_whoever_does_not_ask) {
  for (const auto* header :
       {"",
        "deflate",
        "xgzip",
        "gzip;q=0",
        "gzip; q=0.000",
        "br;q=0, gzip;q=0",
        "*;q=0",
        "gzip ; q=0",
        "gzip\t;\tq=0",
        "gzip;Q=0",
        "gzip ;q=0 , br ; q=0.0",
        "gzip;x=1;q=0",
        "gzip;q=",
        "gzip;q=1.5",
        "gzip;q=2",
        "gzip;q=0.0001",
        "gzip;q=01",
        "gzip;q=-1",
        "identity;q=0",
        "*;q=0, identity;q=0",
        "identity;q=0, *;q=0",
        "gzip q=1",
        "\"gzip\"",
        "identity",
        "gzip;q=x",
        "br;q=-1",
        ";q=1",
        ",,",
        "identity, gzip;q=0.5, br;q=0.9"})
    EXPECT_EQ(preferred_coding(header), coding::identity) << header;
}

TEST(preferred_coding, the_best_liked_wins_and_brotli_among_equals) {
  EXPECT_EQ(preferred_coding("gzip"), coding::gzip);
  EXPECT_EQ(preferred_coding("x-gzip"), coding::gzip);
  EXPECT_EQ(preferred_coding(" \tgzip ; q=1.000 ,, "), coding::gzip);
  EXPECT_EQ(preferred_coding("gzip ; q = 0.5"), coding::gzip);
  EXPECT_EQ(preferred_coding("gzip;q=0.001, br;q=0"), coding::gzip);
  EXPECT_EQ(preferred_coding("identity;q=0, gzip;q=0.2"), coding::gzip);
  EXPECT_EQ(preferred_coding("gzip;q=1, *;q=0"), coding::gzip);
  EXPECT_EQ(preferred_coding("br;x=y;q=0.5"), coding::brotli);
  EXPECT_EQ(preferred_coding("br"), coding::brotli);
  EXPECT_EQ(preferred_coding("gzip, deflate, BR, zstd"), coding::brotli);
  EXPECT_EQ(preferred_coding("deflate, GZip;q=0.5, br;q=0.25"), coding::gzip);
  EXPECT_EQ(preferred_coding("br;q=0.9, gzip;q=0.899"), coding::brotli);
  EXPECT_EQ(preferred_coding("br;q=0.001"), coding::brotli);
  EXPECT_EQ(preferred_coding("br;q=0, *"), coding::gzip);
  EXPECT_EQ(preferred_coding("*"), coding::brotli);
  EXPECT_EQ(preferred_coding("*;q=0.5, gzip;q=1.0"), coding::gzip);
  EXPECT_EQ(preferred_coding("identity;q=0.5, br ; q=1"), coding::brotli);
}

TEST(make_answer, each_coding_has_a_strong_etag_of_its_own) {
  const std::string json(5000, 'a');
  const auto plain = make_answer(json, coding::identity);
  const auto packed = make_answer(json, coding::gzip);
  const auto smaller = make_answer(json, coding::brotli);
  EXPECT_NE(plain->etag, packed->etag);
  EXPECT_NE(plain->etag, smaller->etag);
  EXPECT_NE(packed->etag, smaller->etag);
  EXPECT_TRUE(plain->etag.starts_with('"') && plain->etag.ends_with('"')) << plain->etag;
  EXPECT_EQ(*plain->body, json);
  EXPECT_LT(packed->body->size(), json.size());
  EXPECT_NE(packed->headers.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(smaller->headers.find("Content-Encoding: br\r\n"), std::string::npos);
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

TEST(brotli, packs_what_unpacks_to_the_same_bytes) {
  std::string plain;
  for (int i = 0; i < 20'000; ++i)
    plain += std::to_string(i * 7919) + ',';
  EXPECT_EQ(test::unbrotli(brotli(plain)), plain);
  EXPECT_EQ(test::unbrotli(brotli("")), "");
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
  EXPECT_EQ(status(" * "), 304);
  EXPECT_EQ(status("\"other\", *"), 200) << "a star stands alone";
  EXPECT_EQ(status("\"a,b\" ,\t W/\"c\" ,," + answer->etag), 304);
  EXPECT_EQ(status("\"a," + answer->etag.substr(1)), 200) << "a comma may stand inside a tag";
  EXPECT_EQ(status("w/" + answer->etag), 200) << "W is upper case";
  EXPECT_EQ(status("junk, " + answer->etag), 200);
  EXPECT_EQ(status("\"other\""), 200);
  EXPECT_EQ(status(answer->etag.substr(1)), 200);
}

TEST(respond, another_codings_etag_is_another_answers) {
  const std::string json(5000, 'a');
  const auto packed = make_answer(json, coding::brotli);
  EXPECT_EQ(respond(*packed, make_answer(json, coding::gzip)->etag).status, 200);
  EXPECT_EQ(respond(*packed, make_answer(json, coding::brotli)->etag).status, 304);
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
