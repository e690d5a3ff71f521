#include "battlenet/base_url.hpp"

#include <gtest/gtest.h>

namespace guildhall::battlenet {
namespace {

TEST(base_url, takes_the_schemes_own_port) {
  const auto url = parse_base_url("https://eu.api.blizzard.com");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "eu.api.blizzard.com");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->host_header, "eu.api.blizzard.com");
  EXPECT_EQ(parse_base_url("http://localhost/")->port, "80");
  EXPECT_EQ(parse_base_url("https://a:443")->host_header, "a");
}

TEST(base_url, sends_another_port_in_the_host_field) {
  const auto url = parse_base_url("http://127.0.0.1:8090");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->port, "8090");
  EXPECT_EQ(url->host_header, "127.0.0.1:8090");
}

TEST(base_url, takes_ipv6) {
  const auto url = parse_base_url("http://[::1]:8090");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->host_header, "[::1]:8090");
}

TEST(base_url, refuses_everything_else) {
  for (const auto* text :
       {"", "eu.api.blizzard.com", "//host", "ftp://host", "http://", "http:///path",
        "http://host/path", "http://host?x=1", "http://host#f", "http://user:password@host",
        "http://host:0", "http://host:99999", "http://ho st", "http://host:80:90"}) {
    const auto url = parse_base_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ec::bad_config);
  }
}

} // namespace
} // namespace guildhall::battlenet
