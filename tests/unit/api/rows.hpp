#pragma once

#include "fixture.hpp"

/// Rows as the store would bring them.
namespace guildhall::api::test {

inline domain::document_record
record(domain::document what, std::int64_t changed, std::int64_t checked) {
  domain::document_record out;
  out.document = what;
  out.state = domain::document_state::ok;
  out.fetched_at = out.changed_at = moment(changed);
  out.checked_at = moment(checked);
  return out;
}

inline domain::guild_row avalerion() {
  domain::guild_row out;
  out.id = {7};
  out.bnet_id = bnet_guild_id{115248327};
  out.region = domain::region::eu;
  out.realm = "stormrage";
  out.realm_name = "Stormrage";
  out.name = "Avalerion";
  out.name_slug = "avalerion";
  out.faction = "HORDE";
  out.leader_id = user_id{5};
  out.member_count = 418;
  out.created_at = out.updated_at = moment(evening - 1000);
  out.last_synced_at = moment(evening + 777);
  out.guild_data_json = R"({"name": "Avalerion", "member_count": 418})";
  out.documents = {
      record(domain::document::guild, evening, evening + 60'000),
      record(domain::document::roster, evening + 1000, evening + 50'000)};
  return out;
}

inline domain::member_row member(std::int64_t id, std::string name, int rank) {
  domain::member_row out;
  out.id = {id};
  out.guild_id = {7};
  out.character_id = {id + 100};
  out.character_name = std::move(name);
  out.character_class = "Death Knight";
  out.character_role = "Tank";
  out.rank = rank;
  out.realm = "stormrage";
  out.realm_name = "Stormrage";
  return out;
}

inline domain::member_detail detail(std::int64_t id, std::string name, int rank) {
  domain::member_detail out;
  out.member = member(id, std::move(name), rank);
  out.created_at = out.updated_at = moment(evening);
  out.bnet_id = bnet_character_id{id + 1000};
  out.region = domain::region::eu;
  out.class_id = 6;
  out.level = 80;
  out.spec_name = "Blood";
  out.average_item_level = 625;
  out.equipped_item_level = 623;
  out.mythic_rating = 2456.25;
  out.achievement_points = 12345;
  out.last_login_at = moment(evening);
  out.character_synced_at = moment(evening);
  out.professions =
      R"([{"profession": {"id": 164, "name": "Blacksmithing"}, "skill_points": 90, "max_skill_points": 100}])";
  out.character_created_at = out.character_updated_at = moment(evening);
  return out;
}

} // namespace guildhall::api::test
