#include "http/router.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::http {
namespace {

/// A router whose handlers only say who they are.
class router_under_test {
public:
  void add(method verb, std::string_view pattern) {
    routes_.add(verb, pattern, [this, pattern](const request&, reply_slot) { ran_ = pattern; });
  }

  /// The pattern that answers, "-" when nothing does, "%" when the path cannot be decoded.
  std::string find(method verb, std::string target) {
    asked_.clear();
    asked_.verb = verb;
    asked_.target = std::move(target);
    ran_.clear();
    const auto found = routes_.find(asked_);
    if (found.what == router::outcome::undecodable)
      return "%";
    if (found.what == router::outcome::unknown)
      return "-";
    (*found.run)(asked_, reply_slot{nullptr, 0, {}});
    return ran_;
  }

  std::string_view param(std::string_view name) const {
    return asked_.param(name);
  }
  std::string allowed(std::string_view path) const {
    return routes_.allowed(path);
  }

private:
  router routes_;
  request asked_;
  std::string ran_;
};

TEST(router, a_literal_wins_over_a_parameter_whatever_the_order_of_registration) {
  router_under_test routes;
  routes.add(method::get, "/api/guilds/:region/:realm/:name");
  routes.add(method::get, "/api/guilds/:guildId/members");
  routes.add(method::get, "/api/guilds/:guildId/members/enhanced");
  routes.add(method::get, "/api/guilds/id/:guildId");
  EXPECT_EQ(routes.find(method::get, "/api/guilds/7/members"), "/api/guilds/:guildId/members");
  EXPECT_EQ(
      routes.find(method::get, "/api/guilds/5/members/enhanced"),
      "/api/guilds/:guildId/members/enhanced");
  EXPECT_EQ(
      routes.find(method::get, "/api/guilds/eu/stormrage/avalerion"),
      "/api/guilds/:region/:realm/:name");
  // Both "id" and ":guildId" fit; the first difference decides.
  EXPECT_EQ(routes.find(method::get, "/api/guilds/id/members"), "/api/guilds/id/:guildId");
}

TEST(router, parameters_are_percent_decoded) {
  router_under_test routes;
  routes.add(method::get, "/g/:region/:realm/:name");
  EXPECT_NE(routes.find(method::get, "/g/eu/argent-dawn/la-croisade-%C3%A9carlate"), "-");
  EXPECT_EQ(routes.param("region"), "eu");
  EXPECT_EQ(routes.param("realm"), "argent-dawn");
  EXPECT_EQ(routes.param("name"), "la-croisade-écarlate");
  EXPECT_EQ(routes.param("nobody"), "");
}

TEST(router, an_escaped_slash_does_not_split_a_segment) {
  router_under_test routes;
  routes.add(method::get, "/c/:name");
  EXPECT_EQ(routes.find(method::get, "/c/a%2Fb"), "/c/:name");
  EXPECT_EQ(routes.param("name"), "a/b");
}

TEST(router, broken_escapes_and_broken_utf8_are_undecodable) {
  router_under_test routes;
  routes.add(method::get, "/c/:name");
  EXPECT_EQ(routes.find(method::get, "/c/%zz"), "%");
  EXPECT_EQ(routes.find(method::get, "/c/%C3"), "%");
  EXPECT_EQ(routes.find(method::get, "/c/a%00b"), "%");
}

TEST(router, the_query_is_no_part_of_the_path) {
  router_under_test routes;
  routes.add(method::get, "/a/:id");
  EXPECT_EQ(routes.find(method::get, "/a/7?fields=full"), "/a/:id");
  EXPECT_EQ(routes.param("id"), "7");
}

TEST(router, head_finds_get_but_no_other_method_does) {
  router_under_test routes;
  routes.add(method::get, "/a");
  EXPECT_EQ(routes.find(method::head, "/a"), "/a");
  EXPECT_EQ(routes.find(method::post, "/a"), "-");
}

TEST(router, one_slash_at_the_end_is_ignored_and_empty_segments_fit_nothing) {
  router_under_test routes;
  routes.add(method::get, "/a/:id");
  EXPECT_EQ(routes.find(method::get, "/a/7/"), "/a/:id");
  EXPECT_EQ(routes.find(method::get, "/a//"), "-");
  EXPECT_EQ(routes.find(method::get, "/a/"), "-");
  EXPECT_EQ(routes.find(method::get, "//a/7"), "-");
  EXPECT_EQ(routes.find(method::get, "/a/7/8"), "-");
  EXPECT_EQ(routes.find(method::get, "a/7"), "-");
}

TEST(router, very_deep_paths_are_unknown) {
  router_under_test routes;
  routes.add(method::get, "/a");
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += "/a";
  EXPECT_EQ(routes.find(method::get, deep), "-");
}

TEST(router, names_the_methods_of_a_path) {
  router_under_test routes;
  routes.add(method::get, "/guilds/:id");
  routes.add(method::del, "/guilds/:id");
  routes.add(method::post, "/guilds");
  EXPECT_EQ(routes.allowed("/guilds/7"), "GET, HEAD, DELETE");
  EXPECT_EQ(routes.allowed("/guilds"), "POST");
  EXPECT_EQ(routes.allowed("/elsewhere"), "");
}

} // namespace
} // namespace guildhall::http
