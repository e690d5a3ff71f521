#include "fixture.hpp"
#include "tests/support/gunzip.hpp"

namespace guildhall::http::test {
namespace {

class protocol_test : public server_test {};

TEST_F(protocol_test, one_connection_serves_many_requests) {
  start();
  client peer{port};
  for (int i = 0; i < 100; ++i) {
    const auto got = peer.ask("/hello");
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "\"hello\"");
  }
  EXPECT_EQ(running->connections(), 1u);
}

TEST_F(protocol_test, pipelined_requests_are_answered_in_their_order) {
  start();
  client peer{port};
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    const auto body = std::to_string(i);
    bytes +=
        request_text("/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n", "POST")
        + body + request_text(i % 2 == 0 ? "/later" : "/hello");
  }
  ASSERT_TRUE(peer.send(bytes));
  for (int i = 0; i < 200; ++i) {
    const auto echoed = peer.receive();
    const auto second = peer.receive();
    ASSERT_TRUE(echoed && second) << i;
    EXPECT_EQ(echoed->body, std::to_string(i));
    EXPECT_EQ(second->body, i % 2 == 0 ? "\"later\"" : "\"hello\"");
  }
}

TEST_F(protocol_test, a_request_may_arrive_byte_by_byte) {
  start();
  client peer{port};
  for (const char c :
       request_text("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "2\r\nhi\r\n0\r\n\r\n")
    ASSERT_TRUE(peer.send({&c, 1}));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "hi");
}

TEST_F(protocol_test, head_answers_like_get_without_the_body) {
  start();
  client peer{port};
  const auto get = peer.ask("/big");
  const auto head = peer.ask("/big", {}, "HEAD");
  ASSERT_TRUE(get && head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->header("Content-Length"), std::to_string(big.size()));
  EXPECT_EQ(head->header("ETag"), get->header("ETag"));
  // The next answer begins right after the head: nothing of a body was sent.
  EXPECT_EQ(peer.ask("/hello")->body, "\"hello\"");
  EXPECT_EQ(peer.ask("/nowhere", {}, "HEAD")->status, 404);
  EXPECT_EQ(peer.ask("/hello")->body, "\"hello\"");
}

TEST_F(protocol_test, every_answer_carries_date_and_vary) {
  start();
  client peer{port};
  const auto got = peer.ask("/hello");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->header("Date").size(), std::string{"Sun, 06 Nov 1994 08:49:37 GMT"}.size());
  EXPECT_EQ(got->header("Vary"), "Origin, Accept-Encoding, Authorization");
}

TEST_F(protocol_test, a_sane_request_id_is_echoed_and_any_other_replaced) {
  start();
  client peer{port};
  EXPECT_EQ(peer.ask("/hello", "X-Request-Id: abc-1\r\n")->header("X-Request-Id"), "abc-1");
  const auto made = peer.ask("/hello", "X-Request-Id: a b\r\n")->header("X-Request-Id");
  EXPECT_EQ(made.size(), 16u);
  EXPECT_NE(peer.ask("/hello")->header("X-Request-Id"), made);
}

TEST_F(protocol_test, whoever_has_the_answer_gets_304) {
  start();
  client peer{port};
  const auto etag = peer.ask("/big")->header("ETag");
  const auto same = peer.ask("/big", "If-None-Match: " + etag + "\r\n");
  ASSERT_TRUE(same);
  EXPECT_EQ(same->status, 304);
  EXPECT_EQ(same->header("ETag"), etag);
  EXPECT_EQ(same->header("Content-Length"), "");
  EXPECT_EQ(peer.ask("/hello")->body, "\"hello\"");
}

TEST_F(protocol_test, gzip_is_sent_to_whoever_takes_it) {
  start();
  client peer{port};
  const auto packed = peer.ask("/big", "Accept-Encoding: gzip, deflate\r\n");
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->header("Content-Encoding"), "gzip");
  EXPECT_EQ(guildhall::test::gunzip(packed->body), big);
  const auto plain = peer.ask("/big");
  EXPECT_EQ(plain->body, big);
  EXPECT_NE(plain->header("ETag"), packed->header("ETag"));
}

TEST_F(protocol_test, unknown_routes_and_methods_name_the_url) {
  start();
  client peer{port};
  for (const auto& [verb, target] :
       {std::pair{"GET", "/no/where?x=1"}, std::pair{"DELETE", "/hello"},
        std::pair{"BREW", "/hello"}}) {
    const auto got = peer.ask(target, {}, verb);
    ASSERT_TRUE(got) << verb;
    EXPECT_EQ(got->status, 404);
    const std::string message =
        R"("message":"Resource not found - )" + std::string{target} + '"';
    EXPECT_NE(got->body.find(message), std::string::npos) << got->body;
    EXPECT_NE(got->body.find(R"("code":"NOT_FOUND")"), std::string::npos);
    EXPECT_NE(got->body.find(R"("resourceType":"endpoint")"), std::string::npos);
  }
  EXPECT_EQ(peer.ask("/hello", {}, "DELETE")->header("Allow"), "GET, HEAD");
}

TEST_F(protocol_test, an_undecodable_path_is_a_bad_request) {
  start();
  client peer{port};
  // Only a path with a parameter is decoded at all; the fixture has none, so this one is
  // unknown.
  EXPECT_EQ(peer.ask("/%zz")->status, 404);
}

TEST_F(protocol_test, preflights_and_answers_follow_the_list_of_origins) {
  listener_options with;
  with.cors_origins.set({"https://guild.example"});
  start({}, std::move(with));
  client peer{port};
  const auto preflight = peer.ask(
      "/hello",
      "Origin: https://guild.example\r\nAccess-Control-Request-Method: GET\r\n"
      "Access-Control-Request-Headers: authorization\r\n",
      "OPTIONS");
  ASSERT_TRUE(preflight);
  EXPECT_EQ(preflight->status, 204);
  EXPECT_EQ(preflight->header("Access-Control-Allow-Origin"), "https://guild.example");
  EXPECT_EQ(preflight->header("Access-Control-Allow-Headers"), "authorization");
  const auto own = peer.ask("/hello", "Origin: https://guild.example\r\n");
  EXPECT_EQ(own->header("Access-Control-Allow-Origin"), "https://guild.example");
  const auto foreign = peer.ask("/hello", "Origin: https://evil.example\r\n");
  EXPECT_EQ(foreign->status, 200);
  EXPECT_EQ(foreign->header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(foreign->header("Access-Control-Allow-Credentials"), "");
}

TEST_F(protocol_test, http_1_0_closes_unless_it_asks_to_stay) {
  start();
  client once{port};
  ASSERT_TRUE(once.send("GET /hello HTTP/1.0\r\n\r\n"));
  EXPECT_EQ(once.receive()->header("Connection"), "close");
  EXPECT_TRUE(once.is_closed_within(5s));
  client staying{port};
  ASSERT_TRUE(staying.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_EQ(staying.receive()->header("Connection"), "keep-alive");
  EXPECT_TRUE(staying.ask("/hello"));
}

TEST_F(protocol_test, a_client_that_waits_for_it_is_told_to_continue) {
  start();
  client peer{port};
  ASSERT_TRUE(peer.send(
      request_text("/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n", "POST")));
  const auto interim = peer.receive();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  ASSERT_TRUE(peer.send("hi"));
  EXPECT_EQ(peer.receive()->body, "hi");
}

TEST_F(protocol_test, a_request_is_never_smuggled_inside_another) {
  start();
  client peer{port};
  ASSERT_TRUE(peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: "
                        "35\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 400);
  EXPECT_EQ(got->header("Connection"), "close");
  EXPECT_TRUE(peer.is_closed_within(5s)) << "the rest is not read as a request";
}

TEST_F(protocol_test, garbage_is_a_bad_request_and_ends_the_connection) {
  start();
  client peer{port};
  ASSERT_TRUE(peer.send("\x16\x03\x01 hello\r\n\r\n"));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 400);
  EXPECT_NE(got->body.find(R"("success":false)"), std::string::npos);
  EXPECT_TRUE(peer.is_closed_within(5s));
}

TEST_F(protocol_test, a_large_answer_reaches_a_client_that_reads_late) {
  big.assign(20u << 20, 'y');
  start();
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/big")));
  ASSERT_TRUE(eventually([&] { return running->connections() == 1; }));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body.size(), big.size());
  EXPECT_EQ(peer.ask("/hello")->status, 200);
}

} // namespace
} // namespace guildhall::http::test
