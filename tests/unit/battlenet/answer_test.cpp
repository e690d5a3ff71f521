#include "battlenet/answer.hpp"
#include "core/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <set>

namespace guildhall::battlenet {
namespace {

using namespace std::chrono_literals;

answer
of(unsigned status, std::string body = "{}", std::map<std::string, std::string> headers = {}) {
  return classify({status, std::move(headers), std::move(body)});
}

TEST(answer, is_classified_by_status_alone) {
  EXPECT_EQ(of(200).outcome, outcome::ok);
  EXPECT_EQ(of(304, "").outcome, outcome::not_modified);
  EXPECT_EQ(of(401).outcome, outcome::unauthorised);
  EXPECT_EQ(of(403).outcome, outcome::forbidden);
  EXPECT_EQ(of(404).outcome, outcome::not_found);
  EXPECT_EQ(of(410).outcome, outcome::not_found);
  EXPECT_EQ(of(429).outcome, outcome::throttled);
  for (const unsigned status :
       {100u, 201u, 206u, 301u, 302u, 400u, 408u, 418u, 500u, 502u, 503u, 504u, 599u})
    EXPECT_EQ(of(status).outcome, outcome::transient) << status;
  // A body that says something else changes nothing.
  EXPECT_EQ(
      of(200, R"({"code":404,"type":"BLZWEBAPI00000404","detail":"Not Found"})").outcome,
      outcome::ok);
  EXPECT_EQ(of(503, R"({"code":404})").outcome, outcome::transient);
}

TEST(answer, without_a_body_is_malformed) {
  EXPECT_EQ(of(200, "").outcome, outcome::malformed);
  EXPECT_EQ(of(204, "").outcome, outcome::malformed);
}

TEST(answer, carries_a_body_only_when_it_is_ok) {
  EXPECT_EQ(of(200, "{}").body, "{}");
  EXPECT_EQ(of(404, "{}").body, "");
  EXPECT_EQ(of(503, "<html>").body, "");
}

TEST(answer, loses_only_the_characters_that_no_database_keeps) {
  const auto body = [](std::string text) { return of(200, std::move(text)).body; };
  const std::string odd{"\xEF\xBF\xBD"};
  EXPECT_EQ(body(R"({"a":"x\u0000y"})"), R"({"a":"x)" + odd + R"(y"})");
  EXPECT_EQ(body("\xEF\xBB\xBF{}"), "{}") << "a byte order mark";
  EXPECT_EQ(body(R"({"\u0000":1})"), "{\"" + odd + "\":1}");
  EXPECT_EQ(
      body(R"(["\ud800","\udc00x","\ud83d\ud83d\udc09"])"),
      "[\"" + odd + "\",\"" + odd + "x\",\"" + odd + R"(\ud83d\udc09"])");
  EXPECT_EQ(body(R"(["Ärger\u0000\n 🐉"])"), "[\"Ärger" + odd + R"(\n 🐉"])");
  EXPECT_EQ(body("[\"a\xff\xd0\"]"), "[\"a" + odd + odd + "\"]");
  for (const auto* fine :
       {R"(["\\u0000","\u00e4\n\"","\ud83d\udc09"])", R"(["Ärger 🐉"])", R"(["\)", R"(["\u00)"})
    EXPECT_EQ(body(fine), fine);
}

TEST(answer, keeps_last_modified_as_it_came) {
  EXPECT_EQ(
      of(200, "{}", {{"last-modified", "Sat, 7 Mar 2020 09:41:14 GMT"}}).last_modified,
      "Sat, 7 Mar 2020 09:41:14 GMT");
  EXPECT_EQ(of(200).last_modified, "");
}

TEST(answer, reads_how_long_it_may_be_kept) {
  const auto max_age = [](std::string value) {
    return of(200, "{}", {{"cache-control", std::move(value)}}).max_age;
  };
  EXPECT_EQ(max_age("public, max-age=10800"), 10'800s);
  EXPECT_EQ(max_age("MAX-AGE=60"), 60s);
  EXPECT_EQ(max_age("max-age=0"), 0s);
  EXPECT_EQ(max_age("max-age=99999999999999999"), 168h);
  for (const auto* none :
       {"", "no-cache", "s-maxage=5", "max-age", "max-age=", "max-age=-1", "max-age=5x", ",,,"})
    EXPECT_EQ(max_age(none), std::nullopt) << none;
}

TEST(answer, reads_a_retry_after_in_seconds) {
  const auto retry_after = [](std::string value) {
    return of(429, "", {{"retry-after", std::move(value)}}).retry_after;
  };
  EXPECT_EQ(retry_after("3"), 3s);
  EXPECT_EQ(retry_after(" 3600 "), 3'600s);
  EXPECT_EQ(retry_after("0"), 0s);
  EXPECT_EQ(retry_after("99999999999999999"), 168h);
  EXPECT_EQ(retry_after(std::string(1'000, '9')), 168h) << "more than any number holds";
  for (const auto* none :
       {"", "soon", "-5", "+5", "1.5", "1e9", "5,", "0x10", "Sat, 37 Mar 2020 09:41:14 GMT"})
    EXPECT_EQ(retry_after(none), std::nullopt) << none;
  EXPECT_EQ(of(429, "").retry_after, std::nullopt);
}

TEST(answer, reads_a_retry_after_that_is_a_date_by_its_senders_clock) {
  const auto retry_after = [](std::string value, std::string date) {
    return of(429, "", {{"retry-after", std::move(value)}, {"date", std::move(date)}})
        .retry_after;
  };
  // Whatever our own clock says.
  EXPECT_EQ(retry_after("Sat, 07 Mar 2020 09:41:14 GMT", "Sat, 07 Mar 2020 09:40:44 GMT"), 30s);
  EXPECT_EQ(retry_after("Sun, 8 Mar 2020 00:00:01 GMT", "Sat, 7 Mar 2020 23:59:59 GMT"), 2s);
  EXPECT_EQ(retry_after("Sat, 07 Mar 2020 09:40:00 GMT", "Sat, 07 Mar 2020 09:40:44 GMT"), 0s)
      << "that is over";
  EXPECT_EQ(
      retry_after("Thu, 01 Jan 2099 00:00:00 GMT", "Sat, 07 Mar 2020 09:40:44 GMT"), 168h);
  EXPECT_EQ(
      retry_after("Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 07 Mar 2020 09:40:44 GMT"), 168h);
  EXPECT_EQ(retry_after("Mon, 01 Jan 0001 00:00:00 GMT", "Sat, 07 Mar 2020 09:40:44 GMT"), 0s);
}

std::string http_date(time_point when) {
  const auto seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

TEST(answer, takes_its_own_clock_for_a_date_where_the_senders_is_absurd) {
  const auto got = of(429, "",
                      {{"retry-after", http_date(wall_now() + 1h)},
                       {"date", "Thu, 01 Jan 1970 00:00:00 GMT"}})
                       .retry_after;
  ASSERT_TRUE(got);
  EXPECT_LE(*got, 1h);
  EXPECT_GT(*got, 0s);
}

TEST(answer, keeps_no_last_modified_that_lies_ahead) {
  const auto now = wall_now();
  const auto kept = [](time_point modified, const std::string& date) {
    return !of(200, "{}", {{"last-modified", http_date(modified)}, {"date", date}})
                .last_modified.empty();
  };
  EXPECT_TRUE(kept(now - 1h, http_date(now)));
  EXPECT_FALSE(kept(now + 1h, http_date(now)));
  EXPECT_TRUE(kept(now + 1h, http_date(now + 2h))) << "their clock";
  EXPECT_FALSE(kept(now - 1h, http_date(now - 2h))) << "their clock";
  for (const auto* absurd : {"", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
    EXPECT_TRUE(kept(now - 1h, absurd)) << absurd;
    EXPECT_FALSE(kept(now + 1h, absurd)) << absurd;
  }
  EXPECT_FALSE(kept(now + 24h * 300, http_date(now + 24h * 301))) << "both are wrong";
}

TEST(answer, takes_its_own_clock_for_a_date_without_the_senders) {
  const auto past = of(429, "", {{"retry-after", "Sat, 07 Mar 2020 09:41:14 GMT"}});
  EXPECT_EQ(past.retry_after, 0s);
  const auto future = of(429, "", {{"retry-after", "Thu, 01 Jan 2099 00:00:00 GMT"}});
  EXPECT_EQ(future.retry_after, 168h);
}

TEST(answer, whose_headers_are_no_text_has_a_detail_that_can_be_stored) {
  const auto got =
      of(503, "", {{"x-trace-traceid", "\xff\xfe\x1b[2J\u202e\u0085"}, {"date", "\xff"}});
  EXPECT_EQ(got.detail, "status 503, trace \uFFFD\uFFFD\uFFFD[2J\uFFFD\uFFFD");
  const auto long_one = of(503, "", {{"x-trace-traceid", std::string(30'000, '\xff')}});
  EXPECT_LE(text::length(long_one.detail), 200u);
  EXPECT_EQ(of(200, "{}", {{"battlenet-schema-revision", "\xff\xfe"}}).schema_revision, "");
  EXPECT_EQ(of(200, "{}", {{"last-modified", std::string(129, '1')}}).last_modified, "");
}

TEST(answer, is_text_also_behind_a_backslash) {
  EXPECT_EQ(of(200, "{\"a\":\"\\\xff\xfe\"}").body, "{\"a\":\"\\\uFFFD\uFFFD\"}");
  EXPECT_EQ(of(200, "\xff\\").body, "\uFFFD\\");
  EXPECT_EQ(of(200, "\xff\\\\\\\"\\u0041").body, "\uFFFD\\\\\\\"\\u0041");
}

TEST(answer, to_what_was_never_sent_says_nothing_about_the_host) {
  const auto got = unsendable("a path of a megabyte");
  EXPECT_TRUE(got.unsent);
  EXPECT_EQ(got.outcome, outcome::malformed);
  EXPECT_EQ(got.status, 0u);
  EXPECT_EQ(got.detail, "not sent: a path of a megabyte");
}

TEST(answer, names_status_and_trace_for_the_log) {
  EXPECT_EQ(of(404, "{}", {{"x-trace-traceid", "abc123"}}).detail, "status 404, trace abc123");
  EXPECT_EQ(of(204, "").detail, "status 204 without a body");
  EXPECT_EQ(of(200, "{}", {{"battlenet-schema-revision", "18"}}).schema_revision, "18");
}

TEST(answer, that_never_came_is_transient) {
  const auto none = no_response("connect: refused");
  EXPECT_EQ(none.outcome, outcome::transient);
  EXPECT_EQ(none.status, 0u);
  EXPECT_EQ(none.detail, "connect: refused");
}

TEST(answer, that_cannot_be_used_is_malformed) {
  const auto unusable =
      unusable_response({200, {{"x-trace-traceid", "t"}}, "zzz"}, "too large");
  EXPECT_EQ(unusable.outcome, outcome::malformed);
  EXPECT_EQ(unusable.status, 200u);
  EXPECT_EQ(unusable.body, "");
  EXPECT_EQ(unusable.detail, "status 200, too large, trace t");
}

TEST(outcome, has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(outcome::malformed); ++i)
    names.insert(to_string(static_cast<outcome>(i)));
  EXPECT_EQ(names.size(), 8u);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(answer, headers_that_cannot_be_kept_are_none) {
  using namespace std::string_literals;
  raw_response odd{.status = 200, .headers = {}, .body = "{}"};
  odd.headers["last-modified"] = "Tue\xff";
  odd.headers["battlenet-schema-revision"] = std::string(5'000, 'x');
  odd.headers["x-trace-traceid"] = "t\0\n\xff"s + std::string(5'000, 'x');
  const auto got = classify(std::move(odd));
  EXPECT_EQ(got.last_modified, "");
  EXPECT_EQ(got.schema_revision, "");
  EXPECT_LE(got.detail.size(), 300u);
  EXPECT_TRUE(text::is_utf8(got.detail));
  EXPECT_EQ(got.detail.find('\n'), std::string::npos);
  EXPECT_EQ(got.detail.find('\0'), std::string::npos);
}

} // namespace
} // namespace guildhall::battlenet
