#include "fixture.hpp"

#include <atomic>

namespace guildhall::http::test {
namespace {

class drain_test : public server_test {};

TEST_F(drain_test, what_is_accepted_is_answered_and_then_the_connection_ends) {
  start();
  client waiting{port};
  ASSERT_TRUE(waiting.send(request_text("/wait")));
  ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  running->begin_drain();
  EXPECT_TRUE(running->draining());
  EXPECT_FALSE(running->wait_drained(100ms)) << "one request still waits";
  for (auto& slot : slots.take())
    slot.send(text(200, "\"done\""));
  const auto got = waiting.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "\"done\"");
  EXPECT_EQ(got->header("Connection"), "close");
  EXPECT_TRUE(waiting.is_closed_within(5s));
  EXPECT_TRUE(running->wait_drained(5s));
}

TEST_F(drain_test, an_idle_connection_may_send_one_more_request) {
  start();
  client idle{port};
  EXPECT_EQ(idle.ask("/hello")->status, 200);
  running->begin_drain();
  const auto got = idle.ask("/hello");
  ASSERT_TRUE(got) << "its request crossed the end of the connection";
  EXPECT_EQ(got->header("Connection"), "close");
}

TEST_F(drain_test, idle_connections_do_not_hold_it_up) {
  start();
  client idle{port}, silent{port};
  EXPECT_EQ(idle.ask("/hello")->status, 200);
  EXPECT_TRUE(running->wait_drained(5s));
  EXPECT_TRUE(idle.is_closed_within(1s));
  EXPECT_TRUE(silent.is_closed_within(1s));
}

TEST_F(drain_test, connections_in_the_backlog_are_answered) {
  start();
  std::vector<std::unique_ptr<client>> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(std::make_unique<client>(port));
    waiting.back()->send(request_text("/later"));
  }
  running->begin_drain();
  for (auto& peer : waiting) {
    const auto got = peer->receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 200);
  }
  EXPECT_TRUE(running->wait_drained(5s));
  EXPECT_FALSE(client{port}.is_open()) << "nobody listens any more";
}

TEST_F(drain_test, a_listener_that_drains_last_answers_until_the_others_are_done) {
  listener_options admin;
  admin.name = "admin";
  admin.drains_last = true;
  admin.routes.add(method::get, "/live", [](const request&, reply_slot slot) {
    slot.send(json_response(200, "1"));
  });
  server_options how;
  how.listeners.push_back(std::move(admin));
  start(std::move(how));
  client waiting{port};
  ASSERT_TRUE(waiting.send(request_text("/wait")));
  ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  running->begin_drain();
  {
    client probe{running->port("admin")};
    EXPECT_EQ(probe.ask("/live")->status, 200);
    EXPECT_EQ(probe.ask("/live")->status, 200);
  }
  for (auto& slot : slots.take())
    slot.send(text(200, "1"));
  EXPECT_EQ(waiting.receive()->status, 200);
  EXPECT_TRUE(running->wait_drained(5s));
  EXPECT_FALSE(client{running->port("admin")}.is_open());
}

/// Clients that behave as HTTP says: after `Connection: close` they stop, and only a connection
/// that could not be made counts as the end of the service.
TEST_F(drain_test, under_load_no_accepted_request_is_lost) {
  start();
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> load;
  for (int i = 0; i < 16; ++i)
    load.emplace_back([&, i] {
      const auto target = i % 2 == 0 ? "/later" : "/big";
      client peer{port};
      while (peer.is_open()) {
        const auto got = peer.ask(target);
        if (!got || got->status != 200) {
          ++lost;
          return;
        }
        ++answered;
        if (got->header("Connection") == "close")
          return;
      }
    });
  ASSERT_TRUE(eventually([&] { return answered > 500; }));
  const auto drained = running->wait_drained(10s);
  for (auto& thread : load)
    thread.join();
  EXPECT_TRUE(drained);
  EXPECT_EQ(lost, 0);
}

} // namespace
} // namespace guildhall::http::test
