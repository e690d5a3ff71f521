#include "rows.hpp"

namespace guildhall::api::test {
namespace {

class characters_test : public api_test {
protected:
  static domain::character_row tchaika() {
    domain::character_row out;
    out.id = {9};
    out.bnet_id = bnet_character_id{1234};
    out.user_id = user_id{5};
    out.guild_id = guild_id{7};
    out.region = domain::region::eu;
    out.realm = "gordunni";
    out.name = "Чайка";
    out.realm_name = "Гордунни";
    out.class_name = "Death Knight";
    out.level = 80;
    out.role = "Tank";
    out.spec_name = "Blood";
    out.is_main = true;
    out.average_item_level = 625;
    out.equipped_item_level = 623.5;
    out.last_login_at = moment(evening);
    out.created_at = out.updated_at = moment(evening);
    out.last_synced_at = moment(evening + 999);
    out.documents = {
        record(domain::document::profile, evening, evening + 1000),
        record(domain::document::equipment, evening, evening + 2000),
        record(domain::document::mythic, evening + 500, evening + 2000)};
    return out;
  }
};

TEST_F(characters_test, a_character_by_id) {
  reads.character_answer = tchaika();
  const auto got = get("/api/characters/9");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.parsed(), json::parse(R"({"success": true, "data": {
          "id": 9, "user_id": 5, "guild_id": 7, "name": "Чайка", "realm": "gordunni",
          "region": "eu", "class": "Death Knight", "level": 80, "role": "Tank",
          "is_main": true, "is_available": true, "bnet_character_id": "1234",
          "achievement_points": null, "last_login_at": "2025-05-13T18:00:00.000Z",
          "profile_json": {"equipped_item_level": 623.5, "average_item_level": 625,
                           "character_class": {"name": "Death Knight"},
                           "active_spec": {"name": "Blood"}},
          "mythic_profile_json": null, "professions_json": null},
        "freshness": {"changed_at": "2025-05-13T18:00:00.500Z", "state": "partial",
                      "reason": "professions: not fetched yet"}})"))
      << got.body;
  EXPECT_EQ(got.header("X-Guildhall-Checked-At"), "2025-05-13T18:00:01.000Z");
}

TEST_F(characters_test, a_role_that_is_not_known_is_null) {
  auto row = tchaika();
  row.role.clear();
  reads.character_answer = row;
  EXPECT_TRUE(get("/api/characters/9").parsed().at("data").at("role").is_null());
}

TEST_F(characters_test, a_character_by_name_in_any_script) {
  reads.character_answer = tchaika();
  const auto got = get("/api/characters/eu/gordunni/%D0%A7%D0%B0%D0%B9%D0%BA%D0%B0");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(
      reads.last_character_address,
      (domain::character_address{domain::region::eu, "gordunni", "чайка"}));
}

TEST_F(characters_test, whole_documents_with_fields_full) {
  auto row = tchaika();
  row.profile_json = R"({"id": 1234, "name": "Чайка"})";
  row.equipment_json = R"({"equipped_items": []})";
  reads.character_answer = row;
  const auto data = get("/api/characters/9?fields=full").parsed().at("data");
  EXPECT_EQ(data.at("profile_json").at("id"), 1234);
  EXPECT_EQ(data.at("equipment_json"), json::parse(R"({"equipped_items":[]})"));
  EXPECT_TRUE(data.at("mythic_profile_json").is_null());
  EXPECT_EQ(data.at("last_synced_at"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(data.at("realm"), "gordunni");
  EXPECT_EQ(data.at("realm_name"), "Гордунни");
  for (const auto* field : {"toy_hash", "created_at", "updated_at", "is_main"})
    EXPECT_TRUE(data.as_object().contains(field)) << field;
}

TEST_F(characters_test, unknown_and_impossible_characters) {
  EXPECT_EQ(get("/api/characters/9").status, 404);
  EXPECT_EQ(get("/api/characters/abc").status, 400);
  const auto got = get("/api/characters/abc").parsed().at("error");
  EXPECT_EQ(
      got.at("details").at("fields").at("characterId"),
      "Character ID must be a positive integer");
  EXPECT_EQ(get("/api/characters/xx/gordunni/a").status, 400);
}

} // namespace
} // namespace guildhall::api::test
