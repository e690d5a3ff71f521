#include "battlenet_sim/hostile.hpp"

#include "tests/support/gzip.hpp"

namespace guildhall::sim {

namespace {

using namespace std::string_literals;
using test::gzip;

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

std::string head(const std::string& status, const std::string& fields) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "\r\n";
}

std::string with_length(
    const std::string& body, const std::string& fields = "",
    const std::string& status = "200 OK") {
  return head(status, fields + "Content-Length: " + std::to_string(body.size()) + "\r\n")
       + body;
}

std::string chunk(std::string_view body, std::string_view extension = "") {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (auto left = body.size(); left > 0; left /= digits.size())
    size.insert(size.begin(), digits[left % digits.size()]);
  return size.append(extension).append("\r\n").append(body).append("\r\n");
}

std::string chunked(const std::string& chunks_and_trailers) {
  return head("200 OK", "Transfer-Encoding: chunked\r\n") + chunks_and_trailers;
}

std::string packed(const std::string& bytes) {
  return with_length(bytes, "Content-Encoding: gzip\r\n");
}

/// A document with one more member at its beginning.
std::string with_member(const std::string& body, const std::string& member) {
  const auto brace = body.find('{');
  if (brace == std::string::npos)
    return "{" + member + "}";
  const auto next = body.find_first_not_of(" \t\r\n", brace + 1);
  const bool is_empty = next == std::string::npos || body[next] == '}';
  return "{" + member + (is_empty ? "" : ",") + body.substr(brace + 1);
}

/// Every name begins with `odd`.
std::string with_names(std::string body, std::string_view odd) {
  constexpr std::string_view name = "\"name\":\"";
  for (auto at = body.find(name); at != std::string::npos; at = body.find(name, at + 1))
    body.insert(at + name.size(), odd);
  return body;
}

using maker = std::string (*)(const std::string& body);
struct hostile_kind {
  std::string_view name;
  maker make;
};

const hostile_kind heads[]{
    {"header_bytes",
     [](const std::string& body) {
       return with_length(
           body, "x-trace-traceid: \xff\xfe\r\nLast-Modified: \xff\xfe\r\n"
                 "Battlenet-Schema-Revision: \xff\xfe\r\nCache-Control: max-age=\xff\r\n");
     }},
    {"header_with_an_escape",
     [](const std::string& body) {
       return with_length(body, "x-trace-traceid: \x1b[2J\0\r\n"s);
     }},
    {"header_bytes_of_an_error",
     [](const std::string&) {
       return with_length(
           "\xff\xfe", "x-trace-traceid: \xff\xfe\xc2\x9b\xe2\x80\xae\r\n", "503 \xff\xfe");
     }},
    {"long_header",
     [](const std::string& body) {
       return with_length(body, "x-trace-traceid: " + std::string(30'000, 'x') + "\r\n");
     }},
    {"cookies",
     [](const std::string& body) {
       return with_length(body, repeated("Set-Cookie: a=b\r\n", 1'500));
     }},
    {"cookies_over_the_limit",
     [](const std::string& body) {
       return with_length(body, repeated("Set-Cookie: a=b\r\n", 10'000));
     }},
    {"endless_headers",
     [](const std::string&) {
       return "HTTP/1.1 200 OK\r\n" + repeated("X-Y: z\r\n", 200'000);
     }},
    {"endless_header",
     [](const std::string&) { return "HTTP/1.1 200 OK\r\nX: " + std::string(2u << 20, 'x'); }},
    {"long_reason",
     [](const std::string& body) {
       return with_length(body, "", "200 " + std::string(20'000, '\xe9'));
     }},
    {"endless_reason",
     [](const std::string&) { return "HTTP/1.1 200 " + std::string(1u << 20, 'x'); }},
    {"no_status", [](const std::string& body) { return with_length(body, "", "000 OK"); }},
    {"odd_version", [](const std::string&) { return "HTTP/9.9 200 OK\r\n\r\n"s; }},
    {"interim",
     [](const std::string& body) {
       return head("103 Early Hints", "Link: </x>\r\n") + head("100 Continue", "")
            + with_length(body);
     }},
    {"interim_flood",
     [](const std::string& body) {
       return repeated(head("100 Continue", ""), 10'000) + with_length(body);
     }},
    {"upgrade",
     [](const std::string& body) {
       return head("101 Switching Protocols", "Upgrade: x\r\nConnection: upgrade\r\n") + body;
     }},
    {"redirect",
     [](const std::string&) {
       return with_length(
           "", "Location: http://127.0.0.1:1/" + std::string(20'000, '\xff') + "\r\n",
           "302 Found");
     }},
    {"retry_after_overflow",
     [](const std::string&) {
       return with_length(
           "", "Retry-After: 99999999999999999999999\r\n", "429 Too Many Requests");
     }},
    {"retry_after_date",
     [](const std::string&) {
       return with_length(
           "", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "429 Too Many Requests");
     }},
    {"retry_after_odd",
     [](const std::string&) {
       return with_length("", "Retry-After: -1.5e9\xff\r\n", "429 Too Many Requests");
     }},
};

const hostile_kind framings[]{
    {"length_too_long",
     [](const std::string& body) {
       return head("200 OK", "Content-Length: " + std::to_string(body.size() + 9) + "\r\n")
            + body;
     }},
    {"length_too_short",
     [](const std::string& body) {
       return head("200 OK", "Content-Length: " + std::to_string(body.size() / 2) + "\r\n")
            + body;
     }},
    {"length_huge",
     [](const std::string& body) {
       return head("200 OK", "Content-Length: 18446744073709551615\r\n") + body;
     }},
    {"length_overflow",
     [](const std::string& body) {
       return head("200 OK", "Content-Length: 99999999999999999999999\r\n") + body;
     }},
    {"length_negative",
     [](const std::string& body) { return head("200 OK", "Content-Length: -1\r\n") + body; }},
    {"two_lengths",
     [](const std::string& body) { return with_length(body, "Content-Length: 3\r\n"); }},
    {"length_and_chunks",
     [](const std::string& body) {
       return head("200 OK", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")
            + chunk(body) + "0\r\n\r\n";
     }},
    {"chunk_extensions",
     [](const std::string& body) {
       return chunked(chunk(body, ";a=" + std::string(1'000, 'x')) + "0\r\n\r\n");
     }},
    {"endless_chunk_extension",
     [](const std::string&) { return chunked("5;a=" + std::string(4u << 20, 'x')); }},
    {"chunk_size_overflow",
     [](const std::string& body) { return chunked("fffffffffffffffff\r\n" + body); }},
    {"chunk_size_huge",
     [](const std::string& body) { return chunked("ffffffffffffffff\r\n" + body); }},
    {"trailers",
     [](const std::string& body) {
       return chunked(
           chunk(body) + "0\r\nContent-Encoding: gzip\r\nRetry-After: 3600\r\n"
           + repeated("X-Y: z\r\n", 2'000) + "\r\n");
     }},
    {"endless_trailers",
     [](const std::string& body) {
       return chunked(chunk(body) + "0\r\n" + repeated("X-Y: z\r\n", 500'000));
     }},
    {"error_with_a_large_body",
     [](const std::string&) {
       return with_length(std::string(4u << 20, '<'), "", "404 Not Found");
     }},
    {"keep_alive_lie",
     [](const std::string& body) { return with_length(body, "Connection: keep-alive\r\n"); }},
    {"two_answers",
     [](const std::string& body) { return with_length(body) + with_length("{\"forged\":1}"); }},
};

const hostile_kind packings[]{
    {"gzip_of_many_values",
     [](const std::string&) { return packed(gzip("[" + repeated("0,", 8'000'000) + "0]")); }},
    {"gzip_of_zeros",
     [](const std::string&) { return packed(gzip(std::string(64u << 20, '0'))); }},
    {"gzip_of_gzip", [](const std::string& body) { return packed(gzip(gzip(body))); }},
    {"gzip_members",
     [](const std::string& body) {
       return packed(
           gzip(body.substr(0, body.size() / 2)) + gzip(body.substr(body.size() / 2)));
     }},
    {"gzip_bomb_of_members",
     [](const std::string&) { return packed(repeated(gzip(std::string(1u << 20, '0')), 64)); }},
    {"gzip_empty_members",
     [](const std::string& body) { return packed(repeated(gzip(""), 20'000) + gzip(body)); }},
    {"gzip_without_end",
     [](const std::string&) {
       return packed(gzip("").substr(0, 10) + repeated("\0\0\0\xff\xff"s, 200'000));
     }},
    {"gzip_with_garbage",
     [](const std::string& body) { return packed(gzip(body) + "garbage"); }},
    {"gzip_cut",
     [](const std::string& body) {
       const auto whole = gzip(body);
       return packed(whole.substr(0, whole.size() / 2));
     }},
    {"gzip_checksum",
     [](const std::string& body) {
       auto whole = gzip(body);
       whole[whole.size() - 5] ^= 1;
       return packed(whole);
     }},
    {"gzip_that_is_none", [](const std::string& body) { return packed(body); }},
    {"encoding_unknown",
     [](const std::string& body) {
       return with_length(body, "Content-Encoding: br, \xff\r\n");
     }},
};

const hostile_kind texts[]{
    {"nul_in_a_key",
     [](const std::string& body) { return with_length(with_member(body, R"("a\u0000b":1)")); }},
    {"raw_nul",
     [](const std::string& body) { return with_length(with_member(body, "\"a\0b\":1"s)); }},
    {"huge_key",
     [](const std::string& body) {
       return with_length(with_member(body, "\"" + std::string(1u << 20, 'k') + "\":{}"));
     }},
    {"odd_keys",
     [](const std::string& body) {
       return with_length(with_member(body, "\"\\u001b[2J\\u202e\\u2028\\ufdd0\":1e999"));
     }},
    {"long_names",
     [](const std::string& body) {
       return with_length(with_names(body, std::string(9'000, 'x')));
     }},
    {"odd_names",
     [](const std::string& body) {
       return with_length(
           with_names(body, "\\u001b[2J\\u009b\\u0085\\u202e\\u200b\\u2028\\n\\udb40\\udc41"));
     }},
    {"half_pairs",
     [](const std::string& body) { return with_length(with_names(body, "\\ud800x\\udfff")); }},
    {"bad_utf8",
     [](const std::string& body) { return with_length(with_names(body, "\xff\xfe\xc0\x80")); }},
    {"many_values",
     [](const std::string& body) {
       return with_length(with_member(body, "\"x\":[" + repeated("0,", 1'000'000) + "0]"));
     }},
    {"many_objects",
     [](const std::string& body) {
       return with_length(with_member(body, "\"x\":[" + repeated("{},", 1'000'000) + "{}]"));
     }},
    {"many_members",
     [](const std::string& body) {
       std::string members = R"("x":{"0":0)";
       for (int i = 1; i < 100'000; ++i)
         members += ",\"" + std::to_string(i) + "\":0";
       return with_length(with_member(body, members + "}"));
     }},
    {"deep",
     [](const std::string& body) {
       return with_length(
           with_member(body, "\"x\":" + repeated("[", 100'000) + repeated("]", 100'000)));
     }},
    {"long_token",
     [](const std::string&) {
       return with_length(
           R"({"access_token":")" + std::string(100'000, 'x')
           + R"(","token_type":"bearer","expires_in":3600})");
     }},
    {"token_of_two_lines",
     [](const std::string&) {
       return with_length(
           R"({"access_token":"a\r\nX-Forged: 1","token_type":"bearer","expires_in":3600})");
     }},
};

template <class F>
void for_each_kind(F&& visit) {
  for (const auto& kind : heads)
    visit(kind);
  for (const auto& kind : framings)
    visit(kind);
  for (const auto& kind : packings)
    visit(kind);
  for (const auto& kind : texts)
    visit(kind);
}

} // namespace

const std::vector<std::string_view>& hostile_names() {
  static const auto names = [] {
    std::vector<std::string_view> out;
    for_each_kind([&](const hostile_kind& kind) { out.push_back(kind.name); });
    return out;
  }();
  return names;
}

std::string hostile_answer(std::string_view name, const std::string& body) {
  maker make = nullptr;
  for_each_kind([&](const hostile_kind& kind) {
    if (kind.name == name)
      make = kind.make;
  });
  return make ? make(body) : std::string{};
}

} // namespace guildhall::sim
