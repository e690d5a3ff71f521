#include "fixture.hpp"

namespace guildhall::api::test {
namespace {

class auth_test : public api_test {
protected:
  answer
  with_header(const http::router& routes, const std::string& target, std::string header) {
    return call(routes, http::method::get, target, {{"Authorization", std::move(header)}});
  }
};

TEST_F(auth_test, without_a_token_it_is_401_with_the_contracts_message) {
  const auto got = call(api, http::method::get, "/api/guilds/id/7");
  EXPECT_EQ(got.status, 401);
  EXPECT_EQ(got.parsed(), json::parse(R"({"success":false,
                      "error":{"message":"Authentication token not provided",
                               "code":"MISSING_TOKEN","status":401},
                      "message":"Authentication token not provided"})"));
  EXPECT_EQ(got.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(reads.asked, 0);
}

TEST_F(auth_test, a_bad_or_expired_token_is_401_so_that_the_client_refreshes) {
  const auto bad = with_header(api, "/api/guilds/id/7", "Bearer nonsense");
  EXPECT_EQ(bad.status, 401);
  EXPECT_EQ(bad.parsed().at("error").at("code"), "INVALID_TOKEN");
  EXPECT_EQ(bad.parsed().at("message"), "Invalid or expired token");
  auth::claims who;
  who.id = 5;
  who.issued_at = now() - seconds{100};
  who.expires_at = now() - seconds{1};
  const auto expired =
      with_header(api, "/api/guilds/id/7", "Bearer " + auth::mint(signing_key, who));
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.parsed().at("error").at("code"), "EXPIRED_TOKEN");
}

TEST_F(auth_test, the_token_comes_before_the_parameters) {
  EXPECT_EQ(call(api, http::method::get, "/api/guilds/id/abc").status, 401);
  EXPECT_EQ(get("/api/guilds/id/abc").status, 400);
}

TEST_F(auth_test, operators_are_refused_on_the_public_listener_and_users_on_the_other) {
  EXPECT_EQ(with_header(api, "/api/guilds/id/7", "Bearer " + operator_token()).status, 401);
  EXPECT_EQ(with_header(admin, "/status", "Bearer " + user_token()).status, 401);
  EXPECT_EQ(with_header(admin, "/status", "Bearer " + operator_token()).status, 200);
  EXPECT_EQ(control.last_call, "overview");
}

TEST_F(auth_test, every_admin_route_but_the_probes_needs_a_token) {
  using http::method;
  for (const auto& [verb, target] : std::vector<std::pair<method, std::string>>{
           {method::post, "/guilds"},
           {method::del, "/guilds/eu/stormrage/avalerion"},
           {method::post, "/guilds/7/sync"},
           {method::post, "/characters/7/sync"},
           {method::get, "/jobs/7"},
           {method::get, "/status"},
           {method::post, "/pause"},
           {method::post, "/resume"}})
    EXPECT_EQ(call(admin, verb, target).status, 401) << target;
  EXPECT_EQ(control.last_call, "");
}

TEST_F(auth_test, the_healthcheck_needs_no_token) {
  const auto got = call(api, http::method::get, "/api/healthcheck");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.parsed().at("status"), "ok");
  EXPECT_EQ(got.parsed().at("timestamp").as_string().size(), 24u);
  EXPECT_EQ(got.parsed().as_object().size(), 2u) << "no envelope";
}

} // namespace
} // namespace guildhall::api::test
