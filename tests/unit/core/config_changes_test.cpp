#include "core/config_changes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace guildhall {
namespace {

config::signing_key key(const std::string& id, char letter) {
  return {id, {std::string(32, letter)}};
}

config running() {
  config out;
  out.auth.keys = {key("a", 'a')};
  out.database.dsn.value = "postgresql://guildhall:sesame@db/guildhall";
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

TEST(config_changes, are_none_where_nothing_differs) {
  const auto seen = take_over(running(), running());
  EXPECT_TRUE(seen.taken.empty());
  EXPECT_TRUE(seen.needs_restart.empty());
  EXPECT_EQ(seen.told, std::vector<std::string>{"nothing has changed"});
}

TEST(config_changes, are_taken_over_where_that_can_be_and_named_where_not) {
  auto fresh = running();
  fresh.log.level = "debug";
  fresh.cors.origins = {"https://guild.example"};
  fresh.auth.admins = {"Boss#1"};
  fresh.budget.requests_per_second = 40;
  fresh.http.port = 9000;
  const auto seen = take_over(running(), fresh);
  EXPECT_EQ(seen.now.log.level, "debug");
  EXPECT_EQ(seen.now.cors.origins, fresh.cors.origins);
  EXPECT_EQ(seen.now.auth.admins, fresh.auth.admins);
  EXPECT_EQ(seen.now.budget.requests_per_second, 40);
  EXPECT_EQ(seen.now.http.port, running().http.port) << "it listens where it did";
  EXPECT_TRUE(has(seen.told, "log.level is \"debug\" now, was \"info\""));
  EXPECT_EQ(seen.needs_restart, std::vector<std::string>{"http.port"});
  EXPECT_TRUE(has(seen.told, "needs a restart: http.port"));
}

TEST(config_changes, of_secrets_are_seen_and_not_shown) {
  auto fresh = running();
  fresh.auth.keys = {key("a", 'b')};
  fresh.database.dsn.value = "postgresql://guildhall:open@db/guildhall";
  const auto seen = take_over(running(), fresh);
  EXPECT_EQ(seen.now.auth.keys.front().key.value, std::string(32, 'b'));
  EXPECT_TRUE(has(seen.told, "auth.keys has changed"));
  EXPECT_TRUE(has(seen.told, "needs a restart: database.dsn"));
  for (const auto& line : seen.told) {
    EXPECT_EQ(line.find("sesame"), std::string::npos) << line;
    EXPECT_EQ(line.find("bbbb"), std::string::npos) << line;
  }
}

TEST(config_changes, that_need_a_restart_are_named_as_long_as_they_differ) {
  auto fresh = running();
  fresh.http.port = 9000;
  const auto first = take_over(running(), fresh);
  EXPECT_EQ(take_over(first.now, fresh).needs_restart, std::vector<std::string>{"http.port"});
}

} // namespace
} // namespace guildhall
