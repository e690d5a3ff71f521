#include "client.hpp"

#include <set>

namespace guildhall::sim::test {

namespace {

constexpr auto guild_path = "/data/wow/guild/stormrage/emberwatch";
constexpr auto roster_path = "/data/wow/guild/stormrage/emberwatch/roster";
constexpr auto activity_path = "/data/wow/guild/stormrage/emberwatch/activity";
constexpr auto guild_name = "stormrage/emberwatch";

class sim_control : public served {
protected:
  void SetUp() override {
    begin(quick());
    listed = members(guild_name);
    member = available_member(listed);
    id = member.at("id").to_number<std::int64_t>();
    address = "\"" + std::string(member.at("realm").as_string()) + "/"
            + std::string(member.at("name").as_string()) + "\"";
  }

  std::string with_id(const std::string& more = "") const {
    return "{\"character\":" + std::to_string(id) + more + "}";
  }

  /// The member of the roster document with that id, or null.
  boost::json::value roster_entry(std::int64_t wanted) {
    auto all = get(roster_path).json().at("members").as_array();
    for (const auto& one : all)
      if (one.at("character").at("id").to_number<std::int64_t>() == wanted)
        return one;
    return nullptr;
  }

  std::int64_t modified(const std::string& path) {
    return parse_http_date(get(path).header("last-modified")).value_or(-1);
  }

  /// What the path's Last-Modified gained from the call.
  template <class Call>
  std::int64_t moved(const std::string& path, Call call) {
    auto before = modified(path);
    call();
    return modified(path) - before;
  }

  boost::json::array listed;
  boost::json::object member;
  std::int64_t id = 0;
  std::string address;
};

} // namespace

TEST_F(sim_control, lists_the_world) {
  auto world = http->send("GET", "/_sim/world").json();
  EXPECT_EQ(world.at("guilds").as_array().size(), 3);
  EXPECT_EQ(world.at("guilds").at(0).at("slug").as_string(), "emberwatch");
  EXPECT_EQ(listed.size(), 60);
  EXPECT_EQ(http->send("GET", "/_sim/guild/stormrage/nobody").status, 404);
  EXPECT_EQ(http->send("GET", "/_sim/guild/stormrage/emberwatch?region=us").status, 404);
  auto one = http->send(
      "GET", "/_sim/character/" + std::string(member.at("realm").as_string()) + "/"
                 + percent_encode(member.at("name").as_string().c_str()));
  EXPECT_EQ(one.json().at("id"), member.at("id"));
}

TEST_F(sim_control, is_neither_counted_nor_in_need_of_a_token) {
  control("ledger/reset", "");
  http->send("GET", "/_sim/world");
  EXPECT_EQ(http->send("GET", "/_sim/ledger").json().at("requests").to_number<int>(), 0);
}

TEST_F(sim_control, says_what_is_wrong_with_a_call) {
  EXPECT_EQ(post("/_sim/world/no-such-change", "{}").status, 400);
  EXPECT_EQ(post("/_sim/world/leave", "{}").status, 400);
  EXPECT_EQ(post("/_sim/world/leave", "not json").status, 400);
  EXPECT_EQ(post("/_sim/world/leave", R"({"character":"stormrage/nobody"})").status, 400);
  EXPECT_EQ(post("/_sim/world/leave", R"({"character":{}})").status, 400);
  EXPECT_EQ(post("/_sim/clock", R"({"advance_ms":-1})").status, 400);
  EXPECT_EQ(post("/_sim/nothing", "{}").status, 404);
}

TEST_F(sim_control, who_leaves_is_in_neither_roster_nor_profile_and_comes_back_the_same) {
  auto path = path_of(member);
  EXPECT_GT(moved(roster_path, [&] { control("world/leave", with_id()); }), 0);
  EXPECT_TRUE(roster_entry(id).is_null());
  EXPECT_EQ(get(guild_path).json().at("member_count").to_number<int>(), 59);
  EXPECT_FALSE(get(path).json().as_object().contains("guild"));
  EXPECT_GT(moved(path, [&] { control("world/return", with_id(",\"rank\":3")); }), 0);
  EXPECT_EQ(roster_entry(id).at("rank").to_number<int>(), 3);
  EXPECT_EQ(get(path).json().at("id").to_number<std::int64_t>(), id);
  EXPECT_TRUE(get(path).json().as_object().contains("guild"));
}

TEST_F(sim_control, a_stranger_joins) {
  auto made = control(
      "world/join",
      R"({"guild":"stormrage/emberwatch","realm":"azuremyst","name":"Newcomer","rank":5})");
  auto entry = roster_entry(made.at("id").to_number<std::int64_t>());
  EXPECT_EQ(entry.at("character").at("realm").at("slug").as_string(), "azuremyst");
  EXPECT_EQ(entry.at("rank").to_number<int>(), 5);
  EXPECT_EQ(get(path_of("azuremyst", "Newcomer")).status, 200);
  EXPECT_EQ(
      post(
          "/_sim/world/join",
          R"({"guild":"stormrage/emberwatch","realm":"azuremyst","name":"newcomer"})")
          .status,
      400);
}

TEST_F(sim_control, ranks_move_the_roster_alone_and_leave_one_leader) {
  auto path = path_of(member);
  EXPECT_EQ(moved(path, [&] { control("world/rank", with_id(",\"rank\":4")); }), 0);
  EXPECT_EQ(roster_entry(id).at("rank").to_number<int>(), 4);
  EXPECT_GT(moved(roster_path, [&] { control("world/promote", with_id()); }), 0);
  EXPECT_EQ(roster_entry(id).at("rank").to_number<int>(), 3);
  control("world/demote", with_id());
  EXPECT_EQ(roster_entry(id).at("rank").to_number<int>(), 4);
  control("world/rank", "{\"character\":" + address + ",\"rank\":0}");
  auto leaders = 0;
  auto all = get(roster_path).json().at("members").as_array();
  for (const auto& one : all)
    leaders += one.at("rank").to_number<int>() == 0;
  EXPECT_EQ(leaders, 1);
  EXPECT_EQ(roster_entry(id).at("rank").to_number<int>(), 0);
  EXPECT_EQ(post("/_sim/world/promote", with_id()).status, 400);
}

TEST_F(sim_control, a_rename_keeps_the_id_and_frees_the_old_address) {
  auto before = path_of(member);
  auto realm = std::string(member.at("realm").as_string());
  control("world/rename", with_id(R"(,"name":"Êtrenommé")"));
  EXPECT_EQ(get(before).status, 404);
  EXPECT_EQ(get(path_of(realm, "êtrenommé")).json().at("id").to_number<std::int64_t>(), id);
  EXPECT_EQ(roster_entry(id).at("character").at("name").as_string(), "Êtrenommé");
}

TEST_F(sim_control, two_characters_swap_names) {
  auto other = available_member(listed, 30);
  auto path_a = path_of(member), path_b = path_of(other);
  auto id_b = other.at("id").to_number<std::int64_t>();
  ASSERT_NE(id, id_b);
  control(
      "world/swap_names",
      "{\"a\":" + std::to_string(id) + ",\"b\":" + std::to_string(id_b) + "}");
  auto name_now = [&](std::int64_t who) {
    return roster_entry(who).at("character").at("name");
  };
  EXPECT_EQ(name_now(id), other.at("name"));
  EXPECT_EQ(name_now(id_b), member.at("name"));
  if (member.at("realm") == other.at("realm")) {
    EXPECT_EQ(get(path_a).json().at("id").to_number<std::int64_t>(), id_b);
    EXPECT_EQ(get(path_b).json().at("id").to_number<std::int64_t>(), id);
  }
}

TEST_F(sim_control, a_name_is_taken_over_by_another_character) {
  auto path = path_of(member);
  auto known = get(path).header("last-modified");
  auto heir = control("world/takeover", with_id(R"(,"old_name":"Formerly","join":true)"));
  auto now = get(path, {{"If-Modified-Since", known}});
  ASSERT_EQ(now.status, 200);
  EXPECT_NE(now.json().at("id").to_number<std::int64_t>(), id);
  EXPECT_EQ(now.json().at("id"), heir.at("id"));
  EXPECT_FALSE(roster_entry(id).is_null());
  EXPECT_EQ(roster_entry(id).at("character").at("name").as_string(), "Formerly");
  EXPECT_FALSE(roster_entry(heir.at("id").to_number<std::int64_t>()).is_null());
}

TEST_F(sim_control, a_takeover_may_follow_a_deletion) {
  auto path = path_of(member);
  auto heir = control("world/takeover", with_id());
  EXPECT_EQ(get(path + "/status").json().at("id"), heir.at("id"));
  EXPECT_TRUE(roster_entry(id).is_null());
}

TEST_F(sim_control, a_transfer_changes_the_id_or_keeps_it) {
  auto path = path_of(member);
  auto name = std::string(member.at("name").as_string());
  auto moved_to = control("world/transfer", with_id(R"(,"realm":"silvermoon")"));
  EXPECT_EQ(get(path).status, 404);
  EXPECT_NE(moved_to.at("id").to_number<std::int64_t>(), id);
  EXPECT_EQ(get(path_of("silvermoon", name)).json().at("id"), moved_to.at("id"));
  EXPECT_TRUE(roster_entry(id).is_null());

  auto other = available_member(members(guild_name), 20);
  auto other_id = other.at("id").to_number<std::int64_t>();
  control(
      "world/transfer",
      "{\"character\":" + std::to_string(other_id)
          + R"(,"realm":"silvermoon","keep_id":true,"guild":"stormrage/emberwatch"})");
  EXPECT_EQ(get(path_of(other)).status, 404);
  auto there = get(path_of("silvermoon", other.at("name").as_string().c_str())).json();
  EXPECT_EQ(there.at("id").to_number<std::int64_t>(), other_id);
  EXPECT_EQ(
      roster_entry(other_id).at("character").at("realm").at("slug").as_string(), "silvermoon");
  EXPECT_EQ(roster_entry(other_id).at("rank"), other.at("rank"));
}

TEST_F(sim_control, a_guild_is_renamed) {
  auto path = path_of(member);
  auto guild_id = get(guild_path).json().at("id");
  auto profile_moved = moved(path, [&] {
    control("world/rename_guild", R"({"guild":"stormrage/emberwatch","name":"New Öath"})");
  });
  EXPECT_EQ(profile_moved, 0) << "guild data has its own clock";
  EXPECT_EQ(get(guild_path).status, 404);
  EXPECT_EQ(get(roster_path).status, 404);
  auto shown = get(path).json().at("guild");
  EXPECT_EQ(shown.at("id"), guild_id);
  EXPECT_EQ(shown.at("name").as_string(), "New Öath");
  EXPECT_NE(shown.at("key").at("href").as_string().find("/new-%C3%B6ath?"), std::string::npos);
  EXPECT_EQ(get("/data/wow/guild/stormrage/new-%C3%B6ath").json().at("id"), guild_id);
}

TEST_F(sim_control, a_guild_moves_to_another_realm) {
  auto guild_id = get(guild_path).json().at("id");
  control("world/move_guild", R"({"guild":"stormrage/emberwatch","realm":"silvermoon"})");
  EXPECT_EQ(get(guild_path).status, 404);
  auto there = get("/data/wow/guild/silvermoon/emberwatch").json();
  EXPECT_EQ(there.at("id"), guild_id);
  EXPECT_EQ(there.at("realm").at("slug").as_string(), "silvermoon");
  EXPECT_EQ(
      get(path_of(member)).json().at("guild").at("realm").at("slug").as_string(), "silvermoon");
}

TEST_F(sim_control, a_guild_disbands_and_another_takes_its_name) {
  auto guild_id = get(guild_path).json().at("id");
  control("world/disband", R"({"guild":"stormrage/emberwatch"})");
  EXPECT_EQ(get(guild_path).status, 404);
  EXPECT_FALSE(get(path_of(member)).json().as_object().contains("guild"));
  EXPECT_NE(guild_id, 0);
}

TEST_F(sim_control, a_name_is_founded_again) {
  auto guild_id = get(guild_path).json().at("id");
  control(
      "world/found_again", R"({"guild":"stormrage/emberwatch","founder":)"
                               + std::to_string(member.at("id").to_number<std::int64_t>())
                               + "}");
  auto now = get(guild_path).json();
  EXPECT_NE(now.at("id"), guild_id);
  EXPECT_EQ(now.at("member_count"), 1);
  EXPECT_EQ(get(path_of(member)).json().at("guild").at("id"), now.at("id"));
}

TEST_F(sim_control, a_character_is_made_anew_under_its_name) {
  control("world/make_anew", with_id());
  auto anew = get(path_of(member)).json();
  EXPECT_NE(anew.at("id").to_number<std::int64_t>(), id);
  EXPECT_EQ(
      roster_entry(anew.at("id").to_number<std::int64_t>()).at("rank"), member.at("rank"));
}

TEST_F(sim_control, a_logout_moves_the_profile_and_changes_documents) {
  auto path = path_of(member);
  auto toys = get(path + "/collections/toys").json().at("toys").as_array().size();
  std::set<std::string> equipment;
  for (auto i = 0; i < 6; ++i) {
    equipment.insert(get(path + "/equipment").body);
    auto before = modified(path);
    control("world/logout", with_id());
    EXPECT_GT(modified(path), before);
    auto late = modified(path + "/equipment") - modified(path);
    EXPECT_TRUE(late == 0 || late == 1);
  }
  EXPECT_GT(equipment.size(), 2);
  EXPECT_GE(get(path + "/collections/toys").json().at("toys").as_array().size(), toys);
}

TEST_F(sim_control, a_share_of_a_guild_logs_out) {
  auto out =
      control("world/logout", R"({"guild":"stormrage/emberwatch","share":0.5,"seed":3})");
  auto count = out.at("characters").as_array().size();
  EXPECT_GT(count, 10);
  EXPECT_LT(count, 50);
}

TEST_F(sim_control, activity_tells_what_was_asked_for_and_is_unchanged_until_then) {
  const auto known = get(activity_path);
  ASSERT_EQ(known.status, 200);
  EXPECT_TRUE(known.json().at("activities").as_array().empty());
  const auto status = [&] {
    return get(activity_path, {{"If-Modified-Since", known.header("last-modified")}}).status;
  };
  control("world/logout", with_id());
  EXPECT_EQ(status(), 304) << "no line was asked for";
  control("world/logout", with_id(R"(,"line":true)"));
  EXPECT_EQ(status(), 200);
  const auto profile_moved =
      moved(path_of(member), [&] { control("world/achievement", with_id()); });
  EXPECT_EQ(profile_moved, 0) << "it is online still";
  control("world/encounter", R"({"guild":"stormrage/emberwatch"})");

  const auto now = get(activity_path).json();
  EXPECT_EQ(now.at("guild").at("id"), get(guild_path).json().at("id"));
  const auto& lines = now.at("activities").as_array();
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[0].at("activity").at("type").as_string(), "ENCOUNTER");
  EXPECT_TRUE(lines[0].at("encounter_completed").at("mode").is_object());
  for (const auto i : {1, 2}) {
    EXPECT_EQ(lines[i].at("activity").at("type").as_string(), "CHARACTER_ACHIEVEMENT");
    const auto& who = lines[i].at("character_achievement").at("character");
    EXPECT_EQ(who.at("id").to_number<std::int64_t>(), id);
    EXPECT_EQ(who.at("name"), member.at("name"));
    EXPECT_EQ(who.at("realm").at("slug"), member.at("realm"));
    EXPECT_GT(lines[i].at("timestamp").to_number<std::int64_t>(), 1'700'000'000'000);
  }
  EXPECT_EQ(get("/data/wow/guild/stormrage/nobody/activity").status, 404);
}

TEST_F(sim_control, activity_shows_the_newest_hundred_lines) {
  control("world/logout", R"({"guild":"stormrage/emberwatch","line":true})");
  control("world/logout", R"({"guild":"stormrage/emberwatch","line":true})");
  control("world/encounter", R"({"guild":"stormrage/emberwatch"})");
  const auto lines = get(activity_path).json().at("activities").as_array();
  EXPECT_EQ(lines.size(), 100);
  EXPECT_EQ(lines[0].at("activity").at("type").as_string(), "ENCOUNTER");
}

TEST_F(sim_control, a_deleted_character_is_gone_and_a_dead_one_stays_in_the_roster) {
  auto path = path_of(member);
  control("world/delete", with_id());
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(get(path + "/status").status, 404);
  EXPECT_TRUE(roster_entry(id).is_null());
  auto other = available_member(members(guild_name), 20);
  auto other_id = other.at("id").to_number<std::int64_t>();
  control("world/delete", "{\"character\":" + std::to_string(other_id) + ",\"dead\":true}");
  char suffix[8];
  std::snprintf(suffix, sizeof suffix, "%06X", static_cast<unsigned>(other_id & 0xffffff));
  EXPECT_EQ(
      roster_entry(other_id).at("character").at("name").as_string(),
      std::string(other.at("name").as_string()) + suffix);
  EXPECT_EQ(get(path_of(other)).status, 404);
}

TEST_F(sim_control, a_character_is_hidden_or_declared_invalid) {
  auto path = path_of(member);
  control("world/set", with_id(",\"available\":false"));
  EXPECT_EQ(get(path).status, 404);
  EXPECT_FALSE(roster_entry(id).is_null());
  control("world/set", with_id(",\"available\":true,\"valid\":false"));
  EXPECT_EQ(get(path).status, 200);
  EXPECT_FALSE(get(path + "/status").json().at("is_valid").as_bool());
}

TEST_F(sim_control, a_new_week_moves_the_keystone_profile_alone) {
  auto path = path_of(member);
  control("world/logout", with_id());
  auto before = get(path + "/mythic-keystone-profile");
  auto period = before.json().at("current_period").at("period").at("id").to_number<int>();
  auto profile_moved = moved(path, [&] { control("world/new_week", ""); });
  EXPECT_EQ(profile_moved, 0);
  auto after =
      get(path + "/mythic-keystone-profile",
          {{"If-Modified-Since", before.header("last-modified")}});
  // The logout and the new week may fall into one second.
  if (after.status == 304)
    after = get(path + "/mythic-keystone-profile");
  EXPECT_EQ(
      after.json().at("current_period").at("period").at("id").to_number<int>(), period + 1);
  auto index = get("/data/wow/mythic-keystone/period/index?namespace=dynamic-eu").json();
  EXPECT_EQ(index.at("current_period").at("id").to_number<int>(), period + 1);
}

TEST_F(sim_control, in_lag_mode_the_profile_keeps_its_guild_until_the_logout) {
  auto path = path_of(member);
  control("world/lag", R"({"on":true})");
  EXPECT_EQ(moved(path, [&] { control("world/leave", with_id()); }), 0);
  EXPECT_TRUE(roster_entry(id).is_null());
  EXPECT_TRUE(get(path).json().as_object().contains("guild"));
  control("world/logout", with_id());
  EXPECT_FALSE(get(path).json().as_object().contains("guild"));
}

TEST_F(sim_control, last_modified_moves_with_every_change_within_one_second) {
  auto last = modified(roster_path);
  for (auto i = 0; i < 5; ++i) {
    control("world/rank", with_id(",\"rank\":" + std::to_string(2 + i)));
    auto now = modified(roster_path);
    EXPECT_GE(now, last + (i == 0 ? 0 : 1));
    last = now;
  }
}

TEST_F(sim_control, the_clock_moves_dates_and_weeks) {
  auto before = http->send("GET", "/_sim/clock").json().at("now_ms").to_number<std::int64_t>();
  auto week = 7 * 86'400'000LL;
  control("clock", "{\"advance_ms\":" + std::to_string(week) + "}");
  auto after = http->send("GET", "/_sim/clock").json().at("now_ms").to_number<std::int64_t>();
  EXPECT_GE(after - before, week);
  EXPECT_LT(after - before, week + 60'000);
  token = new_token(*http);
  control("world/logout", with_id());
  EXPECT_GE(modified(path_of(member)) * 1000, before + week - 1000);
}

} // namespace guildhall::sim::test
