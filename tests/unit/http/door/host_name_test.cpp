#include "http/door/host_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::http {
namespace {

TEST(host_name, is_a_name_or_an_address_and_perhaps_a_port) {
  for (const auto* host :
       {"", "h", "guild.example", "guild.example.", "guild.example:8080",
        "guild.example:", "a_b-c.d~e", "192.0.2.1", "192.0.2.1:80", "[::1]", "[::1]:80",
        "[2001:db8::1]", "[::ffff:192.0.2.1]:1", "localhost:0"})
    EXPECT_TRUE(is_host(host)) << host;
  for (const auto* junk :
       {"a b",
        "a/b",
        "a@b",
        "a,b",
        "a?b",
        "a#b",
        "a\\b",
        "<a>",
        "a%20b",
        "\"a\"",
        "http://a",
        "a:b",
        "a:-1",
        "a:65536",
        "a:80:80",
        ":80",
        ":",
        "::1",
        "[::1",
        "::1]",
        "[::1]x",
        "[]",
        "[a]",
        "[192.0.2.1]",
        "[fe80::1%eth0]",
        "[::1]:x",
        "\xc3\xa9",
        "a\tb",
        "*"})
    EXPECT_FALSE(is_host(junk)) << junk;
  EXPECT_TRUE(is_host(std::string(253, 'a')));
  EXPECT_FALSE(is_host(std::string(254, 'a')));
}

TEST(host_name, a_private_one_is_none_that_a_stranger_can_have) {
  for (const auto* own :
       {"127.0.0.1", "127.0.0.1:8081", "10.0.0.7", "[::1]", "[::1]:8081", "localhost",
        "LocalHost:8081", "guildhall", "guildhall:8081", "guildhall.localhost", "nas.local",
        "nas.LOCAL.", "guildhall.prod.svc", "guildhall.prod.svc.cluster.local:8081",
        "a.internal", "a.home.arpa", "a.lan", ""})
    EXPECT_TRUE(is_private_host(own)) << own;
  for (const auto* foreign :
       {"evil.example", "evil.example:8081", "evil.example.", "127.0.0.1.evil.example",
        "localhost.evil.example", "127.0.0.1.nip.io", "evil.xlocal", "local.evil", "0x7f.1"})
    EXPECT_FALSE(is_private_host(foreign)) << foreign;
}

} // namespace
} // namespace guildhall::http
