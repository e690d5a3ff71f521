#include "api/member_json.hpp"

namespace guildhall::api {

void write_realm(json_writer& out, const domain::member_row& member) {
  out.field("realm", member.realm);
  out.text_or_null("realm_name", member.realm_name);
}

void write_member_row(
    json_writer& out, const domain::member_detail& detail, const wanted_parts& parts) {
  const auto& member = detail.member;
  out.field("id", member.id);
  out.field("guild_id", member.guild_id);
  out.field("character_id", member.character_id);
  out.field("rank", member.rank);
  out.field("created_at", detail.created_at);
  out.field("updated_at", detail.updated_at);
  out.field("is_main", member.is_main);
  out.field("consecutive_update_failures", detail.consecutive_update_failures);
  out.field("is_available", detail.is_available);
  out.field("character_name", member.character_name);
  out.field("character_class", member.character_class);
  write_realm(out, member);
  out.json_or_null(
      "member_data_json", parts.member_data ? detail.member_data_json : std::nullopt);
  out.field("joined_at", detail.joined_at);
  out.field("left_at", detail.left_at);
}

void write_lean_profile(
    json_writer& out, std::string_view class_name, std::string_view spec_name,
    std::optional<double> average_item_level, std::optional<double> equipped_item_level) {
  if (!equipped_item_level && !average_item_level && spec_name.empty())
    return out.field("profile_json", nullptr);
  out.begin_object("profile_json");
  out.field("equipped_item_level", equipped_item_level);
  out.field("average_item_level", average_item_level);
  out.begin_object("character_class");
  out.field("name", class_name);
  out.end_object();
  if (spec_name.empty()) {
    out.field("active_spec", nullptr);
  } else {
    out.begin_object("active_spec");
    out.field("name", spec_name);
    out.end_object();
  }
  out.end_object();
}

void write_lean_mythic(json_writer& out, std::string_view key, std::optional<double> rating) {
  if (!rating)
    return out.field(key, nullptr);
  out.begin_object(key);
  out.begin_object("current_mythic_rating");
  out.field("rating", *rating);
  out.end_object();
  out.end_object();
}

} // namespace guildhall::api
