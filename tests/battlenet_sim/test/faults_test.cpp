#include "client.hpp"

#include <chrono>

namespace guildhall::sim::test {

namespace {

constexpr auto guild_path = "/data/wow/guild/stormrage/emberwatch";
constexpr auto roster_path = "/data/wow/guild/stormrage/emberwatch/roster";

class sim_faults : public served {
protected:
  void SetUp() override {
    begin(quick());
  }

  std::size_t roster_size() {
    return get(roster_path).json().at("members").as_array().size();
  }
  void no_faults() {
    EXPECT_EQ(http->send("DELETE", "/_sim/faults").status, 200);
  }
};

} // namespace

TEST_F(sim_faults, a_status_replaces_the_answer_where_it_matches) {
  control("fault", R"({"match":"/data/wow/guild/stormrage","status":503,"retry_after":7})");
  auto broken = get(guild_path);
  EXPECT_EQ(broken.status, 503);
  EXPECT_EQ(broken.header("retry-after"), "7");
  EXPECT_EQ(get("/data/wow/realm/index?namespace=dynamic-eu").status, 200);
  no_faults();
  EXPECT_EQ(get(guild_path).status, 200);
}

TEST_F(sim_faults, match_by_class_pattern_and_region) {
  control("fault", R"({"match":"class:roster","status":500})");
  EXPECT_EQ(get(roster_path).status, 500);
  EXPECT_EQ(get(guild_path).status, 200);
  no_faults();
  control("fault", R"({"match":"regex:character/[^/]+/a","status":502})");
  EXPECT_EQ(get("/profile/wow/character/stormrage/abc").status, 502);
  EXPECT_EQ(get("/profile/wow/character/stormrage/zbc").status, 404);
  no_faults();
  control("fault", R"({"match":"/","region":"us","status":502})");
  EXPECT_EQ(get(guild_path).status, 200);
  no_faults();
  control("fault", R"({"match":"class:token","status":503})");
  EXPECT_EQ(http->send("POST", "/oauth/token").status, 503);
  EXPECT_EQ(post("/_sim/fault", R"({"match":"regex:(","status":500})").status, 400);
  EXPECT_EQ(post("/_sim/fault", R"({"match":"/"})").status, 400);
  EXPECT_EQ(post("/_sim/fault", R"({"match":"/","status":500,"reset":true})").status, 400);
}

TEST_F(sim_faults, give_what_no_honest_service_gives) {
  const auto names = http->send("GET", "/_sim/hostile").json().at("names").as_array();
  ASSERT_GT(names.size(), 50u);
  EXPECT_EQ(post("/_sim/fault", R"({"match":"/","hostile":"nothing"})").status, 400);
  const auto guild_with = [&](const std::string& fault) {
    control("fault", R"({"match":"class:guild","hostile":")" + fault + R"(","count":1})");
    auto got = get(guild_path);
    EXPECT_EQ(http->send("GET", "/_sim/clock").status, 0) << "the connection is over";
    no_faults();
    return got;
  };
  EXPECT_TRUE(guild_with("header_bytes").header("x-trace-traceid").starts_with("\xff\xfe"));
  EXPECT_NE(guild_with("nul_in_a_key").body.find("a\\u0000b"), std::string::npos);
  EXPECT_TRUE(guild_with("any").header("x-trace-traceid").starts_with("\xff\xfe"))
      << "the first of them";
  EXPECT_EQ(get(guild_path).status, 200);
}

TEST_F(sim_faults, say_something_else_with_200) {
  control("fault", R"({"match":"class:guild","body":{"code":503,"reason":"maintenance"}})");
  EXPECT_EQ(get(guild_path).status, 200);
  EXPECT_EQ(get(guild_path).json().at("code"), 503);
  no_faults();
  control("fault", std::string{R"({"match":"class:guild","instead":")"} + roster_path + "\"}");
  EXPECT_TRUE(get(guild_path).json().as_object().contains("members"));
  no_faults();
  control("fault", R"({"match":"class:roster","last_modified":""})");
  EXPECT_EQ(get(roster_path).header("last-modified"), "");
}

TEST_F(sim_faults, edit_the_right_document) {
  const auto before = get(roster_path).json().at("members").as_array();
  control(
      "fault",
      R"({"match":"class:roster","edit":{"set":{"/members/1/rank":"x","/members/2":null},
    "repeat":["/members/0"],"remove":["/guild"]}})");
  const auto body = get(roster_path).json();
  const auto& members = body.at("members").as_array();
  ASSERT_EQ(members.size(), before.size() + 1);
  EXPECT_EQ(members[1].at("rank"), "x");
  EXPECT_TRUE(members[2].is_null());
  EXPECT_EQ(members.back(), before[0]);
  EXPECT_FALSE(body.as_object().contains("guild"));
}

TEST_F(sim_faults, strike_at_their_rate_and_repeat_with_their_seed) {
  auto pattern = [&] {
    control("fault", R"({"match":"/profile","rate":0.2,"seed":5,"status":500})");
    std::string struck;
    for (auto i = 0; i < 300; ++i)
      struck += get("/profile/wow/character/stormrage/abc").status == 500 ? 'x' : '.';
    no_faults();
    return struck;
  };
  auto first = pattern();
  auto hits = std::count(first.begin(), first.end(), 'x');
  EXPECT_GT(hits, 30);
  EXPECT_LT(hits, 90);
  EXPECT_EQ(pattern(), first);
}

TEST_F(sim_faults, end_after_their_count) {
  auto id = control("fault", R"({"match":"/data","count":2,"status":500})").at("id");
  EXPECT_EQ(get(guild_path).status, 500);
  EXPECT_EQ(get(guild_path).status, 500);
  EXPECT_EQ(get(guild_path).status, 200);
  auto listed = http->send("GET", "/_sim/faults").json().at("faults").as_array();
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].at("struck").to_number<int>(), 2);
  EXPECT_EQ(listed[0].at("id"), id);
  EXPECT_EQ(
      http->send("DELETE", "/_sim/fault/" + std::to_string(id.to_number<int>())).status, 200);
  EXPECT_EQ(http->send("GET", "/_sim/faults").json().at("faults").as_array().size(), 0);
}

TEST_F(sim_faults, delay_the_right_answer) {
  control("fault", R"({"match":"/data","delay_ms":120})");
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(guild_path).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(120));
}

TEST_F(sim_faults, reset_the_connection) {
  control("fault", R"({"match":"/data","count":1,"reset":true})");
  EXPECT_EQ(get(guild_path).status, 0);
  EXPECT_EQ(get(guild_path).status, 200);
  auto ledger = http->send("GET", "/_sim/ledger").json();
  EXPECT_EQ(ledger.at("by_status").at("0").to_number<int>(), 1);
}

TEST_F(sim_faults, truncate_behind_a_promise_of_more) {
  control("fault", R"({"match":"/data","count":1,"truncate":true})");
  EXPECT_EQ(get(roster_path).status, 0);
  EXPECT_EQ(get(roster_path).status, 200);
}

TEST_F(sim_faults, break_the_json_of_a_complete_answer) {
  control("fault", R"({"match":"/data","count":1,"broken_json":true})");
  auto broken = get(roster_path);
  EXPECT_EQ(broken.status, 200);
  EXPECT_THROW((void)broken.json(), std::exception);
}

TEST_F(sim_faults, drip_the_right_answer) {
  auto whole = get(guild_path);
  control("fault", R"({"match":"/data","count":1,"drip":30})");
  auto begin = std::chrono::steady_clock::now();
  auto dripped = get(guild_path);
  EXPECT_EQ(dripped.status, 200);
  EXPECT_EQ(dripped.body, whole.body);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(30));
}

TEST_F(sim_faults, leave_a_body_out) {
  control("fault", R"({"match":"/data","count":1,"empty_body":true})");
  auto empty = get(guild_path);
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body, "");
  EXPECT_EQ(empty.header("content-length"), "0");
}

TEST_F(sim_faults, empty_or_halve_a_roster_but_not_for_good) {
  auto date = get(roster_path).header("last-modified");
  control("fault", R"({"match":"class:roster","empty_roster":true})");
  auto empty = get(roster_path, {{"If-Modified-Since", date}});
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.json().at("members").as_array().size(), 0);
  no_faults();
  control("fault", R"({"match":"class:roster","halve_roster":true})");
  auto halved = get(roster_path);
  auto members = halved.json().at("members").as_array();
  EXPECT_LT(members.size(), 30);
  auto leaders = 0;
  for (const auto& one : members)
    leaders += one.at("rank").to_number<int>() == 0;
  EXPECT_EQ(leaders, 1);
  no_faults();
  auto healed = get(roster_path, {{"If-Modified-Since", halved.header("last-modified")}});
  EXPECT_EQ(healed.status, 200);
  EXPECT_EQ(healed.json().at("members").as_array().size(), 60);
}

TEST_F(sim_faults, a_moving_damaged_roster_has_a_new_date_each_time) {
  control("fault", R"({"match":"class:roster","halve_roster":true,"moving":true})");
  auto first = get(roster_path).header("last-modified");
  auto second = get(roster_path).header("last-modified");
  EXPECT_NE(first, second);
  no_faults();
  EXPECT_EQ(get(roster_path, {{"If-Modified-Since", second}}).status, 200);
  EXPECT_EQ(roster_size(), 60);
}

TEST_F(sim_faults, a_status_may_bring_a_body_of_its_own) {
  control("fault", R"({"match":"/data","status":403,"body":"<html>no</html>","html":true})");
  auto refused = get(guild_path);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, "<html>no</html>");
  EXPECT_EQ(refused.header("content-type"), "text/html;charset=UTF-8");
  no_faults();
  control("fault", R"({"match":"/data","status":200,"body":"{\"code\":500}"})");
  EXPECT_EQ(get(guild_path).json().at("code"), 500);
}

TEST_F(sim_faults, by_path_the_same_paths_are_struck_each_time) {
  control("fault", R"({"match":"/profile","status":503,"rate":0.5,"by_path":true})");
  auto pattern = [&] {
    std::string struck;
    for (char c = 'a'; c <= 'z'; ++c)
      struck +=
          get(std::string("/profile/wow/character/stormrage/x") + c).status == 503 ? 'x' : '.';
    return struck;
  };
  const auto first = pattern();
  EXPECT_EQ(pattern(), first);
  EXPECT_NE(first.find('.'), std::string::npos);
  EXPECT_NE(first.find('x'), std::string::npos);
}

} // namespace guildhall::sim::test
