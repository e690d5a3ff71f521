#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

class limits_test : public server_test {
protected:
  static server_options small() {
    server_options how;
    how.max_header_bytes = 1024;
    how.max_body_bytes = 1000;
    return how;
  }

  /// What the server says to `bytes`, after which it must close.
  int refused(const std::string& bytes) {
    client peer{port};
    peer.send(bytes);
    const auto got = peer.receive();
    if (!got)
      return 0;
    EXPECT_EQ(got->header("Connection"), "close");
    EXPECT_NE(got->body.find(R"("success":false)"), std::string::npos);
    EXPECT_TRUE(peer.is_closed_within(5s));
    return got->status;
  }
};

TEST_F(limits_test, what_is_too_large_is_named) {
  start(small());
  EXPECT_EQ(refused("GET /" + std::string(4000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(refused(request_text("/hello", "X: " + std::string(4000, 'a') + "\r\n")), 431);
  EXPECT_EQ(refused(request_text("/echo", "Content-Length: 1001\r\n", "POST")), 413);
  EXPECT_EQ(
      refused(
          request_text("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "1000\r\n"
          + std::string(4096, 'a')),
      413);
}

TEST_F(limits_test, what_just_fits_is_taken) {
  start(small());
  client peer{port};
  const std::string body(1000, 'b');
  ASSERT_TRUE(peer.send(request_text("/echo", "Content-Length: 1000\r\n", "POST") + body));
  EXPECT_EQ(peer.receive()->body, body);
}

TEST_F(limits_test, an_endless_chunk_header_ends) {
  start(small());
  EXPECT_EQ(
      refused(
          request_text("/echo", "Transfer-Encoding: chunked\r\n", "POST") + "1;"
          + std::string(100'000, 'x')),
      431);
}

TEST_F(limits_test, a_body_that_is_still_being_sent_does_not_eat_the_refusal) {
  start(small());
  client peer{port};
  peer.send(request_text("/echo", "Content-Length: 500000\r\n", "POST"));
  peer.send(std::string(500'000, 'a'));
  const auto got = peer.receive();
  ASSERT_TRUE(got) << "the connection was reset before the answer could be read";
  EXPECT_EQ(got->status, 413);
}

TEST_F(limits_test, requests_beyond_the_limit_in_flight_are_refused_and_it_recovers) {
  listener_options with;
  with.max_in_flight = 2;
  start({}, std::move(with));
  client one{port}, two{port}, three{port};
  one.send(request_text("/wait"));
  two.send(request_text("/wait"));
  ASSERT_TRUE(eventually([&] { return running->in_flight() == 2; }));
  const auto refused = three.ask("/hello");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("Retry-After"), "1");
  for (auto& slot : slots.take())
    slot.send(text(200, "1"));
  EXPECT_EQ(one.receive()->status, 200);
  EXPECT_EQ(two.receive()->status, 200);
  ASSERT_TRUE(eventually([&] { return running->in_flight() == 0; }));
  EXPECT_EQ(three.ask("/hello")->status, 200);
}

} // namespace
} // namespace guildhall::http::test
