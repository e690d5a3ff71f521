#include "fixture.hpp"

#include <string>
#include <string_view>

/// Bytes in, status lines and the connection's state out: what RFC 9110 and 9112 say where they
/// leave a choice to nobody, and what is chosen here where they do.
namespace guildhall::http::test {
namespace {

using namespace std::string_literals;

enum class then : std::uint8_t {
  open,  ///< another request is answered
  closed ///< nothing more comes
};

struct row {
  std::string bytes;
  std::string statuses; ///< "200", "100 200"
  then connection{then::closed};
  std::string says{}; ///< somewhere in the last answer
  std::string says_not{};
};

/// A GET of `target` with further lines.
std::string get(std::string_view lines = {}, std::string_view target = "/hello") {
  return "GET "s + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{lines}
       + "\r\n";
}

/// A POST to /echo with further lines, and what follows the header.
std::string post(std::string_view lines, std::string_view rest = {}) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n"s + std::string{lines} + "\r\n"
       + std::string{rest};
}

std::string chunked(std::string_view chunks) {
  return post("Transfer-Encoding: chunked\r\n", chunks);
}

class raw_cases : public server_test {
protected:
  void SetUp() override {
    server_options how;
    how.max_header_bytes = 4096;
    how.max_body_bytes = 1000;
    listener_options with;
    with.cors_origins.set({"https://guild.example"});
    for (const auto* path : {"/", "/target"})
      with.routes.add(method::get, path, [](const request& what, reply_slot slot) {
        slot.send(text(200, "<" + what.target + ">"));
      });
    with.routes.add(method::get, "/of/:name", [](const request& what, reply_slot slot) {
      slot.send(text(200, "<" + std::string{what.param("name")} + ">"));
    });
    start(std::move(how), std::move(with));
  }

  void check(const std::vector<row>& rows) {
    for (const auto& one : rows)
      check(one);
  }

private:
  void check(const row& one) {
    SCOPED_TRACE(one.bytes.substr(0, 300));
    client peer{port};
    peer.send(one.bytes);
    const auto has_body = !std::string_view{one.bytes}.starts_with("HEAD");
    std::string got;
    std::optional<answer> last;
    for (auto left = 1 + std::count(one.statuses.begin(), one.statuses.end(), ' '); left > 0;
         --left) {
      last = peer.receive(has_body);
      if (!got.empty())
        got += ' ';
      got += last ? std::to_string(last->status) : "none";
    }
    EXPECT_EQ(got, one.statuses);
    if (!last)
      return;
    const auto whole = last->head + "\r\n" + last->body;
    EXPECT_NE(whole.find(one.says), std::string::npos) << whole;
    if (!one.says_not.empty()) {
      EXPECT_EQ(whole.find(one.says_not), std::string::npos) << whole;
    }
    if (last->status != 100) {
      EXPECT_EQ(last->header("X-Content-Type-Options"), "nosniff");
    }
    if (one.connection == then::closed) {
      EXPECT_TRUE(peer.is_closed_within(5s));
    } else {
      const auto next = peer.ask("/hello");
      EXPECT_TRUE(next && next->status == 200 && next->body == "\"hello\"");
    }
  }
};

TEST_F(raw_cases, rfc_9112_2_message_parsing) {
  check({
      {get(), "200", then::open},
      {"\r\n" + get(), "200", then::open},
      {"\r\n\r\n\r\n\r\n" + get(), "200", then::open},
      {"\r\n\r\n\r\n\r\n\r\n" + get(), "400"},
      {get() + "\r\n" + get(), "200 200", then::open},
      {"\n" + get(), "400"},
      {"\r" + get(), "400"},
      {" " + get(), "400"},
      {"\t" + get(), "400"},
      {"\0"s + get(), "400"},
      {"GET /hello HTTP/1.1\nHost: h\n\n", "400"},
      {"GET /hello HTTP/1.1\nHost: h\r\n\r\n", "400"},
      {"GET /hello HTTP/1.1\rHost: h\r\n\r\n", "400"},
      {"GET /hello HTTP/1.1\r\r\nHost: h\r\n\r\n", "400"},
      {"GET /hello HTTP/1.1\r\nHost: h\n\r\n", "400"},
      {"GET /hello HTTP/1.1\r\nHost: h\r\n\n", "400"},
      {"GET /hello HTTP/1.1\r\nHost: h\r\n\r\r\n", "400"},
      {"GET /hello HTTP/1.1\r\n Host: h\r\n\r\n", "400"},
      {"GET /hello HTTP/1.1\r\n\r\nHost: h\r\n\r\n", "400"},
      {"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"s, "400"},
      {"\x80\x2e\x01\0\x02"s, "400"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "400"},
      {"HELO mail\r\n\r\n", "400"},
  });
}

TEST_F(raw_cases, rfc_9112_2_3_version) {
  const auto version = [](std::string_view text) {
    return "GET /hello "s + std::string{text} + "\r\nHost: h\r\n\r\n";
  };
  check({
      {version("HTTP/1.1"), "200", then::open},
      {version("HTTP/1.0"), "200", then::closed},
      {version("HTTP/2.0"), "400"},
      {version("HTTP/0.9"), "400"},
      {version("HTTP/1"), "400"},
      {version("HTTP/11"), "400"},
      {version("HTTP/1.11"), "400"},
      {version("HTTP/1.1 "), "400"},
      {version("http/1.1"), "400"},
      {version("HTTPS/1.1"), "400"},
      {version("HTTP/1,1"), "400"},
      {version("HTTP/+1.1"), "400"},
      {version(""), "400"},
      {"GET /hello\r\nHost: h\r\n\r\n", "400"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
  });
}

TEST_F(raw_cases, rfc_9112_3_request_line) {
  const auto line = [](std::string_view text) {
    return std::string{text} + "\r\nHost: h\r\n\r\n";
  };
  check({
      {line("GET  /hello HTTP/1.1"), "400"},
      {line("GET /hello  HTTP/1.1"), "400"},
      {line("GET\t/hello HTTP/1.1"), "400"},
      {line("GET /hello\tHTTP/1.1"), "400"},
      {line("GET /hel lo HTTP/1.1"), "400"},
      {line("GET /hello HTTP/1.1 x"), "400"},
      {line("GET HTTP/1.1"), "400"},
      {line(" HTTP/1.1"), "400"},
      {line("/hello HTTP/1.1"), "400"},
      {line("G@T /hello HTTP/1.1"), "400"},
      {line("GET: /hello HTTP/1.1"), "400"},
      {line("G\xc3\x89T /hello HTTP/1.1"), "400"},
      {line("GET /hel\x01lo HTTP/1.1"), "400"},
      {line("GET /hel\x7flo HTTP/1.1"), "400"},
      {line("GET /hel\0lo HTTP/1.1"s), "400"},
      {line("get /hello HTTP/1.1"), "404", then::open},
      {line("BREW /hello HTTP/1.1"), "404", then::open},
      {line("M-SEARCH /hello HTTP/1.1"), "404", then::open},
      {line("PATCH /hello HTTP/1.1"), "404", then::open, "Allow: GET, HEAD\r\n"},
      {line("GET /echo HTTP/1.1"), "404", then::open, "Allow: POST\r\n"},
      {line("TRACE /hello HTTP/1.1"), "404", then::open},
      {line("GET /" + std::string(5000, 'a') + " HTTP/1.1"), "414"},
      {line(std::string(5000, 'A') + " /hello HTTP/1.1"), "414"},
      {"GET /" + std::string(5000, 'a'), "414"},
      {line("GET /" + std::string(4000, 'a') + " HTTP/1.1"), "404", then::open},
  });
}

TEST_F(raw_cases, rfc_9112_3_2_request_target) {
  const auto ask = [](std::string_view target, std::string_view host = "h") {
    return "GET "s + std::string{target} + " HTTP/1.1\r\nHost: " + std::string{host}
         + "\r\n\r\n";
  };
  check({
      {ask("/target"), "200", then::open, "</target>"},
      {ask("/target/"), "200", then::open, "</target/>"},
      {ask("/target?"), "200", then::open, "</target?>"},
      {ask("/target?a=b&c=/hello"), "200", then::open, "</target?a=b&c=/hello>"},
      {ask("/target?a?b"), "200", then::open},
      {ask("/target?{|}^`\"<>"), "200", then::open},
      {ask("/target#x"), "400"},
      {ask("/target?a#x"), "400"},
      {ask("#"), "400"},
      {ask("/of/a%2Fb"), "200", then::open, "<a/b>"},
      {ask("/of/%zz"), "400", then::open},
      {ask("/of/%00"), "400", then::open},
      {ask("/of/%ff"), "400", then::open},
      {ask("/of/\xd0\xa2"), "200", then::open, "<\xd0\xa2>"},
      {ask("/of/\xff"), "400", then::open},
      {ask("/../hello"), "404", then::open},
      {ask("//hello"), "404", then::open},
      {ask("/hello/../../etc/passwd"), "404", then::open},
      {ask("http://h/target"), "200", then::open, "</target>"},
      {ask("http://h/target?a=b"), "200", then::open, "</target?a=b>"},
      {ask("HTTP://H/target"), "200", then::open, "</target>"},
      {ask("https://h:443/target"), "200", then::open, "</target>"},
      {ask("http://h"), "200", then::open, "</>"},
      {ask("http://h/"), "200", then::open, "</>"},
      {ask("http://h?x=/hello"), "200", then::open, "</?x=/hello>"},
      {ask("http://h?"), "200", then::open, "</?>"},
      {ask("http://[::1]:80/target"), "200", then::open, "</target>"},
      {ask("http://other/target", "h"), "200", then::open, "</target>"},
      {ask("http://h/target", "a b"), "400"},
      {ask("http:///target"), "400"},
      {ask("http://"), "400"},
      {ask("http://?x"), "400"},
      {ask("http://user@h/target"), "400"},
      {ask("http://user:pass@h/target"), "400"},
      {ask("http://h:x/target"), "400"},
      {ask("http://h:99999/target"), "400"},
      {ask("http://a,b/target"), "400"},
      {ask("http:/h/target"), "400"},
      {ask("http:target"), "400"},
      {ask("ftp://h/target"), "400"},
      {ask("h/target"), "400"},
      {ask("h:80"), "400"},
      {ask("*"), "400"},
      {ask("*?x"), "400"},
      {ask("?x"), "400"},
      {"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "204", then::open},
      {"OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n", "204", then::open},
      {"POST * HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
  });
}

TEST_F(raw_cases, rfc_9112_3_2_host) {
  const auto host = [](std::string_view lines) {
    return "GET /hello HTTP/1.1\r\n"s + std::string{lines} + "\r\n";
  };
  check({
      {host(""), "400"},
      {host("Host: h\r\n"), "200", then::open},
      {host("host:h\r\n"), "200", then::open},
      {host("HOST: \t h \t\r\n"), "200", then::open},
      {host("Host:\r\n"), "200", then::open},
      {host("Host: h:8080\r\n"), "200", then::open},
      {host("Host: 192.0.2.1\r\n"), "200", then::open},
      {host("Host: [::1]:80\r\n"), "200", then::open},
      {host("Host: h\r\nHost: h\r\n"), "400"},
      {host("Host: h\r\nHost: other\r\n"), "400"},
      {host("Host: h\r\nX: y\r\nhOST: h\r\n"), "400"},
      {host("Host: a b\r\n"), "400"},
      {host("Host: a/b\r\n"), "400"},
      {host("Host: a@b\r\n"), "400"},
      {host("Host: a,b\r\n"), "400"},
      {host("Host: <script>\r\n"), "400"},
      {host("Host: http://h\r\n"), "400"},
      {host("Host: h:port\r\n"), "400"},
      {host("Host: h:80:80\r\n"), "400"},
      {host("Host: ::1\r\n"), "400"},
      {host("Host: [::1\r\n"), "400"},
      {host("Host: \xc3\xa9\r\n"), "400"},
      {host("Host: " + std::string(300, 'a') + "\r\n"), "400"},
      {"GET /hello HTTP/1.0\r\n\r\n", "200"},
      {"GET /hello HTTP/1.0\r\nHost: a b\r\n\r\n", "400"},
      {"GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
  });
}

TEST_F(raw_cases, rfc_9112_5_fields) {
  check({
      {get("X: y\r\n"), "200", then::open},
      {get("X:\r\n"), "200", then::open},
      {get("X:y\r\n"), "200", then::open},
      {get("X: a\tb\r\n"), "200", then::open},
      {get("X: \xff\xfe\r\n"), "200", then::open},
      {get("X : y\r\n"), "400"},
      {get("X\t: y\r\n"), "400"},
      {get("Transfer-Encoding : chunked\r\n"), "400"},
      {get("X\r\n"), "400"},
      {get(": y\r\n"), "400"},
      {get(":\r\n"), "400"},
      {get("X(a): y\r\n"), "400"},
      {get("X\xc3\xa9: y\r\n"), "400"},
      {get("X Y: y\r\n"), "400"},
      {get("X: y\r\n z\r\n"), "400"},
      {get("X: y\r\n\tz\r\n"), "400"},
      {get("X: y\r\n \r\n"), "400"},
      {get("X:\r\n y\r\n"), "400"},
      {get("X: a\0b\r\n"s), "400"},
      {get("X: a\rb\r\n"), "400"},
      {get("X: a\nb\r\n"), "400"},
      {get("X: a\r\r\n"), "400"},
      {get("X: a\x1b[2Jb\r\n"), "400"},
      {get("X: a\x7f\r\n"), "400"},
      {get("X\0: y\r\n"s), "400"},
      {get("X: " + std::string(5000, 'a') + "\r\n"), "431"},
      {"GET /hello HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'a'), "431"},
      {get(std::string(5000, 'a') + ": x\r\n"), "431"},
      {get("Authorization: a\r\nAuthorization: b\r\n"), "400"},
      {get("Authorization: a\r\nauthorization: a\r\n"), "400"},
      {get("Origin: https://guild.example\r\nOrigin: https://evil.example\r\n"), "400"},
      {get("Content-Type: a/b\r\nContent-Type: a/c\r\n"), "400"},
      {get("X: a\r\nX: b\r\n"), "200", then::open},
  });
  std::string many;
  for (int i = 0; i < 99; ++i)
    many += "a: b\r\n";
  check({{get(many), "200", then::open}, {get(many + "a: b\r\n"), "431"}});
}

TEST_F(raw_cases, rfc_9112_6_message_body) {
  check({
      {post("Content-Length: 2\r\n", "hi"), "200", then::open, "\r\nhi"},
      {post("Content-Length: 0\r\n"), "200", then::open},
      {post("Content-Length: 002\r\n", "hi"), "200", then::open},
      {post(""), "200", then::open},
      {get("Content-Length: 2\r\n") + "hi", "200", then::open},
      {post("Content-Length: 2\r\nContent-Length: 2\r\n", "hi"), "400"},
      {post("Content-Length: 2\r\nContent-Length: 3\r\n", "hi"), "400"},
      {post("Content-Length: 2, 2\r\n", "hi"), "400"},
      {post("Content-Length: 2,3\r\n", "hi"), "400"},
      {post("Content-Length: \r\n", "hi"), "400"},
      {post("Content-Length: +2\r\n", "hi"), "400"},
      {post("Content-Length: -2\r\n", "hi"), "400"},
      {post("Content-Length: 0x2\r\n", "hi"), "400"},
      {post("Content-Length: 2.0\r\n", "hi"), "400"},
      {post("Content-Length: 2 \r\n", "hi"), "200", then::open},
      {post("Content-Length: 2 2\r\n", "hi"), "400"},
      {post("Content-Length: two\r\n", "hi"), "400"},
      {post("Content-Length: 18446744073709551616\r\n"), "400"},
      {post("Content-Length: 99999999999999999999999\r\n"), "400"},
      {post("Content-Length: 18446744073709551615\r\n"), "413"},
      {post("Content-Length: 1001\r\n"), "413"},
      {post("Content-Length: 1000\r\n", std::string(1000, 'b')), "200", then::open},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: identity\r\n"), "400"},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       "400"},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
       "400"},
      {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), "400"},
      {post("Transfer-Encoding:\r\n", "0\r\n\r\n"), "400"},
      {post(
           "Transfer-Encoding: \x0b"
           "chunked\r\n",
           "0\r\n\r\n"),
       "400"},
      {post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"), "200", then::open},
      {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {"POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "200", then::closed, "\r\nhi"},
  });
}

TEST_F(raw_cases, rfc_9112_7_chunks) {
  check({
      {chunked("0\r\n\r\n"), "200", then::open},
      {chunked("2\r\nhi\r\n0\r\n\r\n"), "200", then::open, "\r\nhi"},
      {chunked("2\r\nhi\r\nA\r\n0123456789\r\n0\r\n\r\n"), "200", then::open, "hi0123456789"},
      {chunked("a\r\n0123456789\r\n000\r\n\r\n"), "200", then::open},
      {chunked("2;a=b;c\r\nhi\r\n0;d\r\n\r\n"), "200", then::open, "\r\nhi"},
      {chunked("2\r\nhi\r\n0\r\nX: y\r\n\r\n"), "200", then::open},
      {chunked("2\r\nhi\r\n0\r\nAuthorization: x\r\n\r\n"), "200", then::open},
      {chunked("2\r\nhi\r\n0\r\nContent-Length: 5\r\n\r\n"), "400"},
      {chunked("2\r\nhi0\r\n\r\n"), "400"},
      {chunked("2\r\nhi!\r\n0\r\n\r\n"), "400"},
      {chunked("2\nhi\n0\n\n\r\n"), "400"},
      {chunked("x\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("0x2\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("+2\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("-2\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked(" 2\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("2 3\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("10000000000000002\r\nhi\r\n0\r\n\r\n"), "400"},
      {chunked("ffffffffffffffff\r\nhi"), "413"},
      {chunked("3e9\r\n"), "413"},
      {chunked("3e8\r\n" + std::string(1000, 'b') + "\r\n0\r\n\r\n"), "200", then::open},
      {chunked("3e8\r\n" + std::string(1000, 'b') + "\r\n1\r\nc\r\n0\r\n\r\n"), "413"},
      {chunked("2;" + std::string(30'000, 'x')), "431"},
      {chunked("0\r\nX: " + std::string(30'000, 'x')), "431"},
  });
}

TEST_F(raw_cases, rfc_9112_9_connections) {
  const std::string old = "GET /hello HTTP/1.0\r\n";
  check({
      {get("Connection: close\r\n"), "200", then::closed, "Connection: close\r\n"},
      {get("Connection: CLOSE\r\n"), "200", then::closed},
      {get("Connection: keep-alive\r\n"), "200", then::open, "", "Connection:"},
      {get("Connection: keep-alive, close\r\n"), "200", then::closed},
      {get("Connection: x\r\nConnection: close\r\n"), "200", then::closed},
      {get("Connection: upgrade\r\nUpgrade: h2c\r\n"), "200", then::open},
      {old + "\r\n", "200", then::closed, "Connection: close\r\n"},
      {old + "Connection: keep-alive\r\n\r\n", "200", then::open, "Connection: keep-alive\r\n"},
      {old + "Connection: close\r\n\r\n", "200", then::closed},
      {get() + get() + get(), "200 200 200", then::open},
      {get() + get("Connection: close\r\n") + get(), "200 200", then::closed},
      {get() + "junk\r\n\r\n" + get(), "200 400", then::closed},
      {post("Content-Length: 2\r\n", "hi") + get(), "200 200", then::open},
      {chunked("2\r\nhi\r\n0\r\n\r\n") + get(), "200 200", then::open},
      {get({}, "/nowhere"), "404", then::open},
      {get({}, "/throw"), "503", then::open, "Retry-After: 1\r\n"},
  });
}

TEST_F(raw_cases, rfc_9110_9_methods) {
  check({
      {"HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n", "200", then::open, "Content-Length: 7\r\n",
       "hello"},
      {"HEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", "404", then::open, "", "NOT_FOUND"},
      {"HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n", "404", then::open, "Allow: POST\r\n"},
      {"HEAD /throw HTTP/1.1\r\nHost: h\r\n\r\n", "503", then::open},
      {"OPTIONS /hello HTTP/1.1\r\nHost: h\r\n\r\n", "204", then::open, "Allow: GET, HEAD\r\n",
       "Content-Length"},
      {"OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n", "204", then::open, "Allow: POST\r\n"},
      {"OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", "204", then::open, "", "Allow:"},
      {"OPTIONS /hello HTTP/1.1\r\nHost: h\r\nOrigin: https://guild.example\r\n"
       "Access-Control-Request-Method: PUT\r\n\r\n",
       "204", then::open, "Access-Control-Allow-Origin: https://guild.example\r\n"},
      {"OPTIONS /hello HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example\r\n"
       "Access-Control-Request-Method: PUT\r\n\r\n",
       "204", then::open, "", "Access-Control"},
      {"DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n", "404", then::open, "Allow: GET, HEAD\r\n"},
  });
}

TEST_F(raw_cases, rfc_9110_10_1_1_expect) {
  const std::string old =
      "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  check({
      {post("Expect: 100-continue\r\nContent-Length: 2\r\n", "hi"), "200", then::open},
      {post("Expect: 100-Continue\r\nContent-Length: 0\r\n"), "200", then::open},
      {get("Expect: 100-continue\r\n"), "200", then::open},
      {post("Expect: 100-continue\r\nContent-Length: 1001\r\n"), "413"},
      {post("Expect: 200-ok\r\nContent-Length: 2\r\n", "hi"), "400"},
      {post("Expect: 100-continue, x\r\nContent-Length: 2\r\n", "hi"), "400"},
      {post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n", "hi"),
       "400"},
      {old + "hi", "200", then::closed, "\r\nhi"},
  });
  client late{port};
  late.send(post("Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(late.receive()->status, 100);
  late.send("hi");
  EXPECT_EQ(late.receive()->status, 200);
  client of_1_0{port};
  of_1_0.send(old);
  std::thread later{[&] {
    std::this_thread::sleep_for(50ms); // time in which a 100 would come
    of_1_0.send("hi");
  }};
  EXPECT_EQ(of_1_0.receive()->status, 200) << "it would take a 100 for the answer";
  later.join();
}

TEST_F(raw_cases, rfc_9110_12_5_3_accept_encoding) {
  const auto big_for = [](std::string_view lines) { return get(lines, "/big"); };
  const std::string packed = "Content-Encoding: gzip\r\n";
  const std::string brotli = "Content-Encoding: br\r\n";
  const std::string any = "Content-Encoding";
  check({
      {big_for(""), "200", then::open, "", any},
      {big_for("Accept-Encoding:\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: gzip\r\n"), "200", then::open, packed},
      {big_for("Accept-Encoding: gzip;q=0\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: gzip ; q=0\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: gzip\t;\tq=0.000\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: gzip ;Q=0.5\r\n"), "200", then::open, packed},
      {big_for("Accept-Encoding: gzip, br;q=0\r\n"), "200", then::open, packed},
      {big_for("Accept-Encoding: *\r\n"), "200", then::open, brotli},
      {big_for("Accept-Encoding: *;q=0\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: br;q=0, *\r\n"), "200", then::open, packed},
      {big_for("Accept-Encoding: identity;q=0\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: identity;q=0, gzip;q=0.1\r\n"), "200", then::open, packed},
      {big_for("Accept-Encoding: identity, gzip;q=0.5\r\n"), "200", then::open, "", any},
      {big_for("Accept-Encoding: gzip;q=0\r\nAccept-Encoding: br\r\n"), "200", then::open,
       brotli},
      {big_for("Accept-Encoding: deflate, zstd\r\n"), "200", then::open, "", any},
  });
}

TEST_F(raw_cases, rfc_9110_13_1_2_if_none_match) {
  const auto tag = make_answer(big, coding::identity)->etag;
  const auto ask = [](const std::string& value) {
    return get("If-None-Match: " + value + "\r\n", "/big");
  };
  check({
      {ask(tag), "304", then::open, "ETag: " + tag + "\r\n", "Content-Length"},
      {ask("W/" + tag), "304", then::open},
      {ask("*"), "304", then::open},
      {ask("\"a\", " + tag), "304", then::open},
      {ask("\"a\",W/" + tag + ",\"b\""), "304", then::open},
      {ask("\"a,b\" , " + tag), "304", then::open},
      {ask(" ,," + tag), "304", then::open},
      {ask("\"a\"\r\nIf-None-Match: " + tag), "304", then::open},
      {ask("\"a\""), "200", then::open, "ETag: " + tag + "\r\n"},
      {ask(""), "200", then::open},
      {ask(tag.substr(1, tag.size() - 2)), "200", then::open},
      {ask("w/" + tag), "200", then::open},
      {ask("\"a\", *"), "200", then::open},
      {"HEAD /big HTTP/1.1\r\nHost: h\r\nIf-None-Match: " + tag + "\r\n\r\n", "304",
       then::open},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\n", "200", then::open},
  });
}

} // namespace
} // namespace guildhall::http::test
