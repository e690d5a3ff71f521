#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

using clients = std::vector<std::unique_ptr<client>>;

constexpr std::size_t mega = 1u << 20;
/// More than the system's buffers of one connection take.
constexpr std::size_t large = 16 * mega;

/// Answers that their clients do not take.
class unsent_test : public server_test {
protected:
  void start_with(std::size_t budget, std::chrono::milliseconds write_timeout = 60s) {
    server_options how;
    how.max_unsent_bytes = budget;
    how.write_timeout = write_timeout;
    listener_options with;
    with.routes.add(method::get, "/own", [](const request&, reply_slot slot) {
      slot.send(text(200, std::string(large, 'o')));
    });
    const auto shared = std::make_shared<const std::string>(large, 's');
    with.routes.add(method::get, "/shared", [shared](const request&, reply_slot slot) {
      slot.send({200, "Content-Type: text/plain\r\n", shared});
    });
    with.routes.add(method::post, "/own", [](const request&, reply_slot slot) {
      slot.send(text(201, std::string(large, 'o')));
    });
    start(std::move(how), std::move(with));
  }

  std::unique_ptr<client> reads_nothing(std::string_view target) {
    auto peer = std::make_unique<client>(port);
    EXPECT_TRUE(peer->send(request_text(target)));
    return peer;
  }

  std::size_t unsent() const {
    const std::string name = "guildhall_http_unsent_bytes ";
    const auto all = measures.render();
    const auto at = all.find("\n" + name);
    return at == std::string::npos
             ? 0
             : static_cast<std::size_t>(std::stod(all.substr(at + 1 + name.size())));
  }
};

TEST_F(unsent_test, past_the_budget_large_answers_are_refused_and_small_ones_go_on) {
  start_with(large + large / 2);
  clients slow;
  slow.push_back(reads_nothing("/own"));
  slow.push_back(reads_nothing("/own"));
  ASSERT_TRUE(eventually([&] { return unsent() >= 2 * large; }));
  client peer{port};
  const auto refused = peer.ask("/own");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_NE(refused->header("Retry-After"), "");
  EXPECT_EQ(peer.ask("/hello")->status, 200);
  EXPECT_EQ(peer.ask("/own", {}, "HEAD")->status, 200) << "nothing of it is sent";
  EXPECT_NE(
      measures.render().find(R"(guildhall_http_answers_shed_total{listener="api"} 1)"),
      std::string::npos);
  slow.pop_back();
  ASSERT_TRUE(eventually([&] { return unsent() < 2 * large; }));
  EXPECT_EQ(peer.ask("/own")->status, 200);
}

TEST_F(unsent_test, what_many_readers_share_is_held_once) {
  start_with(2 * large);
  clients slow;
  for (int i = 0; i < 60; ++i)
    slow.push_back(reads_nothing("/shared"));
  ASSERT_TRUE(eventually([&] { return unsent() >= large; }));
  EXPECT_LT(unsent(), large + mega);
  client peer{port};
  EXPECT_EQ(peer.ask("/own")->status, 200) << "there is room for another";
}

TEST_F(unsent_test, of_a_change_the_client_learns_what_came_of_it) {
  start_with(1);
  auto slow = reads_nothing("/own");
  ASSERT_TRUE(eventually([&] { return unsent() >= large; }));
  client peer{port};
  EXPECT_EQ(peer.ask("/own", {}, "POST")->status, 201);
}

TEST_F(unsent_test, nothing_stays_counted_when_it_was_read_or_its_reader_has_gone) {
  start_with(64 * large);
  {
    clients slow;
    for (int i = 0; i < 5; ++i)
      slow.push_back(reads_nothing(i % 2 == 0 ? "/own" : "/shared"));
    ASSERT_TRUE(eventually([&] { return unsent() >= 4 * large; }));
    EXPECT_EQ(slow[0]->receive()->body.size(), large);
    EXPECT_EQ(slow[1]->receive()->body.size(), large);
  }
  EXPECT_TRUE(eventually([&] { return unsent() == 0; }));
}

TEST_F(unsent_test, whoever_drips_does_not_hold_it_for_ever) {
  start_with(64 * large, 300ms);
  auto slow = reads_nothing("/own");
  ASSERT_TRUE(eventually([&] { return running->connections() == 1; }));
  EXPECT_TRUE(eventually([&] {
    slow->drip();
    return running->connections() == 0;
  }));
  EXPECT_TRUE(eventually([&] { return unsent() == 0; }));
}

} // namespace
} // namespace guildhall::http::test
