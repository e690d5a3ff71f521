#include "http/door/client_address.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

using lines = std::vector<std::string_view>;

class client_address_test : public ::testing::Test {
protected:
  /// Who asks, by the proxy at 10.0.0.1, which sends these lines.
  std::string by_proxy(const lines& forwarded) const {
    return from("10.0.0.1", forwarded);
  }

  std::string from(std::string_view peer, const lines& forwarded) const {
    request what;
    what.peer = *ip_address::parse(peer);
    what.add_header("Host", "h");
    for (const auto line : forwarded)
      what.add_header("x-forwarded-for", line);
    return client_address(what, trust).text();
  }

  proxy_trust trust{
      .header = "X-Forwarded-For",
      .proxies = {*ip_network::parse("10.0.0.0/8"), *ip_network::parse("::1/128")},
      .hops = 1};
};

TEST_F(client_address_test, the_last_element_of_all_lines_counts) {
  EXPECT_EQ(by_proxy({"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"198.51.100.7, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"198.51.100.7", "192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"198.51.100.7, 198.51.100.8", "192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"192.0.2.1", ""}), "192.0.2.1") << "an empty line names nobody";
  EXPECT_EQ(by_proxy({"192.0.2.1, , "}), "192.0.2.1");
}

TEST_F(client_address_test, of_several_trusted_hops_the_outermost_has_named_the_client) {
  trust.hops = 2;
  EXPECT_EQ(by_proxy({"203.0.113.5, 192.0.2.1, 10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"203.0.113.5", "192.0.2.1", "10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"203.0.113.5, 192.0.2.1", "10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(by_proxy({"192.0.2.1"}), "192.0.2.1") << "it did not come through all of them";
  trust.hops = 16;
  EXPECT_EQ(by_proxy({"203.0.113.5, 192.0.2.1"}), "203.0.113.5");
}

TEST_F(client_address_test, only_trusted_proxies_speak_for_others) {
  EXPECT_EQ(from("203.0.113.9", {"192.0.2.1"}), "203.0.113.9");
  EXPECT_EQ(from("::1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(from("::ffff:10.0.0.7", {"192.0.2.1"}), "192.0.2.1");
  trust.header.clear();
  EXPECT_EQ(by_proxy({"192.0.2.1"}), "10.0.0.1") << "no header, no proxies";
  EXPECT_FALSE(trust.covers(*ip_address::parse("10.0.0.1")));
}

TEST_F(client_address_test, ports_are_no_part_of_an_address) {
  EXPECT_EQ(by_proxy({"1.2.3.4:5"}), "1.2.3.4");
  EXPECT_EQ(by_proxy({"[::1]:5"}), "::1");
  EXPECT_EQ(by_proxy({"2001:db8::7"}), "2001:db8::7");
  EXPECT_EQ(by_proxy({"\"[2001:db8::7]:443\""}), "2001:db8::7");
  EXPECT_EQ(by_proxy({"::ffff:192.0.2.1"}), "192.0.2.1");
}

TEST_F(client_address_test, what_is_no_address_is_the_peer) {
  EXPECT_EQ(by_proxy({}), "10.0.0.1");
  EXPECT_EQ(by_proxy({""}), "10.0.0.1");
  EXPECT_EQ(by_proxy({" , ,, "}), "10.0.0.1");
  EXPECT_EQ(by_proxy({"unknown"}), "10.0.0.1");
  EXPECT_EQ(by_proxy({"192.0.2.1, unknown"}), "10.0.0.1");
  EXPECT_EQ(by_proxy({std::string(10'000, 'a')}), "10.0.0.1");
}

TEST(proxy_trust, follows_the_configuration) {
  config cfg;
  EXPECT_FALSE(trust_from(cfg).covers(*ip_address::parse("127.0.0.1")));
  cfg.auth.address_header = "X-Real-IP";
  cfg.http.trusted_hops = 3;
  const auto trust = trust_from(cfg);
  EXPECT_TRUE(trust.covers(*ip_address::parse("127.0.0.1")));
  EXPECT_TRUE(trust.covers(*ip_address::parse("::1")));
  EXPECT_FALSE(trust.covers(*ip_address::parse("10.0.0.1")));
  EXPECT_EQ(trust.hops, 3u);
}

} // namespace
} // namespace guildhall::http
