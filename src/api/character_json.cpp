#include "api/character_json.hpp"

#include "api/envelope.hpp"
#include "api/member_json.hpp"

namespace guildhall::api {

namespace {

void write_full_documents(json_writer& out, const domain::character_row& row) {
  out.json_or_null("profile_json", row.profile_json);
  out.json_or_null("equipment_json", row.equipment_json);
  out.json_or_null("mythic_profile_json", row.mythic_profile_json);
  if (row.optional_documents)
    out.field("documents", raw_json{*row.optional_documents});
}

} // namespace

void write_character(
    json_writer& out, const domain::character_row& row, const wanted_parts& parts) {
  const auto& class_name = row.class_name;
  out.field("id", row.id);
  out.field("user_id", row.user_id);
  out.field("guild_id", row.guild_id);
  out.field("name", row.name);
  out.field("realm", row.realm);
  out.field("region", domain::to_string(row.region));
  out.field("class", class_name);
  out.field("level", row.level);
  out.text_or_null("role", row.role);
  out.field("is_main", row.is_main);
  out.field("is_available", row.is_available);
  out.text_or_null(
      "bnet_character_id", row.bnet_id ? std::to_string(row.bnet_id->value) : std::string{});
  out.field("achievement_points", row.achievement_points);
  out.field("last_login_at", row.last_login_at);
  if (parts.full) {
    out.text_or_null("realm_name", row.realm_name);
    out.field("toy_hash", nullptr); // toy lists are compared, not hashed
    out.field("created_at", row.created_at);
    out.field("updated_at", row.updated_at);
    out.field("last_synced_at", changed_at(row.documents, domain::document::profile));
    write_full_documents(out, row);
  } else {
    write_lean_profile(
        out, class_name, row.spec_name, row.average_item_level, row.equipped_item_level);
    if (parts.equipment)
      out.json_or_null("equipment_json", row.equipment_json);
    write_lean_mythic(out, "mythic_profile_json", row.mythic_rating);
  }
  out.json_or_null("professions_json", row.professions);
}

} // namespace guildhall::api
