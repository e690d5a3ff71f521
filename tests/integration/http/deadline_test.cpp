#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

class deadline_test : public server_test {};

TEST_F(deadline_test, an_answer_from_another_thread_arrives) {
  start();
  client peer{port};
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ(peer.ask("/later")->body, "\"later\"");
}

TEST_F(deadline_test, a_handler_goes_on_on_the_thread_of_its_connection) {
  start();
  client peer{port};
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(peer.send(request_text("/wait")));
    ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
    auto slot = std::make_shared<reply_slot>(std::move(slots.take().front()));
    const auto target = slot->target();
    std::move_only_function<void()> rest = [&threads, slot] {
      threads.push_back(std::this_thread::get_id());
      slot->send(text(200, "\"on\""));
    };
    EXPECT_TRUE(target->go_on(rest));
    EXPECT_EQ(peer.receive()->body, "\"on\"");
  }
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_EQ(threads[0], threads[1]);
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST_F(deadline_test, a_handler_whose_connection_is_gone_is_told_to_go_on_elsewhere) {
  start();
  {
    client peer{port};
    ASSERT_TRUE(peer.send(request_text("/wait")));
    ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  }
  running.reset();
  bool went_on = false;
  std::move_only_function<void()> rest = [&] { went_on = true; };
  EXPECT_FALSE(slots.take().front().target()->go_on(rest));
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(rest) << "it is still there to be run";
}

TEST_F(deadline_test, a_dropped_slot_is_503) {
  start();
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/wait")));
  ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  slots.take().clear();
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 503);
  EXPECT_EQ(got->header("Retry-After"), "1");
  EXPECT_EQ(peer.ask("/hello")->status, 200) << "the connection goes on";
}

TEST_F(deadline_test, a_handler_that_throws_hangs_nobody) {
  start();
  client peer{port};
  EXPECT_EQ(peer.ask("/throw")->status, 503);
  EXPECT_EQ(peer.ask("/hello")->status, 200);
}

TEST_F(deadline_test, past_the_deadline_it_is_504_and_the_late_answer_goes_nowhere) {
  server_options how;
  how.request_deadline = 100ms;
  start(std::move(how));
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/wait")));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 504);
  EXPECT_EQ(got->header("Retry-After"), "1");
  auto late = slots.take();
  ASSERT_EQ(late.size(), 1u);
  EXPECT_LE(late.front().expires(), std::chrono::steady_clock::now());
  // The next request waits for its own answer, which the late one must not become.
  ASSERT_TRUE(peer.send(request_text("/wait")));
  ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  late.front().send(text(200, "\"late\""));
  for (auto& slot : slots.take())
    slot.send(text(200, "\"own\""));
  EXPECT_EQ(peer.receive()->body, "\"own\"");
}

TEST_F(deadline_test, a_change_that_nobody_answers_for_may_have_been_made) {
  server_options how;
  how.request_deadline = 100ms;
  start(std::move(how));
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/wait", {}, "POST")));
  const auto got = peer.receive();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 503);
  EXPECT_NE(got->body.find("OUTCOME_UNKNOWN"), std::string::npos);
  EXPECT_EQ(got->header("Retry-After"), "");
}

TEST_F(deadline_test, a_slot_may_outlive_its_connection_and_the_server) {
  start();
  {
    client peer{port};
    ASSERT_TRUE(peer.send(request_text("/wait")));
    ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  }
  running.reset();
  for (auto& slot : slots.take())
    slot.send(text(200, "\"nobody reads this\""));
}

TEST_F(deadline_test, stop_does_not_wait_for_slots_that_are_out) {
  start();
  client peer{port};
  ASSERT_TRUE(peer.send(request_text("/wait")));
  ASSERT_TRUE(eventually([&] { return slots.size() == 1; }));
  running->stop();
  EXPECT_EQ(slots.size(), 1u) << "it would wait for this one for ever";
  EXPECT_EQ(running->connections(), 0u);
}

} // namespace
} // namespace guildhall::http::test
