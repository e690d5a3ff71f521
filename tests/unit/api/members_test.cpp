#include "rows.hpp"

namespace guildhall::api::test {
namespace {

class members_test : public api_test {};

TEST_F(members_test, members_are_what_the_web_client_reads_and_nothing_else) {
  auto second = member(2, "", 3);
  second.character_class.clear();
  reads.members_answer = {{member(1, "Zoë", 0), second}};
  EXPECT_EQ(get("/api/guilds/7/members").parsed(), json::parse(R"({"success": true, "data": [
        {"id": 1, "character_id": 101, "character_name": "Zoë",
         "character_class": "Death Knight", "character_role": "Tank"},
        {"id": 2, "character_id": 102, "character_name": "Unknown",
         "character_class": "Unknown", "character_role": "Tank"}]})"));
}

TEST_F(members_test, the_other_fields_come_with_fields_full) {
  auto owned = member(1, "Zoë", 0);
  owned.is_main = true;
  owned.user_id = user_id{5};
  reads.members_answer = {{owned, member(2, "Nobodys", 9)}};
  const auto data = get("/api/guilds/7/members?fields=full").parsed().at("data");
  EXPECT_EQ(data.at(0), json::parse(R"({"id": 1, "character_id": 101, "character_name": "Zoë",
        "character_class": "Death Knight", "character_role": "Tank", "guild_id": 7, "rank": 0,
        "isMain": true, "user_id": 5, "realm": "stormrage", "realm_name": "Stormrage"})"));
  EXPECT_FALSE(data.at(1).as_object().contains("user_id")) << "absent if nobody";
}

TEST_F(members_test, a_role_that_is_not_known_is_null) {
  auto one = member(1, "Zoë", 0);
  one.character_role.clear();
  reads.members_answer = {{one}};
  EXPECT_TRUE(
      get("/api/guilds/7/members").parsed().at("data").at(0).at("character_role").is_null());
  auto whole = detail(1, "Zoë", 0);
  whole.member = one;
  reads.details_answer = {{whole}};
  const auto enhanced = get("/api/guilds/7/members/enhanced").parsed().at("data").at(0);
  EXPECT_TRUE(enhanced.at("character_role").is_null());
  EXPECT_TRUE(enhanced.at("character").at("role").is_null());
}

TEST_F(members_test, a_guild_without_members_has_an_empty_list) {
  EXPECT_EQ(get("/api/guilds/99/members").body, R"({"success":true,"data":[]})");
}

TEST_F(members_test, a_thousand_members_stay_small) {
  std::vector<domain::member_row> many;
  for (int i = 0; i < 1000; ++i) {
    many.push_back(member(10'000 + i, "Charname", i % 10));
    many.back().character_class = i % 3 == 0 ? "Death Knight" : "Priest";
  }
  reads.members_answer = many;
  EXPECT_LE(get("/api/guilds/7/members").body.size(), 120u * 1024);
  EXPECT_LE(
      get("/api/guilds/7/members", {{"Accept-Encoding", "gzip"}}).body.size(), 25u * 1024);
}

TEST_F(members_test, an_enhanced_member_has_its_character) {
  reads.details_answer = {{detail(1, "Zoë", 0)}};
  const auto body = get("/api/guilds/7/members/enhanced").parsed();
  EXPECT_EQ(body, json::parse(R"({"success": true, "data": [
        {"id": 1, "guild_id": 7, "character_name": "Zoë", "character_class": "Death Knight",
         "character_role": "Tank", "rank": 0,
         "character": {
           "id": 101, "user_id": 0, "name": "Zoë", "realm": "stormrage",
           "realm_name": "Stormrage", "class": "Death Knight", "level": 80, "role": "Tank", "is_main": false,
           "achievement_points": 12345, "equipped_item_level": 623,
           "average_item_level": 625, "last_login_timestamp": 1747159200000,
           "itemLevel": 623,
           "mythicKeystone": {"current_mythic_rating": {"rating": 2456.25}},
           "activeSpec": {"name": "Blood"},
           "professions": [{"profession": {"id": 164, "name": "Blacksmithing"},
                            "skill_points": 90, "max_skill_points": 100}]}}],
        "stats": {"total": 1, "successful": 1, "failed": 0, "errors": []}})"))
      << json::serialize(body);
}

TEST_F(members_test, enhanced_counts_whom_it_knows_nothing_about) {
  auto unknown = detail(2, "Ghost", 3);
  unknown.character_synced_at.reset();
  unknown.is_available = false;
  unknown.mythic_rating.reset();
  unknown.professions.reset();
  unknown.spec_name.clear();
  unknown.equipped_item_level.reset();
  auto outside = detail(3, "Outside", 12);
  reads.details_answer = {{detail(1, "Zoë", 0), unknown, outside}};
  const auto body = get("/api/guilds/7/members/enhanced").parsed();
  EXPECT_EQ(body.at("data").as_array().size(), 2u) << "ranks 0 to 9 only";
  const auto& ghost = body.at("data").at(1).at("character");
  EXPECT_EQ(ghost.at("itemLevel"), 0);
  EXPECT_TRUE(ghost.at("mythicKeystone").is_null());
  EXPECT_TRUE(ghost.at("activeSpec").is_null());
  EXPECT_EQ(ghost.at("professions"), json::parse("[]"));
  EXPECT_EQ(
      body.at("stats"), json::parse(R"({"total": 2, "successful": 1, "failed": 1, "errors": [
        {"name": "Ghost", "error": "Battle.net does not show this character"}]})"));
}

TEST_F(members_test, heavy_documents_only_when_included) {
  auto one = detail(1, "Zoë", 0);
  one.profile_json = R"({"id": 1})";
  one.equipment_json = R"({"equipped_items": []})";
  one.mythic_profile_json = R"({"best_runs": []})";
  reads.details_answer = {{one}};
  const auto character = [&](const std::string& query) {
    return get("/api/guilds/7/members/enhanced" + query)
        .parsed()
        .at("data")
        .at(0)
        .at("character");
  };
  EXPECT_FALSE(character("?fields=full").as_object().contains("equipment"));
  EXPECT_EQ(character("?fields=full").at("mythicKeystone"), json::parse(R"({"best_runs":[]})"));
  EXPECT_EQ(
      character("?include=equipment,character_data").at("equipment"),
      json::parse(R"({"equipped_items":[]})"));
  EXPECT_EQ(
      character("?include=character_data").at("character_data"), json::parse(R"({"id":1})"));
}

TEST_F(members_test, activity_rows_have_level_and_class_name) {
  domain::member_activity activity;
  activity.joined = {detail(1, "Zoë", 4)};
  activity.joined[0].joined_at = moment(evening);
  activity.left = {detail(2, "", 5)};
  activity.left[0].member.realm.clear();
  activity.left[0].left_at = moment(evening);
  reads.activity_answer = activity;
  EXPECT_EQ(
      get("/api/guilds/7/member-activity").parsed(), json::parse(R"({"success": true, "data": {
        "newMembers": [
          {"id": 1, "character_id": 101, "rank": 4, "character_name": "Zoë",
           "character_class": "Death Knight", "joined_at": "2025-05-13T18:00:00.000Z",
           "left_at": null, "character_realm": "stormrage", "character_level": 80, "level": 80,
           "class_name": "Death Knight"}],
        "leftMembers": [
          {"id": 2, "character_id": 102, "rank": 5, "character_name": "Unknown",
           "character_class": "Death Knight", "joined_at": null,
           "left_at": "2025-05-13T18:00:00.000Z", "character_realm": "Unknown",
           "character_level": 80, "level": 80, "class_name": "Death Knight"}]}})"));
  const auto full = get("/api/guilds/7/member-activity?fields=full").parsed();
  EXPECT_TRUE(full.at("data").at("newMembers").at(0).at("member_data_json").is_null());
  EXPECT_EQ(full.at("data").at("newMembers").at(0).at("is_available"), true);
}

} // namespace
} // namespace guildhall::api::test
