#include "api/auth/login_reasons.hpp"
#include "api/auth/request_limit.hpp"
#include "api/auth/tokens.hpp"
#include "api/docs/files.hpp"
#include "fixture.hpp"

#include <fstream>
#include <set>

/// The routes under /api/auth, with a Battle.net that says what a test wants.
namespace guildhall::api::test {
namespace {

using http::method;

class login_test : public api_test {
protected:
  answer ask(std::string target, std::map<std::string, std::string> headers = {}) {
    return call(api, method::get, std::move(target), headers);
  }
  answer post(std::string target, std::string body) {
    return call(
        api, method::post, std::move(target), {{"Content-Type", "application/json"}},
        std::move(body));
  }

  /// A browser that has been to /start: its cookie, and the state that Battle.net sends back.
  struct browser {
    std::string cookie;
    std::string state;
  };
  browser start(const std::string& region = "eu") {
    const auto got = ask("/api/auth/start?region=" + region);
    EXPECT_EQ(got.status, 302);
    const auto where = got.header("Location");
    const auto set = got.header("Set-Cookie");
    return {set.substr(0, set.find(';')), where.substr(where.find("&state=") + 7)};
  }
  answer come_back(const std::string& cookie, const std::string& query) {
    return ask("/api/auth/callback?" + query, {{"Cookie", "other=1; " + cookie}});
  }
  static std::string reason(const answer& got) {
    EXPECT_EQ(got.status, 302);
    const std::string to_login = "https://client.example/login?error=";
    const auto where = got.header("Location");
    EXPECT_TRUE(where.starts_with(to_login)) << where;
    return where.substr(std::min(where.size(), to_login.size()));
  }
  static domain::standing somebody() {
    return {
        .id = user_id{5},
        .account = bnet_account_id{123'456},
        .battletag = "Some#1234",
        .role = "user",
        .tokens_valid_since = moment(evening),
        .guilds = {}};
  }
};

TEST_F(login_test, the_client_is_sent_to_our_own_start) {
  const auto got = ask("/api/auth/login?region=us");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(
      got.parsed(),
      json::parse(
          R"({"success":true,"data":{"authUrl":"https://api.example/api/auth/start?region=us"}})"));
  EXPECT_EQ(got.header("Cache-Control"), "no-store");
  EXPECT_EQ(
      ask("/api/auth/login").parsed().at("data").at("authUrl"),
      "https://api.example/api/auth/start?region=eu");
}

TEST_F(login_test, a_foreign_region_is_400) {
  for (const std::string target : {"/api/auth/login?region=cn", "/api/auth/start?region=x"}) {
    const auto got = ask(target);
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(
        got.parsed().at("error").at("details").at("fields").at("region"),
        "Region must be one of: us, eu, kr, tw");
  }
}

TEST_F(login_test, start_ties_the_browser_to_a_state_that_only_its_hash_is_kept_of) {
  const auto got = ask("/api/auth/start?region=eu");
  EXPECT_EQ(got.status, 302);
  EXPECT_TRUE(
      got.header("Location").starts_with("https://oauth.example/authorize?client_id=c&state="));
  const auto cookie = got.header("Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("; SameSite=Lax"), std::string::npos);
  EXPECT_NE(cookie.find("; Path=/api/auth;"), std::string::npos);
  EXPECT_NE(cookie.find("; Secure"), std::string::npos);
  EXPECT_NE(cookie.find("; Max-Age=600"), std::string::npos);
  ASSERT_EQ(accounts.logins.size(), 1u);
  EXPECT_EQ(cookie.find(crypto::to_hex(accounts.logins.begin()->first)), std::string::npos);
  EXPECT_NE(start().state, start().state);
}

TEST_F(login_test, who_comes_back_gets_both_tokens_in_the_fragment) {
  login.answer = somebody();
  const auto who = start("kr");
  const auto got = come_back(who.cookie, "code=abc&state=" + who.state);
  EXPECT_EQ(got.status, 302);
  EXPECT_EQ(login.last_call, "abc at kr");
  const auto where = got.header("Location");
  ASSERT_TRUE(where.starts_with("https://client.example/auth/callback#accessToken="));
  EXPECT_EQ(got.header("Cache-Control"), "no-store");
  EXPECT_NE(got.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  const auto access_at = where.find('=') + 1;
  const auto refresh_at = where.find("&refreshToken=");
  const auto access = where.substr(access_at, refresh_at - access_at);
  accounts.standing_answer = somebody();
  standings.move("user:5");
  const auto me = ask("/api/auth/me", {{"Authorization", "Bearer " + access}});
  EXPECT_EQ(me.status, 200);
  const auto data = me.parsed().at("data").as_object();
  EXPECT_EQ(data.at("id"), 5);
  EXPECT_EQ(data.at("battle_net_id"), "123456");
  EXPECT_EQ(data.at("battletag"), "Some#1234");
  EXPECT_EQ(data.at("role"), "user");
  EXPECT_EQ(data.at("tvs"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(data.at("exp").as_int64() - data.at("iat").as_int64(), 900);
}

TEST_F(login_test, forged_foreign_and_replayed_states_are_refused) {
  login.answer = somebody();
  const auto mine = start();
  const auto others = start();
  EXPECT_EQ(reason(ask("/api/auth/callback?code=a&state=" + mine.state)), "state_mismatch")
      << "no cookie";
  EXPECT_EQ(reason(come_back(mine.cookie, "code=a&state=" + others.state)), "state_mismatch")
      << "another browser's state";
  EXPECT_EQ(reason(come_back(mine.cookie, "code=a")), "state_mismatch");
  EXPECT_EQ(come_back(mine.cookie, "code=a&state=" + others.state).header("Set-Cookie"), "")
      << "a foreign page cannot end the login under way";
  EXPECT_EQ(reason(come_back("guildhall_login=", "code=a&state=")), "state_mismatch");
  EXPECT_EQ(
      reason(come_back("guildhall_login=made-up", "code=a&state=made-up")), "login_expired");
  EXPECT_EQ(login.last_call, "") << "Battle.net was not asked once";
  EXPECT_EQ(
      come_back(mine.cookie, "code=a&state=" + mine.state).header("Location").find("error"),
      std::string::npos);
  EXPECT_EQ(reason(come_back(mine.cookie, "code=a&state=" + mine.state)), "login_expired")
      << "a state is good once";
}

TEST_F(login_test, refusal_and_failure_end_at_the_clients_login_page_with_a_reason) {
  auto who = start();
  EXPECT_EQ(
      reason(come_back(who.cookie, "error=access_denied&state=" + who.state)), "access_denied");
  who = start();
  EXPECT_EQ(
      reason(come_back(who.cookie, "error=https://evil.example&state=" + who.state)),
      "login_failed")
      << "what comes back is never passed on";
  who = start();
  EXPECT_EQ(reason(come_back(who.cookie, "state=" + who.state)), "login_failed");
  for (const auto& [code, expected] : std::map<ec, std::string>{
           {ec::upstream_down, "battlenet_unavailable"},
           {ec::upstream_unauthorised, "battlenet_unavailable"},
           {ec::forbidden, "profile_not_shared"},
           {ec::invalid_token, "login_failed"},
           {ec::database_down, "unavailable"},
           {ec::unavailable, "unavailable"}}) {
    login.answer = fail(code);
    who = start();
    EXPECT_EQ(reason(come_back(who.cookie, "code=a&state=" + who.state)), expected);
  }
}

TEST_F(login_test, no_parameter_moves_the_redirect_elsewhere) {
  login.answer = somebody();
  const auto who = start();
  const auto got = come_back(
      who.cookie, "code=a&state=" + who.state
                      + "&redirect_uri=https://evil.example&state_in_redirect=x&frontend=evil");
  EXPECT_TRUE(got.header("Location").starts_with("https://client.example/auth/callback#"));
}

TEST_F(login_test, without_a_client_id_login_says_that_it_is_not_configured) {
  auto closed = *auth_settings.get();
  closed.authorize_url.clear();
  auth_settings.set(closed);
  const auto got = ask("/api/auth/login");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.parsed().at("message"), "Login with Battle.net is not configured here");
}

TEST_F(login_test, one_address_may_not_ask_without_end) {
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(ask("/api/auth/login").status, 200);
  const auto got = ask("/api/auth/login");
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(got.parsed().at("error").at("code"), "RATE_LIMITED");
  EXPECT_FALSE(got.header("Retry-After").empty());
  EXPECT_EQ(ask("/api/auth/start").status, 302) << "each route counts for itself";
}

// --- staying logged in

TEST_F(login_test, a_refresh_token_is_good_again_and_again) {
  accounts.standing_answer = somebody();
  const auto pair = auth::tokens_for(*auth_settings.get(), somebody(), now());
  for (int i = 0; i < 3; ++i) {
    const auto got = post("/api/auth/refresh", R"({"refreshToken":")" + pair.refresh + "\"}");
    ASSERT_EQ(got.status, 200) << got.body;
    const auto data = got.parsed().at("data");
    const std::string access{data.at("accessToken").as_string()};
    EXPECT_EQ(ask("/api/auth/me", {{"Authorization", "Bearer " + access}}).status, 200);
    EXPECT_FALSE(data.at("refreshToken").as_string().empty());
    EXPECT_EQ(got.header("Cache-Control"), "no-store");
  }
}

TEST_F(login_test, other_tokens_do_not_refresh) {
  accounts.standing_answer = somebody();
  const auto pair = auth::tokens_for(*auth_settings.get(), somebody(), now());
  const auto old =
      auth::tokens_for(*auth_settings.get(), somebody(), now() - std::chrono::days{8});
  for (const auto& token : {pair.access, old.refresh, std::string{"x"}, operator_token()}) {
    const auto got = post("/api/auth/refresh", R"({"refreshToken":")" + token + "\"}");
    EXPECT_EQ(got.status, 401);
    EXPECT_EQ(got.parsed().at("message"), "Invalid or expired refresh token");
  }
  accounts.standing_answer = fail(ec::not_found);
  standings.move("user:5");
  EXPECT_EQ(
      post("/api/auth/refresh", R"({"refreshToken":")" + pair.refresh + "\"}").status, 401);
  accounts.standing_answer = fail(ec::database_down);
  EXPECT_EQ(
      post("/api/auth/refresh", R"({"refreshToken":")" + pair.refresh + "\"}").status, 503)
      << "a good token is never 401";
}

TEST_F(login_test, a_refresh_without_a_token_is_400) {
  const auto got = post("/api/auth/refresh", "{}");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(
      got.parsed().at("error").at("details").at("fields").at("refreshToken"),
      "Refresh token is required");
}

TEST_F(login_test, logout_revokes_when_a_good_token_comes_along_and_is_200_without_one) {
  const auto check = [](const answer& got) {
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(
        got.parsed(), json::parse(R"({"success":true,"message":"Logged out successfully"})"));
  };
  check(ask("/api/auth/logout"));
  check(ask("/api/auth/logout", {{"Authorization", "Bearer nonsense"}}));
  EXPECT_EQ(accounts.last_call, "");
  accounts.standing_answer = somebody();
  const auto pair = auth::tokens_for(*auth_settings.get(), somebody(), now());
  const std::map<std::string, std::string> mine{{"Authorization", "Bearer " + pair.access}};
  EXPECT_EQ(ask("/api/auth/me", mine).status, 200);
  check(ask("/api/auth/logout", mine));
  EXPECT_EQ(accounts.last_call, "revoke 5");
  accounts.standing_answer->tokens_valid_since = moment(evening + 1);
  EXPECT_EQ(ask("/api/auth/me", mine).status, 401) << "at once, on this instance";
  EXPECT_EQ(
      post("/api/auth/refresh", R"({"refreshToken":")" + pair.refresh + "\"}").status, 401);
}

TEST_F(login_test, a_logout_that_could_not_revoke_says_so) {
  const auto pair = auth::tokens_for(*auth_settings.get(), somebody(), now());
  const std::map<std::string, std::string> mine{{"Authorization", "Bearer " + pair.access}};
  accounts.standing_answer = fail(ec::database_down);
  EXPECT_EQ(ask("/api/auth/logout", mine).status, 503);
  accounts.standing_answer = somebody();
  accounts.done_answer = fail(ec::database_down);
  EXPECT_EQ(ask("/api/auth/logout", mine).status, 503);
  accounts.standing_answer = fail(ec::not_found);
  EXPECT_EQ(ask("/api/auth/logout", mine).status, 200) << "there is nobody any more";
}

// --- roles, Discord

TEST_F(login_test, only_admins_give_roles) {
  const auto put = [&](std::string body) {
    return call(
        api, method::put, "/api/auth/role",
        {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + user_token()}},
        std::move(body));
  };
  become({}, "user");
  const auto refused = put(R"({"userId":7,"role":"admin"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.parsed().at("message"), "Insufficient permissions");
  become({}, "admin");
  EXPECT_EQ(put(R"({"userId":"7","role":"emperor"})").status, 400);
  domain::user_row user;
  user.id = user_id{7};
  user.role = "admin";
  accounts.user_answer = user;
  const auto done = put(R"({"userId":7,"role":"admin"})");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.parsed().at("data").at("id"), 7);
  EXPECT_EQ(accounts.last_call, "role 7 admin by 5");
  accounts.user_answer = fail(ec::not_found, "User not found");
  EXPECT_EQ(put(R"({"userId":8,"role":"user"})").status, 404);
}

TEST_F(login_test, discord_links_are_refused_where_no_bot_is_configured) {
  const auto none = get("/api/auth/discord-link");
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(none.parsed().at("message"), "Missing or invalid token.");
  const auto unknown = get("/api/auth/discord-link?token=abc");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.parsed().at("message"), "Invalid or expired link token.");
  EXPECT_EQ(ask("/api/auth/discord-link?token=abc").status, 401);
}

TEST(request_limit, counts_per_address_and_refills) {
  using clock = auth::request_limit::clock;
  auth::request_limit limit{2, {}};
  http::request what;
  what.peer = *http::ip_address::parse("192.0.2.1");
  const auto begin = clock::now();
  EXPECT_TRUE(limit.admit(what, begin));
  EXPECT_TRUE(limit.admit(what, begin));
  const auto refused = limit.admit(what, begin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::rate_limited);
  EXPECT_TRUE(refused.error().retry_at);
  EXPECT_TRUE(limit.admit(what, begin + seconds{30}));
  EXPECT_FALSE(limit.admit(what, begin + seconds{30}));
  what.peer = *http::ip_address::parse("192.0.2.2");
  EXPECT_TRUE(limit.admit(what, begin));
}

TEST(request_limit, can_change_while_it_counts) {
  using clock = auth::request_limit::clock;
  auth::request_limit limit{1, {}};
  http::request what;
  what.peer = *http::ip_address::parse("192.0.2.1");
  const auto at = clock::now();
  EXPECT_TRUE(limit.admit(what, at));
  EXPECT_FALSE(limit.admit(what, at));
  limit.set(60);
  EXPECT_TRUE(limit.admit(what, at + std::chrono::seconds{1}));
}

TEST(request_limit, ipv4_clients_of_a_listener_for_both_count_one_by_one) {
  auth::request_limit limit{1, {}};
  http::request what;
  what.peer = *http::ip_address::parse("::ffff:192.0.2.1");
  EXPECT_TRUE(limit.admit(what));
  EXPECT_FALSE(limit.admit(what));
  what.peer = *http::ip_address::parse("::ffff:192.0.2.2");
  EXPECT_TRUE(limit.admit(what));
}

TEST(request_limit, a_network_of_ipv6_counts_as_one_and_a_proxy_names_the_client) {
  auth::request_limit limit{1, {}};
  http::request what;
  what.peer = *http::ip_address::parse("2001:db8:1:2::1");
  EXPECT_TRUE(limit.admit(what));
  what.peer = *http::ip_address::parse("2001:db8:1:2::ffff");
  EXPECT_FALSE(limit.admit(what));
  what.peer = *http::ip_address::parse("2001:db8:1:3::1");
  EXPECT_TRUE(limit.admit(what));

  auth::request_limit behind{
      1, {.header = "X-Forwarded-For", .proxies = {*http::ip_network::parse("10.0.0.0/8")}}};
  http::request first;
  first.peer = *http::ip_address::parse("10.0.0.1");
  first.add_header("X-Forwarded-For", "198.51.100.7, 192.0.2.1");
  EXPECT_TRUE(behind.admit(first));
  http::request forged;
  forged.peer = *http::ip_address::parse("10.0.0.1");
  forged.add_header("X-Forwarded-For", "198.51.100.8, 192.0.2.1");
  EXPECT_FALSE(behind.admit(forged)) << "what the client itself wrote does not count";
  http::request second_line;
  second_line.peer = *http::ip_address::parse("10.0.0.1");
  second_line.add_header("X-Forwarded-For", "198.51.100.9");
  second_line.add_header("X-Forwarded-For", "192.0.2.1:4711");
  EXPECT_FALSE(behind.admit(second_line)) << "nor does it in a line or with a port of its own";
  http::request direct;
  direct.peer = *http::ip_address::parse("203.0.113.1");
  direct.add_header("X-Forwarded-For", "198.51.100.10");
  EXPECT_TRUE(behind.admit(direct));
  http::request direct_again;
  direct_again.peer = *http::ip_address::parse("203.0.113.1");
  direct_again.add_header("X-Forwarded-For", "198.51.100.11");
  EXPECT_FALSE(behind.admit(direct_again)) << "it is no proxy of ours";
}

TEST(login_reasons, are_all_explained_in_the_readme_and_in_the_description) {
  std::ifstream in{GUILDHALL_PROJECT_DIR "/README.md"};
  std::set<std::string> explained;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| `error="))
      explained.insert(line.substr(9, line.find('`', 9) - 9));
  std::set<std::string> there;
  const auto description = openapi_json();
  for (std::size_t i = 0; i < static_cast<std::size_t>(auth::login_reason::count_); ++i) {
    const std::string name{to_string(static_cast<auth::login_reason>(i))};
    there.insert(name);
    EXPECT_NE(description.find(name), std::string_view::npos) << name;
  }
  EXPECT_EQ(explained, there);
}

} // namespace
} // namespace guildhall::api::test
