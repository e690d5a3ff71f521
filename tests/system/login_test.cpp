#include "tests/system/support/world.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

/// Logging in over HTTP as a browser does it: our pages, the simulator's, and back.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

/// One browser: it keeps our cookie, follows no redirect by itself.
struct browser {
  std::string cookie{};

  reply get(std::uint16_t port, const std::string& target) {
    question what{.target = target};
    if (!cookie.empty())
      what.headers.emplace("Cookie", cookie);
    auto got = ask(port, what);
    if (const auto set = got.header("set-cookie"); !set.empty())
      cookie = set.substr(0, set.find(';'));
    return got;
  }
};

/// Of an absolute URL.
std::string target_of(const std::string& url) {
  return url.substr(url.find('/', url.find("://") + 3));
}
std::uint16_t port_of(const std::string& url) {
  const auto host = url.find("://") + 3;
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', host) + 1)));
}

class login : public world {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--world", "40,30", "--seed", "7"}));
  }

  instance& serve_with(settings more = {}) {
    auto how = quick_budget();
    how.merge(more);
    guildhall_ = &serve(how);
    return *guildhall_;
  }

  struct tokens {
    std::string access;
    std::string refresh;
  };
  static tokens in_fragment(const std::string& location) {
    const std::string first = "#accessToken=";
    const std::string second = "&refreshToken=";
    const auto at = location.find(first);
    const auto next = location.find(second);
    if (at == std::string::npos || next == std::string::npos)
      throw std::runtime_error("no tokens in " + location);
    return {
        location.substr(at + first.size(), next - at - first.size()),
        location.substr(next + second.size())};
  }

  /// To the simulator's page; where the decision is to be sent.
  std::string to_battlenet(browser& who, const std::string& region = "eu") {
    const auto offered = who.get(guildhall_->port(), "/api/auth/login?region=" + region);
    EXPECT_EQ(offered.status, 200) << offered.body;
    const auto start = text(offered.json().at("data").at("authUrl"));
    const auto sent = who.get(guildhall_->port(), target_of(start));
    EXPECT_EQ(sent.status, 302) << sent.body;
    return sent.header("location");
  }
  /// The person decides; where Battle.net sends the browser.
  std::string decide(const std::string& page, const std::string& decision) {
    const auto got = ask(port_of(page), {.target = target_of(page) + decision});
    EXPECT_EQ(got.status, 302) << got.body;
    return target_of(got.header("location"));
  }
  static std::string allow(std::int64_t account) {
    return "&account=" + std::to_string(account) + "&wow_profile=on&decision=allow";
  }
  reply log_in(browser& who, std::int64_t account) {
    return who.get(guildhall_->port(), decide(to_battlenet(who), allow(account)));
  }
  tokens tokens_of(std::int64_t account) {
    browser somebody;
    return in_fragment(log_in(somebody, account).header("location"));
  }
  static std::string reason(const reply& got) {
    const auto where = got.header("location");
    const std::string mark = "/login?error=";
    return where.substr(std::min(where.size(), where.find(mark) + mark.size()));
  }
  reply with(const std::string& token, const std::string& target) {
    return guildhall_->api(target, {{"Authorization", "Bearer " + token}});
  }
  reply refresh(const std::string& token) {
    return ask(
        guildhall_->port(), {.method = "POST",
                             .target = "/api/auth/refresh",
                             .headers = {{"Content-Type", "application/json"}},
                             .body = json::serialize(json::object{{"refreshToken", token}})});
  }

  json::array players() {
    return sim().get("players").at("players").as_array();
  }
  /// The account that has the guild's rank-0 character.
  std::int64_t master_of(const guild_address& guild) {
    const auto members = sim().members(guild);
    const auto master = std::ranges::find(members, 0, &member::rank);
    for (const auto& one : players())
      for (const auto& character : one.at("characters").as_array())
        if (character.as_int64() == master->id)
          return one.at("id").as_int64();
    throw std::runtime_error("nobody has the guild master");
  }
  std::int64_t somebody_else(std::int64_t account) {
    for (const auto& one : players())
      if (one.at("id").as_int64() != account)
        return one.at("id").as_int64();
    throw std::runtime_error("there is one account only");
  }

  instance* guildhall_{nullptr};
};

} // namespace

TEST_F(login, the_guild_master_logs_in_and_leads_the_guild_at_once) {
  auto& guildhall = serve_with();
  const auto home = sim().guilds().at(0);
  const auto guild = mirror(guildhall, home);
  const auto account = master_of(home);
  browser who;
  const auto back = log_in(who, account);
  ASSERT_EQ(back.status, 302) << back.body;
  EXPECT_TRUE(
      back.header("location").starts_with("http://127.0.0.1:5000/auth/callback#accessToken="))
      << back.header("location");
  EXPECT_EQ(back.header("cache-control"), "no-store");
  const auto got = in_fragment(back.header("location"));

  const auto me = with(got.access, "/api/auth/me");
  ASSERT_EQ(me.status, 200) << me.body;
  const auto id = me.json().at("data").at("id").as_int64();
  const auto shown = with(got.access, "/api/guilds/id/" + std::to_string(guild));
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.json().at("data").at("leader_id"), id);
  EXPECT_GT(
      db.number("select count(*) from characters where user_id = " + std::to_string(id)), 0);
  EXPECT_EQ(db.number("select count(*) from users where sealed_tokens is not null"), 0)
      << "Battle.net's token is not kept";
  EXPECT_EQ(db.number("select count(*) from login_attempts"), 0);
  expect_sound();
}

TEST_F(login, others_see_nothing_of_a_guild_they_are_not_in) {
  auto& guildhall = serve_with();
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  const auto other = sim().guilds().at(1);
  const auto got = tokens_of(master_of(other));
  const auto refused = with(got.access, "/api/guilds/" + std::to_string(guild) + "/members");
  EXPECT_EQ(refused.status, 403) << refused.body;
}

TEST_F(login, denying_and_unticking_end_at_the_clients_login_page) {
  serve_with();
  browser who;
  auto back = who.get(guildhall_->port(), decide(to_battlenet(who), "&decision=deny"));
  EXPECT_EQ(back.status, 302);
  EXPECT_TRUE(back.header("location").starts_with("http://127.0.0.1:5000/login?error="));
  EXPECT_EQ(reason(back), "access_denied");
  const auto account = players().at(0).at("id").as_int64();
  back = who.get(
      guildhall_->port(),
      decide(to_battlenet(who), "&account=" + std::to_string(account) + "&decision=allow"));
  EXPECT_EQ(reason(back), "profile_not_shared");
  EXPECT_EQ(db.number("select count(*) from users"), 0);
}

TEST_F(login, forged_foreign_replayed_and_expired_states_are_refused) {
  serve_with();
  const auto account = players().at(0).at("id").as_int64();
  browser mine;
  const auto callback = decide(to_battlenet(mine), allow(account));
  browser stranger;
  EXPECT_EQ(reason(stranger.get(guildhall_->port(), callback)), "state_mismatch");
  browser other;
  to_battlenet(other);
  EXPECT_EQ(reason(other.get(guildhall_->port(), callback)), "state_mismatch");
  const auto cookie = mine.cookie;
  EXPECT_EQ(reason(mine.get(guildhall_->port(), callback + "x")), "state_mismatch");
  mine.cookie = cookie;
  EXPECT_NO_THROW(in_fragment(mine.get(guildhall_->port(), callback).header("location")));
  mine.cookie = cookie;
  EXPECT_EQ(reason(mine.get(guildhall_->port(), callback)), "login_expired") << "replayed";

  browser slow;
  const auto late = decide(to_battlenet(slow), allow(account));
  db.exec("update login_attempts set expires_at = now() - interval '1 second'");
  EXPECT_EQ(reason(slow.get(guildhall_->port(), late)), "login_expired");
}

TEST_F(login, the_client_stays_logged_in_with_its_first_refresh_token_until_it_logs_out) {
  serve_with({{"GUILDHALL_AUTH_ACCESS_TOKEN_LIFETIME", "1s"}});
  const auto got = tokens_of(players().at(0).at("id").as_int64());
  eventually("the access token has expired", std::chrono::seconds{5}, [&] {
    return with(got.access, "/api/auth/me").status == 401;
  });
  std::string access;
  for (int i = 0; i < 2; ++i) {
    const auto renewed = refresh(got.refresh);
    ASSERT_EQ(renewed.status, 200) << renewed.body;
    access = text(renewed.json().at("data").at("accessToken"));
    EXPECT_EQ(with(access, "/api/auth/me").status, 200);
  }
  EXPECT_EQ(with(got.refresh, "/api/auth/me").status, 401) << "it opens nothing by itself";
  access = text(refresh(got.refresh).json().at("data").at("accessToken"));
  EXPECT_EQ(with(access, "/api/auth/logout").status, 200);
  EXPECT_EQ(with(access, "/api/auth/me").status, 401);
  const auto refused = refresh(got.refresh);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(text(refused.json().at("message")), "Invalid or expired refresh token");
}

TEST_F(login, configured_admins_are_admins_from_their_first_login) {
  const auto one = players().at(0);
  auto& guildhall = serve_with({{"GUILDHALL_AUTH_ADMINS", text(one.at("battletag"))}});
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  const auto got = tokens_of(one.at("id").as_int64());
  EXPECT_EQ(text(with(got.access, "/api/auth/me").json().at("data").at("role")), "admin");
  EXPECT_EQ(with(got.access, "/api/guilds/id/" + std::to_string(guild)).status, 200);
}

TEST_F(login, a_list_that_cannot_be_had_now_is_fetched_later) {
  auto& guildhall = serve_with();
  const auto home = sim().guilds().at(0);
  const auto guild = mirror(guildhall, home);
  const auto account = master_of(home);
  sim().add_fault({{"match", "class:account"}, {"count", 1}, {"status", 500}});
  const auto got = tokens_of(account);
  EXPECT_EQ(with(got.access, "/api/guilds/id/" + std::to_string(guild)).status, 403);
  EXPECT_EQ(db.number("select count(*) from users where sealed_tokens is not null"), 1);
  db.exec("update users set onboarding_due_at = now()");
  eventually("the guild is theirs", std::chrono::seconds{30}, [&] {
    return with(got.access, "/api/guilds/id/" + std::to_string(guild)).status == 200;
  });
  eventually("the token is forgotten", std::chrono::seconds{10}, [&] {
    return db.number("select count(*) from users where sealed_tokens is not null") == 0;
  });
}

TEST_F(login, the_first_dashboard_shows_the_guild_also_when_battlenet_is_slow) {
  // As slow as two answers within the two seconds that a login waits may be.
  serve_with({{"GUILDHALL_SYNC_TRACK_DISCOVERED", "of_users"}});
  const auto home = sim().guilds().at(0);
  sim().add_fault({{"match", "/profile"}, {"delay_ms", 600}});
  const auto got = tokens_of(master_of(home));
  const auto shown = with(got.access, "/api/guilds/user");
  ASSERT_EQ(shown.status, 200) << shown.body;
  const auto guilds = shown.json().at("data").as_array();
  ASSERT_FALSE(guilds.empty()) << "before its roster is here";
  EXPECT_EQ(text(guilds.at(0).at("realm")), home.realm);
  EXPECT_NE(text(guilds.at(0).at("guild_data_json").at("name")), "");
  EXPECT_TRUE(guilds.at(0).at("guild_data_json").as_object().contains("member_count"));
}

TEST_F(login, guilds_of_users_are_mirrored_where_that_is_configured) {
  serve_with({{"GUILDHALL_SYNC_TRACK_DISCOVERED", "of_users"}});
  const auto home = sim().guilds().at(0);
  tokens_of(master_of(home));
  eventually("the guild is mirrored", std::chrono::seconds{60}, [&] {
    return db.number("select count(*) from guild_members where left_at is null") > 30;
  });
}

} // namespace guildhall::system_test
