#include "http/door/header_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::http {
namespace {

using namespace std::string_view_literals;
using progress = header_scan::progress;

struct scanned {
  progress outcome;
  ec code;
};

/// At once, and byte by byte, which must say the same.
scanned scan(std::string_view bytes, std::size_t limit = 4096) {
  header_scan at_once{limit};
  const scanned out{at_once.scan(bytes), at_once.code()};
  header_scan slowly{limit};
  auto outcome = progress::need_more;
  for (std::size_t size = 1; size <= bytes.size() && outcome == progress::need_more; ++size)
    outcome = slowly.scan(bytes.substr(0, size));
  EXPECT_EQ(outcome, out.outcome) << bytes;
  EXPECT_EQ(slowly.code(), out.code) << bytes;
  return out;
}

TEST(header_scan, ends_at_the_empty_line) {
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nHost: h\r\n\r\n").outcome, progress::complete);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nHost: h\r\n\r\n\0\1\2"sv).outcome, progress::complete)
      << "a body is none of its business";
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nHost: h\r\n").outcome, progress::need_more);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nHost: h\r\n\r").outcome, progress::need_more);
}

TEST(header_scan, refuses_what_two_readers_could_read_in_two_ways) {
  for (const auto bytes :
       {"GET / HTTP/1.1\nHost: h\r\n\r\n"sv,
        "GET / HTTP/1.1\rHost: h\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nHost: h\r\n\rX"sv,
        "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"sv,
        "GET / HTTP/1.1\r\n X: a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX : a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX\t: a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\n: a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX(y): a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX\xc3: a\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a\x7f\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a\x1b[2J\r\n\r\n"sv,
        "GET /\0 HTTP/1.1\r\n\r\n"sv,
        "GET /\t HTTP/1.1\r\n\r\n"sv,
        "GET /#x HTTP/1.1\r\n\r\n"sv,
        "\rGET / HTTP/1.1"sv,
        "\x16\x03\x01 hello"sv}) {
    const auto got = scan(bytes);
    EXPECT_EQ(got.outcome, progress::broken) << bytes;
    EXPECT_EQ(got.code, ec::bad_request) << bytes;
  }
}

TEST(header_scan, takes_what_the_grammar_has) {
  for (const auto bytes :
       {"GET / HTTP/1.1\r\nX:\r\n\r\n"sv, "GET / HTTP/1.1\r\nX: \t a \t\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a\tb\r\n\r\n"sv, "GET / HTTP/1.1\r\nX: \xc3\xa9\xff\r\n\r\n"sv,
        "GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: a\r\n\r\n"sv, "GET / HTTP/1.1\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nX: a:b,c;d=\"e\"\r\n\r\n"sv})
    EXPECT_EQ(scan(bytes).outcome, progress::complete) << bytes;
}

TEST(header_scan, only_a_request_line_is_too_long_by_itself) {
  const std::string line = "GET /" + std::string(80, 'a') + " HTTP/1.1\r\n";
  const auto fits = line + "\r\n";
  EXPECT_EQ(scan(fits, fits.size()).outcome, progress::complete);
  EXPECT_EQ(scan(fits, fits.size() - 1).code, ec::header_too_large);
  EXPECT_EQ(scan(line, line.size()).code, ec::header_too_large);
  EXPECT_EQ(scan(line, line.size() - 1).code, ec::uri_too_long);
  EXPECT_EQ(
      scan(line + "X: " + std::string(20'000, 'a'), 16 * 1024).code, ec::header_too_large);
  EXPECT_EQ(scan("GET /" + std::string(20'000, 'a'), 16 * 1024).code, ec::uri_too_long);
}

TEST(header_scan, nobody_sends_so_many_lines) {
  std::string bytes = "GET / HTTP/1.1\r\n";
  for (unsigned i = 0; i < header_scan::max_fields; ++i)
    bytes += "a:\r\n";
  EXPECT_EQ(scan(bytes + "\r\n").outcome, progress::complete);
  EXPECT_EQ(scan(bytes + "a:\r\n\r\n").code, ec::header_too_large);
}

} // namespace
} // namespace guildhall::http
