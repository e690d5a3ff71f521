#include "fixture.hpp"

namespace guildhall::http::test {
namespace {

/// A listener without tokens must not be read by a stranger's page whose name was made to
/// point here.
class private_hosts_test : public server_test {
protected:
  int status(const std::string& bytes) {
    client peer{port};
    peer.send(bytes);
    const auto got = peer.receive(!bytes.starts_with("HEAD"));
    return got ? got->status : 0;
  }
};

TEST_F(private_hosts_test, only_own_names_and_addresses_are_answered) {
  listener_options with;
  with.private_hosts_only = true;
  start({}, std::move(with));
  for (const auto* host :
       {"127.0.0.1", "127.0.0.1:8081", "[::1]:8081", "localhost:8081", "guildhall:8081",
        "guildhall.prod.svc.cluster.local:8081"})
    EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n"), 200)
        << host;
  for (const auto* host : {"evil.example", "evil.example:8081", "127.0.0.1.evil.example"})
    for (const auto* verb : {"GET", "OPTIONS", "HEAD"})
      EXPECT_EQ(
          status(
              std::string{verb} + " /hello HTTP/1.1\r\nHost: " + host
              + "\r\nConnection: close\r\n\r\n"),
          403)
          << verb << ' ' << host;
  EXPECT_EQ(status("GET /hello HTTP/1.0\r\n\r\n"), 200) << "no browser leaves it out";
  EXPECT_EQ(status("GET http://evil.example/hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 403);
}

TEST_F(private_hosts_test, the_operators_listener_is_one_and_the_api_is_not) {
  const auto how = options_from(config{});
  EXPECT_FALSE(how.listeners[0].private_hosts_only);
  EXPECT_TRUE(how.listeners[1].private_hosts_only);
  EXPECT_TRUE(how.listeners[1].uses_spare_descriptors);
  EXPECT_FALSE(how.listeners[1].sheds_large_answers);
}

} // namespace
} // namespace guildhall::http::test
