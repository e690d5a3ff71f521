#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

/// One limit is short, the others are long: which one ends the connection is not left to
/// chance.
class timeout_test : public server_test {
protected:
  static server_options patient() {
    server_options how;
    how.header_timeout = how.body_timeout = how.write_timeout = how.idle_timeout =
        how.request_deadline = 60s;
    return how;
  }
};

TEST_F(timeout_test, a_header_that_does_not_end_is_408) {
  auto how = patient();
  how.header_timeout = 100ms;
  start(std::move(how));
  client peer{port};
  ASSERT_TRUE(peer.send("GET /hello HTTP/1.1\r\nHos"));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 408);
  EXPECT_TRUE(peer.is_closed_within(5s));
}

TEST_F(timeout_test, a_dripping_header_does_not_gain_time) {
  auto how = patient();
  how.header_timeout = 200ms;
  start(std::move(how));
  client peer{port};
  // So slow that it would take a hundred times as long as it may.
  const auto header = "GET /hello HTTP/1.1\r\nX: " + std::string(2000, 'x');
  std::size_t sent = 0;
  while (sent < header.size() && peer.send({&header[sent], 1}) && running->connections() > 0) {
    ++sent;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LT(sent, header.size());
}

TEST_F(timeout_test, a_body_that_does_not_end_is_408) {
  auto how = patient();
  how.body_timeout = 100ms;
  start(std::move(how));
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/echo", "Content-Length: 10\r\n", "POST") + "12345"));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 408);
  EXPECT_TRUE(peer.is_closed_within(5s));
}

TEST_F(timeout_test, an_idle_connection_is_closed_without_a_word) {
  auto how = patient();
  how.idle_timeout = 100ms;
  start(std::move(how));
  client peer{port};
  EXPECT_EQ(peer.ask("/hello")->status, 200);
  EXPECT_TRUE(peer.is_closed_within(5s));
}

TEST_F(timeout_test, a_connection_that_never_speaks_is_closed_without_a_word) {
  auto how = patient();
  how.header_timeout = 100ms;
  start(std::move(how));
  client peer{port};
  EXPECT_TRUE(peer.is_closed_within(5s));
}

TEST_F(timeout_test, a_client_that_does_not_read_is_closed) {
  auto how = patient();
  how.write_timeout = 200ms;
  big.assign(64u << 20, 'z');
  start(std::move(how));
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/big")));
  ASSERT_TRUE(eventually([&] { return running->connections() == 1; }));
  EXPECT_TRUE(eventually([&] { return running->connections() == 0; }));
}

} // namespace
} // namespace guildhall::http::test
