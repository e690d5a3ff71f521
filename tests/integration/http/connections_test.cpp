#include "fixture.hpp"

#include <string>
#include <sys/resource.h>

namespace guildhall::http::test {
namespace {

using clients = std::vector<std::unique_ptr<client>>;

/// How many connections one address, and all of them, may have.
class connections_test : public server_test {
protected:
  /// One thread: what was answered first idles first.
  static server_options in_order() {
    server_options how;
    how.io_threads = 1;
    return how;
  }

  static listener_options limits(unsigned all, unsigned per_address) {
    listener_options with;
    with.max_connections = all;
    with.max_connections_per_address = per_address;
    return with;
  }

  /// A client that waits for an answer that does not come: it is at work.
  std::unique_ptr<client> at_work(const char* from = "127.0.0.1") {
    auto peer = std::make_unique<client>(port, from);
    const auto before = slots.size();
    peer->send(request_text("/wait"));
    EXPECT_TRUE(eventually([&] { return slots.size() == before + 1; }));
    return peer;
  }

  /// One that has had an answer and now idles.
  std::unique_ptr<client> idle(const char* from = "127.0.0.1") {
    auto peer = std::make_unique<client>(port, from);
    EXPECT_EQ(peer->ask("/hello")->status, 200);
    return peer;
  }

  static void expect_refused(client& peer) {
    const auto got = peer.receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 503);
    EXPECT_EQ(got->header("Retry-After"), "1");
    EXPECT_EQ(got->header("Connection"), "close");
    EXPECT_EQ(got->header("X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(peer.is_closed_within(5s));
  }

  bool has_metric(const std::string& line) const {
    return measures.render().find(line) != std::string::npos;
  }
};

TEST_F(connections_test, one_more_of_an_address_that_is_at_work_is_refused) {
  start({}, limits(100, 2));
  auto one = at_work();
  auto two = at_work();
  client three{port};
  expect_refused(three);
  client other{port, "127.0.0.2"};
  EXPECT_EQ(other.ask("/hello")->status, 200) << "another address has its own";
  EXPECT_TRUE(has_metric(
      R"(guildhall_http_connections_refused_total{limit="address",listener="api"} 1)"));
}

TEST_F(connections_test, the_oldest_idle_one_of_the_address_makes_room) {
  start(in_order(), limits(100, 2));
  auto stranger = idle("127.0.0.2");
  auto one = idle();
  auto two = idle();
  EXPECT_EQ(one->ask("/hello")->status, 200) << "now the second idles longer";
  auto three = idle();
  EXPECT_TRUE(two->is_closed_within(5s));
  EXPECT_EQ(one->ask("/hello")->status, 200);
  EXPECT_EQ(three->ask("/hello")->status, 200);
  EXPECT_EQ(stranger->ask("/hello")->status, 200);
  EXPECT_TRUE(has_metric(R"(guildhall_http_connections_dismissed_total{listener="api"} 1)"));
}

TEST_F(connections_test, a_connection_that_never_spoke_idles) {
  start({}, limits(100, 1));
  client silent{port};
  ASSERT_TRUE(eventually([&] { return running->connections() == 1; }));
  // It may not have begun to wait for a request at the moment at which the next one comes.
  EXPECT_TRUE(eventually([&] {
    client next{port};
    const auto got = next.ask("/hello");
    return got && got->status == 200;
  }));
  EXPECT_TRUE(silent.is_closed_within(5s));
}

TEST_F(connections_test, a_request_that_has_begun_is_never_dismissed) {
  start({}, limits(100, 1));
  client slow{port};
  ASSERT_TRUE(slow.send(
      request_text("/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n", "POST")));
  ASSERT_EQ(slow.receive()->status, 100) << "its header has been read";
  client next{port};
  expect_refused(next);
  ASSERT_TRUE(slow.send("hi"));
  EXPECT_EQ(slow.receive()->body, "hi");
}

TEST_F(connections_test, when_all_are_taken_the_oldest_idle_of_all_makes_room) {
  start(in_order(), limits(3, 3));
  auto first = idle("127.0.0.2");
  auto second = idle("127.0.0.3");
  auto third = at_work("127.0.0.4");
  auto fourth = idle("127.0.0.5");
  EXPECT_TRUE(first->is_closed_within(5s));
  EXPECT_EQ(second->ask("/hello")->status, 200);
  EXPECT_EQ(fourth->ask("/hello")->status, 200);
}

TEST_F(connections_test, when_all_are_at_work_the_next_is_refused_and_it_recovers) {
  start({}, limits(2, 2));
  auto one = at_work("127.0.0.2");
  auto two = at_work("127.0.0.3");
  client three{port, "127.0.0.4"};
  expect_refused(three);
  EXPECT_TRUE(
      has_metric(R"(guildhall_http_connections_refused_total{limit="all",listener="api"} 1)"));
  for (auto& slot : slots.take())
    slot.send(text(200, "1"));
  EXPECT_EQ(one->receive()->status, 200);
  EXPECT_TRUE(eventually([&] { // those two idle as soon as their threads say so
    client next{port, "127.0.0.4"};
    const auto got = next.ask("/hello");
    return got && got->status == 200;
  }));
}

TEST_F(connections_test, a_trusted_proxy_may_have_all_of_them) {
  server_options how;
  how.trust = {.header = "X-Forwarded-For", .proxies = {*ip_network::parse("127.0.0.0/30")}};
  start(std::move(how), limits(100, 1));
  clients by_proxy;
  for (int i = 0; i < 5; ++i)
    by_proxy.push_back(at_work("127.0.0.2"));
  auto stranger = at_work("127.0.0.9");
  client next{port, "127.0.0.9"};
  expect_refused(next);
}

TEST_F(connections_test, without_a_header_nobody_is_a_proxy) {
  server_options how;
  how.trust = {.header = "", .proxies = {*ip_network::parse("127.0.0.0/8")}};
  start(std::move(how), limits(100, 1));
  auto one = at_work();
  client next{port};
  expect_refused(next);
}

TEST_F(connections_test, places_are_given_back_however_a_connection_ends) {
  server_options how;
  how.header_timeout = how.idle_timeout = 100ms;
  start(std::move(how), limits(8, 8));
  for (int round = 0; round < 20; ++round) {
    clients these;
    for (int i = 0; i < 8; ++i) {
      these.push_back(std::make_unique<client>(port));
      switch (i % 4) {
      case 0:
        these.back()->send("GET /hello HTTP/1.1\r\nHos"); // and goes in the middle
        break;
      case 1:
        these.back()->send("junk\r\n\r\n");
        break;
      case 2:
        these.back()->send(request_text("/hello", "Connection: close\r\n"));
        break;
      default:
        break; // never speaks
      }
    }
    these.clear();
    ASSERT_TRUE(eventually([&] { return running->connections() == 0; })) << round;
  }
  clients all;
  for (int i = 0; i < 8; ++i)
    all.push_back(at_work());
  client ninth{port};
  expect_refused(ninth);
}

/// What 2,000 connections (fewer where fewer files may be open) that idle or drip do to whoever
/// asks properly: nothing. Counted, not timed.
TEST_F(connections_test, that_idle_or_drip_hinder_nobody_however_many) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  // Each has a descriptor on either side.
  const auto some =
      static_cast<std::size_t>(std::min<rlim_t>(2'000, (files.rlim_max - 400) / 2));
  server_options how;
  how.header_timeout = 2s;
  how.idle_timeout = 60s;
  start(std::move(how), limits(4096, 256));
  std::string from;
  clients crowd;
  for (std::size_t i = 0; i < some; ++i) {
    from = "127.0.1." + std::to_string(i / 200 + 1);
    crowd.push_back(std::make_unique<client>(port, from.c_str()));
    ASSERT_TRUE(crowd.back()->is_open());
    if (i % 2 == 1)
      crowd.back()->send("G");
  }
  client peer{port};
  int answered = 0;
  for (int i = 0; i < 500; ++i) {
    const auto got = peer.ask(i % 2 == 0 ? "/hello" : "/later");
    answered += got && got->status == 200 ? 1 : 0;
    for (std::size_t one = 1; i % 100 == 0 && one < crowd.size(); one += 2)
      crowd[one]->send("E");
  }
  EXPECT_EQ(answered, 500);
  int ended = 0;
  for (std::size_t one = 1; one < crowd.size(); one += 2) {
    const auto got = crowd[one]->receive();
    ended += got && got->status == 408 ? 1 : 0;
  }
  EXPECT_EQ(ended, static_cast<int>(some / 2)) << "whoever drips is told so and ended in time";
  EXPECT_EQ(peer.ask("/hello")->status, 200);
}

} // namespace
} // namespace guildhall::http::test
