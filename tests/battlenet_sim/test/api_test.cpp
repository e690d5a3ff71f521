#include "client.hpp"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace guildhall::sim::test {

namespace {

constexpr auto guild_path = "/data/wow/guild/stormrage/emberwatch";
constexpr std::string_view not_found =
    R"({"code":404,"type":"BLZWEBAPI00000404","detail":"Not Found"})";

class sim_api : public served {
protected:
  void SetUp() override {
    begin(quick());
  }
};

} // namespace

TEST_F(sim_api, a_token_is_given_for_the_right_client_only) {
  headers basic{{"Authorization", "Basic ZGVtbzpkZW1v"}};
  auto good = http->send("POST", "/oauth/token", basic, "grant_type=client_credentials");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.json().at("token_type").as_string(), "bearer");
  EXPECT_EQ(good.json().at("expires_in").to_number<int>(), 86'399);
  EXPECT_EQ(http->send("POST", "/token", basic, "grant_type=client_credentials").status, 200);
  // demo:wrong
  headers wrong{{"Authorization", "Basic ZGVtbzp3cm9uZw=="}};
  EXPECT_EQ(
      http->send("POST", "/oauth/token", wrong, "grant_type=client_credentials").status, 401);
  EXPECT_EQ(http->send("GET", "/oauth/token?grant_type=client_credentials", basic).status, 405);
  EXPECT_EQ(http->send("POST", "/oauth/token", basic, "grant_type=password").status, 400);
}

TEST_F(sim_api, without_a_known_token_there_is_only_401) {
  headers none{{"Battlenet-Namespace", "profile-eu"}};
  EXPECT_EQ(http->send("GET", guild_path, none).status, 401);
  none["Authorization"] = "Bearer nobody";
  EXPECT_EQ(http->send("GET", guild_path, none).status, 401);
  EXPECT_EQ(
      http->send("GET", std::string(guild_path) + "?namespace=profile-eu&access_token=" + token)
          .status,
      401);
  EXPECT_EQ(get(guild_path).status, 200);
}

TEST_F(sim_api, a_token_ends_with_its_day_or_when_revoked) {
  EXPECT_EQ(get(guild_path).status, 200);
  control("clock", R"({"advance_ms":86400000})");
  EXPECT_EQ(get(guild_path).status, 401);
  token = new_token(*http);
  EXPECT_EQ(get(guild_path).status, 200);
  control("tokens/revoke", "");
  EXPECT_EQ(get(guild_path).status, 401);
}

TEST_F(sim_api, guild_and_roster_carry_the_real_headers) {
  for (const auto* path :
       {"/data/wow/guild/stormrage/emberwatch",
        "/data/wow/guild/stormrage/emberwatch/roster"}) {
    auto answered = get(path);
    EXPECT_EQ(answered.status, 200);
    EXPECT_EQ(answered.header("content-type"), "application/json;charset=UTF-8");
    EXPECT_EQ(answered.header("cache-control"), "public, max-age=10800");
    EXPECT_EQ(answered.header("battlenet-namespace"), "profile-eu");
    EXPECT_TRUE(answered.has("battlenet-schema"));
    EXPECT_TRUE(answered.has("battlenet-schema-revision"));
    EXPECT_TRUE(parse_http_date(answered.header("last-modified")));
    EXPECT_FALSE(answered.has("etag"));
  }
  EXPECT_EQ(get(guild_path).json().at("member_count").to_number<int>(), 60);
  EXPECT_EQ(
      get(std::string(guild_path) + "/roster").json().at("members").as_array().size(), 60);
}

TEST_F(sim_api, character_documents_agree_with_each_other) {
  auto member = available_member(members("stormrage/emberwatch"));
  auto path = path_of(member);
  auto profile = get(path);
  ASSERT_EQ(profile.status, 200);
  EXPECT_FALSE(profile.has("cache-control"));
  auto modified = parse_http_date(profile.header("last-modified"));
  EXPECT_EQ(
      profile.json().at("last_login_timestamp").to_number<std::int64_t>(), *modified * 1000);
  EXPECT_EQ(profile.json().at("id"), member.at("id"));
  EXPECT_EQ(profile.json().at("guild").at("name").as_string(), "Emberwatch");
  EXPECT_EQ(get(path + "/status").json().at("id"), member.at("id"));
  for (const auto* child :
       {"/status", "/professions", "/collections", "/collections/toys", "/equipment",
        "/encounters/raids"}) {
    auto answered = get(path + child);
    ASSERT_EQ(answered.status, 200) << child;
    auto late = *parse_http_date(answered.header("last-modified")) - *modified;
    EXPECT_TRUE(late == 0 || (late == 1 && std::string(child) == "/equipment"))
        << child << late;
  }
  EXPECT_EQ(get(path + "/mythic-keystone-profile").status, 200);
  EXPECT_EQ(get(path + "/no-such-document").status, 404);
}

TEST_F(sim_api, an_unknown_address_answers_the_real_404) {
  auto answered = get("/profile/wow/character/stormrage/nosuchname");
  EXPECT_EQ(answered.status, 404);
  EXPECT_EQ(answered.body, not_found);
  EXPECT_EQ(answered.header("battlenet-namespace"), "profile-eu");
  EXPECT_TRUE(answered.has("x-trace-traceid"));
  EXPECT_FALSE(answered.has("battlenet-schema"));
  EXPECT_FALSE(answered.has("last-modified"));
  EXPECT_EQ(get("/data/wow/guild/stormrage/nosuchguild").body, not_found);
}

TEST_F(sim_api, a_date_known_to_the_client_answers_304) {
  auto first = get(std::string(guild_path) + "/roster");
  auto date = first.header("last-modified");
  auto again = get(std::string(guild_path) + "/roster", {{"If-Modified-Since", date}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("last-modified"), date);
  auto t = *parse_http_date(date);
  EXPECT_EQ(get(guild_path, {{"If-Modified-Since", http_date(t + 60)}}).status, 304);
  EXPECT_EQ(get(guild_path, {{"If-Modified-Since", http_date(t - 1)}}).status, 200);
  EXPECT_EQ(get(guild_path, {{"If-Modified-Since", "garbage"}}).status, 200);
}

TEST_F(sim_api, a_304_counts_in_the_ledger) {
  auto date = get(guild_path).header("last-modified");
  control("ledger/reset", "");
  get(guild_path, {{"If-Modified-Since", date}});
  auto ledger = http->send("GET", "/_sim/ledger").json();
  EXPECT_EQ(ledger.at("requests").to_number<int>(), 1);
  EXPECT_EQ(ledger.at("by_status").at("304").to_number<int>(), 1);
  EXPECT_EQ(ledger.at("max_per_hour").to_number<int>(), 1);
}

TEST_F(sim_api, the_namespace_must_fit_the_document) {
  headers h{{"Authorization", "Bearer " + token}};
  EXPECT_EQ(http->send("GET", guild_path, h).status, 404) << "none";
  for (const auto* wrong :
       {"dynamic-eu", "static-eu", "profile-xx", "profile", "eu", "profile-us"})
    EXPECT_EQ(http->send("GET", std::string(guild_path) + "?namespace=" + wrong, h).status, 404)
        << wrong;
  EXPECT_EQ(
      http->send("GET", std::string(guild_path) + "?namespace=profile-eu", h).status, 200);
  h["Battlenet-Namespace"] = "profile-eu";
  EXPECT_EQ(http->send("GET", guild_path, h).status, 200);
  EXPECT_EQ(get("/data/wow/realm/index?namespace=profile-eu").status, 404);
  EXPECT_EQ(get("/data/wow/realm/index?namespace=dynamic-eu").status, 200);
}

TEST_F(sim_api, regions_are_worlds_of_their_own) {
  auto world = http->send("GET", "/_sim/world").json().at("guilds").as_array();
  const auto& american = world[2].as_object();
  ASSERT_EQ(american.at("region").as_string(), "us");
  auto path = "/data/wow/guild/" + std::string(american.at("realm").as_string()) + "/"
            + percent_encode(american.at("slug").as_string().c_str());
  EXPECT_EQ(get(path + "?namespace=profile-us").status, 200);
  EXPECT_EQ(get(path + "?namespace=profile-eu").status, 404);
}

TEST_F(sim_api, without_a_locale_texts_are_objects) {
  headers h{{"Authorization", "Bearer " + token}, {"Battlenet-Namespace", "profile-eu"}};
  auto bare = http->send("GET", guild_path, h).json();
  EXPECT_TRUE(bare.at("realm").at("name").is_object());
  EXPECT_TRUE(bare.at("name").is_string()) << "a guild's name is not translated";
  EXPECT_TRUE(get(guild_path).json().at("realm").at("name").is_string());
  auto path = path_of(available_member(members("stormrage/emberwatch")));
  for (const auto* child :
       {"", "/equipment", "/professions", "/mythic-keystone-profile", "/collections/toys"})
    EXPECT_TRUE(http->send("GET", path + child, h).json().is_object()) << child;
}

TEST_F(sim_api, the_fixed_data_is_there) {
  auto realms = get("/data/wow/realm/index?namespace=dynamic-eu");
  EXPECT_EQ(realms.header("cache-control"), "public, max-age=86400");
  std::set<std::string> slugs;
  auto realm_list = realms.json().at("realms").as_array();
  for (const auto& one : realm_list)
    slugs.insert(one.at("slug").as_string().c_str());
  EXPECT_TRUE(slugs.contains("pozzo-delleternità"));
  auto classes = get("/data/wow/playable-class/index?namespace=static-eu");
  EXPECT_EQ(classes.json().at("classes").as_array().size(), 13);
  EXPECT_TRUE(classes.header("battlenet-namespace").starts_with("static-"));
  EXPECT_TRUE(classes.header("battlenet-namespace").ends_with("-eu"));
  EXPECT_EQ(get("/data/wow/playable-race/index?namespace=static-eu").status, 200);
  auto periods = get("/data/wow/mythic-keystone/period/index?namespace=dynamic-eu");
  EXPECT_EQ(periods.header("cache-control"), "public, max-age=1800");
  auto current = periods.json().at("current_period").at("id").to_number<int>();
  auto path = "/data/wow/mythic-keystone/period/" + std::to_string(current);
  auto period = get(path + "?namespace=dynamic-eu").json();
  EXPECT_EQ(
      period.at("end_timestamp").to_number<std::int64_t>()
          - period.at("start_timestamp").to_number<std::int64_t>(),
      604'799'000);
  EXPECT_EQ(get("/data/wow/mythic-keystone/period/1?namespace=dynamic-eu").status, 404);
}

TEST_F(sim_api, gzip_is_used_when_accepted_and_says_the_same) {
  auto path = path_of(available_member(members("stormrage/emberwatch")));
  for (const auto* child : {"", "/equipment", "/professions", "/status"}) {
    auto plain = get(path + child);
    auto packed = get(path + child, {{"Accept-Encoding", "gzip, deflate"}});
    if (plain.body.size() < 256) {
      EXPECT_EQ(packed.body, plain.body);
      continue;
    }
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_LT(packed.body.size(), plain.body.size());
    EXPECT_EQ(gunzip(packed.body), plain.body);
  }
}

TEST_F(sim_api, upper_case_is_forgiven_in_ascii_only) {
  auto made = control("world/join", R"({"guild":"stormrage/emberwatch","name":"Альвеоняша"})");
  auto latin = control("world/join", R"({"guild":"stormrage/emberwatch","name":"Plainname"})");
  EXPECT_EQ(get(path_of("stormrage", "Альвеоняша")).status, 200);
  EXPECT_EQ(
      get("/profile/wow/character/stormrage/" + percent_encode("Альвеоняша")).status, 404);
  EXPECT_EQ(get("/profile/wow/character/stormrage/Plainname").status, 200);
}

TEST_F(sim_api, a_person_logs_in_and_sees_the_account) {
  auto players = http->send("GET", "/_sim/players").json().at("players").as_array();
  const auto& person = players.front().as_object();
  auto id = std::to_string(person.at("id").to_number<std::int64_t>());
  std::string query =
      "?client_id=demo&response_type=code&state=s%261&scope=openid%20wow.profile"
      "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback";
  auto page = http->send("GET", "/oauth/authorize" + query);
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("value=" + id), std::string::npos);
  auto back = http->send(
      "GET", "/oauth/authorize" + query + "&account=" + id + "&wow_profile=on&decision=allow");
  ASSERT_EQ(back.status, 302);
  auto location = back.header("location");
  ASSERT_TRUE(location.starts_with("http://127.0.0.1/callback?code="));
  auto fields = parse_form(location.substr(location.find('?') + 1));
  EXPECT_EQ(fields["state"], "s&1");
  headers basic{{"Authorization", "Basic ZGVtbzpkZW1v"}};
  auto exchange =
      "grant_type=authorization_code&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&code="
      + fields["code"];
  auto granted = http->send("POST", "/oauth/token", basic, exchange);
  ASSERT_EQ(granted.status, 200);
  EXPECT_EQ(granted.json().at("scope").as_string(), "openid wow.profile");
  EXPECT_EQ(http->send("POST", "/oauth/token", basic, exchange).status, 400)
      << "a code works once";
  token = granted.json().at("access_token").as_string().c_str();
  auto info = get("/oauth/userinfo").json();
  EXPECT_EQ(info.at("sub").as_string(), id);
  EXPECT_EQ(info.at("battletag"), person.at("battletag"));
  auto check = http->send("POST", "/oauth/check_token", {}, "token=" + token);
  EXPECT_EQ(check.json().at("user_name").as_string(), id);
  EXPECT_EQ(http->send("POST", "/oauth/check_token", {}, "token=none").status, 400);
  auto account = get("/profile/user/wow");
  ASSERT_EQ(account.status, 200);
  std::set<std::int64_t> listed;
  auto licences = account.json().at("wow_accounts").as_array();
  for (const auto& licence : licences)
    for (const auto& one : licence.at("characters").as_array())
      listed.insert(one.at("id").to_number<std::int64_t>());
  for (const auto& one : person.at("characters").as_array())
    EXPECT_TRUE(listed.contains(one.to_number<std::int64_t>()));
  EXPECT_EQ(get("/profile/user/wow?namespace=profile-kr").status, 404) << "no licence there";
}

TEST_F(sim_api, a_denied_login_says_so_and_a_withheld_scope_forbids_the_account) {
  auto players = http->send("GET", "/_sim/players").json().at("players").as_array();
  auto id = std::to_string(players.front().at("id").to_number<std::int64_t>());
  std::string query = "/oauth/authorize?client_id=demo&response_type=code&state=x"
                      "&scope=openid%20wow.profile&redirect_uri=http%3A%2F%2Fx%2F";
  EXPECT_EQ(
      http->send("GET", query + "&decision=deny").header("location"),
      "http://x/?error=access_denied&state=x");
  auto location = http->send("GET", query + "&decision=allow&account=" + id).header("location");
  auto code = parse_form(location.substr(location.find('?') + 1))["code"];
  token = http->send(
                  "POST", "/oauth/token", {{"Authorization", "Basic ZGVtbzpkZW1v"}},
                  "grant_type=authorization_code&redirect_uri=http%3A%2F%2Fx%2F&code=" + code)
              .json()
              .at("access_token")
              .as_string()
              .c_str();
  EXPECT_EQ(get("/profile/user/wow").status, 403);
  token = new_token(*http);
  EXPECT_EQ(get("/profile/user/wow").status, 403) << "a client's own token";
}

TEST_F(sim_api, connections_are_kept_and_closed_as_asked) {
  auto kept = get(guild_path);
  EXPECT_NE(kept.header("connection"), "close");
  auto closed = get(guild_path, {{"Connection", "close"}});
  EXPECT_EQ(closed.header("connection"), "close");
}

TEST(sim_limits_served, the_first_request_of_a_second_beyond_the_limit_is_429) {
  auto opts = quick();
  opts.per_second = 10; // few: a busy machine is to get that far
  server upstream;
  client http(upstream.start(opts));
  auto token = new_token(http);
  headers h{{"Authorization", "Bearer " + token}, {"Battlenet-Namespace", "profile-eu"}};
  // The window's phase is unknown: ask until one whole window has been seen.
  auto refused = 0;
  auto answered_in_a_row = 0;
  auto full_window = false;
  std::string body;
  for (auto i = 0; i < 20'000 && !full_window; ++i) {
    auto got = http.send("GET", "/profile/wow/character/stormrage/nobody?locale=en_GB", h);
    if (got.status == 429) {
      full_window = refused > 0 && answered_in_a_row > 0;
      if (full_window) {
        EXPECT_EQ(answered_in_a_row, 10);
      }
      answered_in_a_row = 0;
      ++refused;
      body = got.body;
    } else {
      EXPECT_EQ(got.status, 404);
      ++answered_in_a_row;
    }
  }
  EXPECT_TRUE(full_window) << "this machine does not send 10 requests in a second";
  EXPECT_EQ(body, R"({"code":429,"type":"BLZWEBAPI00000429","detail":"Too Many Requests"})");
  auto summary = upstream.service().book.summary();
  EXPECT_EQ(summary.by_status.at(429), static_cast<std::size_t>(refused));
  EXPECT_GT(summary.max_per_second, 10);
}

TEST(sim_threads, answer_many_clients_while_the_world_changes) {
  auto opts = quick();
  opts.threads = 4;
  server upstream;
  auto port = upstream.start(opts);
  client first(port);
  auto token = new_token(first);
  constexpr auto clients = 6;
  constexpr auto each = 60;
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (auto i = 0; i < clients; ++i)
      threads.emplace_back([&, i] {
        client http(port);
        headers h{{"Authorization", "Bearer " + token}, {"Battlenet-Namespace", "profile-eu"}};
        for (auto n = 0; n < each; ++n) {
          auto path = std::string(guild_path) + ((i + n) % 2 == 0 ? "/roster" : "");
          good += http.send("GET", path + "?locale=en_GB", h).status == 200;
        }
      });
    client changing(port);
    for (auto n = 0; n < each; ++n)
      changing.send(
          "POST", "/_sim/world/logout", {}, R"({"guild":"stormrage/emberwatch","share":0.2})");
  }
  EXPECT_EQ(good, clients * each);
  auto summary = upstream.service().book.summary();
  EXPECT_EQ(summary.requests, clients * each + 1);
  EXPECT_EQ(summary.by_class.at("roster") + summary.by_class.at("guild"), clients * each);
}

TEST(sim_limits_served, latency_is_within_its_bounds) {
  auto opts = quick();
  opts.latency_min_ms = 30;
  opts.latency_max_ms = 50;
  server upstream;
  client http(upstream.start(opts));
  for (auto i = 0; i < 5; ++i) {
    auto begin = std::chrono::steady_clock::now();
    new_token(http);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(30));
  }
}

TEST(sim_limits_served, beyond_the_hour_answers_come_late) {
  auto opts = quick();
  opts.per_hour = 2;
  opts.slow_ms = 150;
  server upstream;
  client http(upstream.start(opts));
  headers h{
      {"Authorization", "Bearer " + new_token(http)}, {"Battlenet-Namespace", "profile-eu"}};
  auto timed = [&] {
    auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(http.send("GET", "/data/wow/guild/stormrage/emberwatch", h).status, 200);
    return std::chrono::steady_clock::now() - begin;
  };
  timed();
  timed();
  EXPECT_GE(timed(), std::chrono::milliseconds(150));
}

class sim_login_page : public served {
protected:
  void SetUp() override {
    auto opts = quick();
    opts.world = {{"eu", 400}, {"eu", 50}};
    begin(std::move(opts));
  }
};

TEST_F(sim_login_page, has_guild_masters_first_and_finds_everybody) {
  const std::string query = "/oauth/authorize?client_id=demo&response_type=code&state=s%261"
                            "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback";
  const auto page = http->send("GET", query).body;
  const auto others = page.find("<h2>Other players</h2>");
  ASSERT_NE(others, std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  const auto guilds = http->send("GET", "/_sim/world").json().at("guilds").as_array();
  for (const auto& guild : guilds) {
    const auto mark = "guild master of " + std::string(guild.at("name").as_string());
    EXPECT_LT(page.find(mark), others) << mark;
  }
  const auto players = http->send("GET", "/_sim/players").json().at("players").as_array();
  ASSERT_GT(players.size(), 60u) << "or all would be on the page";
  const auto& person = players.back().as_object();
  const auto id = std::to_string(person.at("id").to_number<std::int64_t>());
  const std::string tag{person.at("battletag").as_string()};
  EXPECT_EQ(page.find("value=" + id), std::string::npos);
  for (const auto& wanted : {tag, lower(tag), id}) {
    const auto found = http->send("GET", query + "&find=" + percent_encode(wanted)).body;
    EXPECT_NE(found.find("value=" + id), std::string::npos) << wanted;
    EXPECT_NE(found.find("name=state value=\"s&amp;1\""), std::string::npos);
  }
  const auto none = http->send("GET", query + "&find=%3Cb%3E%22").body;
  EXPECT_EQ(none.find("<b>\""), std::string::npos);
  EXPECT_NE(none.find("Nobody is called like that"), std::string::npos);
}

} // namespace guildhall::sim::test
