#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

class listener_test : public server_test {};

listener_options second_listener(std::string name) {
  listener_options with;
  with.name = std::move(name);
  with.routes.add(method::get, "/live", [](const request&, reply_slot slot) {
    slot.send(json_response(200, "\"live\""));
  });
  return with;
}

TEST_F(listener_test, each_listener_has_its_own_routes) {
  server_options how;
  how.listeners.push_back(second_listener("admin"));
  start(std::move(how));
  const auto admin_port = running->port("admin");
  ASSERT_NE(admin_port, 0);
  ASSERT_NE(admin_port, port);
  client api{port}, admin{admin_port};
  EXPECT_EQ(api.ask("/hello")->status, 200);
  EXPECT_EQ(api.ask("/live")->status, 404);
  EXPECT_EQ(admin.ask("/live")->status, 200);
  EXPECT_EQ(admin.ask("/hello")->status, 404);
}

TEST_F(listener_test, a_second_instance_on_the_same_address_is_refused) {
  start();
  server_options how;
  auto& with = how.listeners.emplace_back();
  with.name = "api";
  with.port = port;
  metrics other;
  const auto second = server::start(std::move(how), other);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ec::bad_config);
  EXPECT_NE(second.error().message.find("already taken"), std::string::npos)
      << second.error().message;
  client peer{port};
  EXPECT_EQ(peer.ask("/hello")->status, 200);
}

TEST_F(listener_test, the_address_is_free_again_after_a_stop_with_open_connections) {
  start();
  client peer{port};
  EXPECT_EQ(peer.ask("/hello")->status, 200);
  running.reset();
  server_options how;
  auto& with = how.listeners.emplace_back();
  with.name = "api";
  with.port = port;
  metrics other;
  EXPECT_TRUE(server::start(std::move(how), other));
}

TEST_F(listener_test, an_address_that_is_none_is_a_clear_mistake) {
  server_options how;
  auto& with = how.listeners.emplace_back();
  with.name = "api";
  with.address = "localhost:80";
  const auto refused = server::start(std::move(how), measures);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::bad_config);
  EXPECT_NE(refused.error().message.find("localhost:80"), std::string::npos);
}

TEST_F(listener_test, requests_are_counted) {
  start();
  client peer{port};
  peer.ask("/hello");
  peer.ask("/nowhere");
  EXPECT_TRUE(eventually([&] {
    const auto text = measures.render();
    return text.find("guildhall_http_requests_total{listener=\"api\",status=\"2xx\"} 1")
            != std::string::npos
        && text.find("guildhall_http_requests_total{listener=\"api\",status=\"4xx\"} 1")
               != std::string::npos
        && text.find("guildhall_http_request_seconds_count{listener=\"api\"} 2")
               != std::string::npos;
  }));
}

} // namespace
} // namespace guildhall::http::test
