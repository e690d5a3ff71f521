#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::http {
namespace {

using namespace std::string_view_literals;
using progress = request_parser::progress;

struct parsed {
  progress outcome;
  ec code;
  request what;
  std::size_t used;
};

parsed
parse(std::string_view bytes, std::size_t max_header = 4096, std::size_t max_body = 100) {
  parsed out{};
  request_parser parser{out.what, max_header, max_body};
  out.outcome = parser.parse(bytes, out.used);
  out.code = parser.why().code;
  return out;
}

/// Whether it is refused as unreadable.
bool is_bad(std::string_view bytes) {
  const auto out = parse(bytes);
  return out.outcome == progress::broken && out.code == ec::bad_request;
}

TEST(request_parser, reads_line_headers_and_body) {
  const auto out =
      parse("POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nX-A: b \r\n\r\nhi");
  ASSERT_EQ(out.outcome, progress::complete);
  EXPECT_EQ(out.what.verb, method::post);
  EXPECT_EQ(out.what.target, "/a?b=c");
  EXPECT_EQ(out.what.header("x-a"), "b");
  EXPECT_EQ(out.what.body, "hi");
}

TEST(request_parser, stops_at_the_end_of_the_first_request) {
  const std::string one = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto out = parse(one + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(out.outcome, progress::complete);
  EXPECT_EQ(out.used, one.size());
  EXPECT_EQ(out.what.target, "/1");
}

TEST(request_parser, bytes_may_come_one_by_one) {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& [chunks, body] :
       {std::pair{"2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n", "hi!"}, std::pair{"0\r\n\r\n", ""},
        std::pair{"0;a=b\r\nX: y\r\n\r\n", ""}}) {
    request what;
    request_parser parser{what, 4096, 100};
    std::string pending;
    auto outcome = progress::need_more;
    for (const char c : head + chunks) {
      ASSERT_EQ(outcome, progress::need_more);
      pending += c;
      std::size_t used = 0;
      outcome = parser.parse(pending, used);
      pending.erase(0, used);
    }
    EXPECT_EQ(outcome, progress::complete);
    EXPECT_EQ(what.body, body);
  }
}

TEST(request_parser, takes_absolute_targets_apart) {
  const auto target = [](const std::string& sent) {
    return parse("GET " + sent + " HTTP/1.1\r\nHost: h\r\n\r\n").what.target;
  };
  EXPECT_EQ(target("http://h:80/a?b"), "/a?b");
  EXPECT_EQ(target("HTTPS://h"), "/");
  EXPECT_EQ(target("http://h?x=/api/healthcheck"), "/?x=/api/healthcheck");
  EXPECT_EQ(target("http://h?"), "/?");
  EXPECT_EQ(target("http://[::1]:80/a"), "/a");
  EXPECT_TRUE(is_bad("GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET http://a@b/a HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET http://?x HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET * HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(is_bad("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"));
}

TEST(request_parser, an_absolute_target_names_the_host_that_counts) {
  const auto host = [](const std::string& target) {
    return std::string{parse("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").what.host()};
  };
  EXPECT_EQ(host("/"), "h");
  EXPECT_EQ(host("http://other:1/"), "other:1");
}

TEST(request_parser, passes_over_a_few_empty_lines) {
  const std::string one = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(parse("\r\n" + one).what.target, "/1");
  EXPECT_EQ(parse("\r\n\r\n\r\n\r\n" + one).outcome, progress::complete);
  EXPECT_TRUE(is_bad("\r\n\r\n\r\n\r\n\r\n" + one));
  EXPECT_TRUE(is_bad("\n" + one));
  EXPECT_TRUE(is_bad("\rX"));
  request what;
  request_parser parser{what, 4096, 100};
  std::size_t used = 0;
  EXPECT_EQ(parser.parse("\r\n\r", used), progress::need_more);
  EXPECT_EQ(used, 2u);
  EXPECT_FALSE(parser.has_begun());
  EXPECT_EQ(parser.parse("\r\n" + one, used), progress::complete);
  EXPECT_EQ(used, 2u + one.size());
}

TEST(request_parser, what_is_no_list_stands_there_once) {
  for (const auto* header :
       {"Authorization: Bearer x", "Content-Type: a/b", "Origin: http://a",
        "Expect: 100-continue", "Host: h"}) {
    const std::string line = std::string{header} + "\r\n";
    const std::string start = "GET / HTTP/1.1\r\n";
    const std::string host = line.starts_with("Host") ? "" : "Host: h\r\n";
    EXPECT_FALSE(is_bad(start + host + line + "\r\n")) << header;
    EXPECT_TRUE(is_bad(start + host + line + line + "\r\n")) << header;
  }
}

TEST(request_parser, the_lines_of_a_list_are_one_list) {
  const auto out =
      parse("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip;q=0\r\n"
            "If-None-Match: \"a\"\r\nAccept-Encoding: br\r\nIf-None-Match: \"b\"\r\n"
            "Cookie: a=1\r\nCookie: b=2\r\n\r\n");
  EXPECT_EQ(out.what.header("Accept-Encoding"), "gzip;q=0, br");
  EXPECT_EQ(out.what.header("If-None-Match"), "\"a\", \"b\"");
  EXPECT_EQ(out.what.header("Cookie"), "a=1; b=2");
}

TEST(request_parser, http_1_0_knows_no_100) {
  request what;
  std::size_t used = 0;
  request_parser old{what, 4096, 100};
  old.parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", used);
  EXPECT_FALSE(old.expects_continue());
  request_parser current{what, 4096, 100};
  current.parse(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", used);
  EXPECT_TRUE(current.expects_continue());
}

TEST(request_parser, exactly_one_host_is_required) {
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").outcome, progress::complete);
}

TEST(request_parser, two_readers_never_disagree_about_the_length) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string end = "\r\n0\r\n\r\n";
  EXPECT_TRUE(is_bad(start + "Content-Length: 3\r\nContent-Length: 5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: 5\r\nContent-Length: 5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Transfer-Encoding: chunked, identity\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Transfer-Encoding: xchunked\r\n" + end));
  EXPECT_TRUE(
      is_bad(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Transfer-Encoding : chunked\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: 5, 5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length:\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: +5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: -1\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: 0x5\r\n" + end));
  EXPECT_TRUE(is_bad(start + "Content-Length: 99999999999999999999\r\n" + end));
  EXPECT_TRUE(is_bad("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + end));
}

TEST(request_parser, bare_line_feeds_end_nothing) {
  const auto out = parse("GET / HTTP/1.1\nHost: h\n\n");
  EXPECT_NE(out.outcome, progress::complete);
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"));
}

TEST(request_parser, a_trailer_changes_no_header) {
  const auto out = parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "0\r\nAuthorization: Bearer x\r\n\r\n");
  EXPECT_EQ(out.outcome, progress::complete);
  EXPECT_EQ(out.what.header("Authorization"), "");
}

TEST(request_parser, limits_are_told_apart) {
  const std::string host = "Host: h\r\n";
  const auto code = [](const std::string& bytes) { return parse(bytes, 200, 10).code; };
  EXPECT_EQ(code("GET /" + std::string(300, 'a')), ec::uri_too_long);
  EXPECT_EQ(
      code("GET / HTTP/1.1\r\nX: " + std::string(300, 'a') + "\r\n\r\n"), ec::header_too_large);
  EXPECT_EQ(
      code("GET / HTTP/1.1\r\n" + host + "X: " + std::string(3000, 'a')), ec::header_too_large);
  EXPECT_EQ(
      code("POST / HTTP/1.1\r\n" + host + "Content-Length: 11\r\n\r\n"), ec::payload_too_large);
  EXPECT_EQ(
      code(
          "POST / HTTP/1.1\r\n" + host
          + "Transfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n0\r\n\r\n"),
      ec::payload_too_large);
}

TEST(request_parser, garbage_is_refused) {
  EXPECT_TRUE(is_bad("\x16\x03\x01\x02 TLS hello\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET / HTTP/2.0\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\nHo st: h\r\n\r\n"));
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"sv));
  EXPECT_TRUE(is_bad("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n"));
}

TEST(request_parser, methods_that_nobody_knows_are_no_error_of_syntax) {
  const auto out = parse("BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(out.outcome, progress::complete);
  EXPECT_EQ(out.what.verb, method::other);
}

} // namespace
} // namespace guildhall::http
