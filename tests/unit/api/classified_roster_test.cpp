#include "rows.hpp"

namespace guildhall::api::test {
namespace {

class classified_roster_test : public api_test {};

TEST_F(classified_roster_test, an_entry_is_what_the_web_client_reads) {
  reads.details_answer = {{detail(1, "Zoë", 0)}};
  EXPECT_EQ(
      get("/api/guilds/7/classified-roster").parsed(),
      json::parse(R"({"success": true, "data": [
        {"character_id": 101, "rank": 0, "classification": "Main", "mainCharacterId": null,
         "reason": "alone",
         "character": {
           "name": "Zoë", "level": 80, "class": "Death Knight",
           "profile_json": {"equipped_item_level": 623, "average_item_level": 625,
                            "character_class": {"name": "Death Knight"},
                            "active_spec": {"name": "Blood"}},
           "mythic_profile_json": {"current_mythic_rating": {"rating": 2456.25}},
           "professions_json": [{"profession": {"id": 164, "name": "Blacksmithing"},
                                 "skill_points": 90, "max_skill_points": 100}]}}]})"));
}

TEST_F(classified_roster_test, an_alt_names_its_main) {
  auto main = detail(1, "Zoë", 0);
  auto alt = detail(2, "Adam", 5);
  main.member.user_id = alt.member.user_id = user_id{5};
  reads.details_answer = {{alt, main}};
  const auto data = get("/api/guilds/7/classified-roster?fields=full").parsed().at("data");
  EXPECT_EQ(data.at(0).at("classification"), "Main");
  EXPECT_EQ(data.at(0).at("character_id"), 101);
  EXPECT_EQ(data.at(0).at("groupKey"), 5);
  EXPECT_EQ(data.at(1).at("classification"), "Alt");
  EXPECT_EQ(data.at(1).at("mainCharacterId"), 101);
}

TEST_F(classified_roster_test, whoever_is_unknown_to_battlenet_has_nulls_and_a_name) {
  auto ghost = detail(1, "", 3);
  ghost.spec_name.clear();
  ghost.average_item_level.reset();
  ghost.equipped_item_level.reset();
  ghost.mythic_rating.reset();
  ghost.professions.reset();
  reads.details_answer = {{ghost}};
  const auto character =
      get("/api/guilds/7/classified-roster").parsed().at("data").at(0).at("character");
  EXPECT_EQ(character.at("name"), "Unknown");
  EXPECT_TRUE(character.at("profile_json").is_null());
  EXPECT_TRUE(character.at("mythic_profile_json").is_null());
  EXPECT_TRUE(character.at("professions_json").is_null());
}

TEST_F(classified_roster_test, fields_full_has_the_contracts_rows) {
  reads.details_answer = {{detail(1, "Zoë", 0)}};
  const auto entry =
      get("/api/guilds/7/classified-roster?fields=full").parsed().at("data").at(0);
  for (const auto* field :
       {"id",
        "guild_id",
        "character_id",
        "rank",
        "created_at",
        "updated_at",
        "is_main",
        "consecutive_update_failures",
        "is_available",
        "character_name",
        "character_class",
        "member_data_json",
        "joined_at",
        "left_at",
        "realm",
        "realm_name",
        "classification",
        "groupKey",
        "mainCharacterId",
        "character"})
    EXPECT_TRUE(entry.as_object().contains(field)) << field;
  for (const auto* field :
       {"id", "user_id", "name", "realm", "realm_name", "class", "level", "role", "created_at",
        "updated_at", "bnet_character_id", "region", "toy_hash", "last_synced_at",
        "profile_json", "equipment_json", "mythic_profile_json", "professions_json"})
    EXPECT_TRUE(entry.at("character").as_object().contains(field)) << field;
  EXPECT_TRUE(entry.at("character").at("bnet_character_id").is_number());
}

TEST_F(classified_roster_test, a_thousand_members_stay_below_the_limit) {
  std::vector<domain::member_detail> many;
  for (int i = 0; i < 1000; ++i) {
    many.push_back(detail(10'000 + i, "Charname", i % 10));
    many.back().professions =
        R"([{"profession": {"id": 164, "name": "Blacksmithing"}, "skill_points": 90, "max_skill_points": 100}, {"profession": {"id": 185, "name": "Cooking"}, "skill_points": 75, "max_skill_points": 100}, {"profession": {"id": 186, "name": "Mining"}, "skill_points": 75, "max_skill_points": 100}])";
  }
  reads.details_answer = many;
  EXPECT_LE(get("/api/guilds/7/classified-roster").body.size(), 750u * 1024);
  EXPECT_LE(
      get("/api/guilds/7/classified-roster", {{"Accept-Encoding", "gzip"}}).body.size(),
      50u * 1024);
  EXPECT_LE(
      get("/api/guilds/7/classified-roster", {{"Accept-Encoding", "br"}}).body.size(),
      50u * 1024);
}

} // namespace
} // namespace guildhall::api::test
