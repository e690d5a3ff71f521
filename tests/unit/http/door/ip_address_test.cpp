#include "http/door/ip_address.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

std::string text_of(std::string_view with_port) {
  const auto got = ip_address::parse_with_port(with_port);
  return got ? got->text() : "";
}

TEST(ip_address, reads_and_writes_both_families) {
  EXPECT_EQ(ip_address::parse("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(ip_address::parse("2001:DB8::0:1")->text(), "2001:db8::1");
  EXPECT_EQ(ip_address::parse("fe80::1%eth0")->text(), "fe80::1");
  for (const auto* none :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "::g",
        "1::2::3", "unknown", "_hidden"})
    EXPECT_FALSE(ip_address::parse(none)) << none;
  EXPECT_FALSE(ip_address::parse(std::string(5000, '1')));
  EXPECT_FALSE(ip_address::parse(std::string_view{"1.2.3.4\0x", 9}));
}

TEST(ip_address, an_ipv4_address_is_the_same_however_it_is_mapped) {
  EXPECT_EQ(ip_address::parse("::ffff:192.0.2.1"), ip_address::parse("192.0.2.1"));
  EXPECT_EQ(ip_address::parse("::ffff:c000:201"), ip_address::parse("192.0.2.1"));
  EXPECT_EQ(
      ip_address::of(boost::asio::ip::make_address("192.0.2.1")),
      ip_address::of(boost::asio::ip::make_address("::ffff:192.0.2.1")));
  EXPECT_TRUE(ip_address::parse("::ffff:192.0.2.1")->is_v4());
  EXPECT_FALSE(ip_address::parse("::1")->is_v4());
}

TEST(ip_address, a_port_brackets_and_quotes_are_taken_off) {
  EXPECT_EQ(text_of("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(text_of("1.2.3.4:5"), "1.2.3.4");
  EXPECT_EQ(text_of("\"1.2.3.4:65535\""), "1.2.3.4");
  EXPECT_EQ(text_of("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(text_of("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(text_of("[::1]:5"), "::1");
  EXPECT_EQ(text_of("\"[::1]:5\""), "::1");
  EXPECT_EQ(text_of("\"::1\""), "::1");
  EXPECT_EQ(text_of("[::ffff:192.0.2.1]:80"), "192.0.2.1");
  for (const auto* none :
       {"", "\"", "\"\"", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:70000", "1.2.3.4:5:6", "[::1", "[]",
        "[::1]5", "[::1]:x", ":5", "unknown", "\"1.2.3.4"})
    EXPECT_EQ(text_of(none), "") << none;
}

TEST(ip_address, a_household_is_one_ipv4_address_or_a_64_of_ipv6) {
  const auto household = [](const char* text) {
    return ip_address::parse(text)->household().text();
  };
  EXPECT_EQ(household("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(household("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(household("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
}

TEST(ip_network, contains_what_shares_its_first_bits) {
  const auto has = [](const char* network, const char* one) {
    return ip_network::parse(network)->contains(*ip_address::parse(one));
  };
  EXPECT_TRUE(has("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(has("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(has("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(has("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(has("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(has("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(has("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(has("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(has("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(has("fd00::/8", "fdff::1"));
  EXPECT_FALSE(has("fd00::/8", "fe00::1"));
  EXPECT_TRUE(has("::1/128", "::1"));
  EXPECT_TRUE(has("::/0", "192.0.2.1"));
  for (const auto* none : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "a/8"})
    EXPECT_FALSE(ip_network::parse(none)) << none;
}

} // namespace
} // namespace guildhall::http
