#include "api/member_json.hpp"
#include "api/resources.hpp"
#include "domain/game.hpp"

#include <array>

namespace guildhall::api {

namespace {

using domain::document;

constexpr std::array character_documents{
    document::profile, document::equipment, document::mythic, document::professions};

void write_full_documents(json_writer& out, const domain::character_row& row) {
  out.json_or_null("profile_json", row.profile_json);
  out.json_or_null("equipment_json", row.equipment_json);
  out.json_or_null("mythic_profile_json", row.mythic_profile_json);
}

void write_character(
    json_writer& out, const domain::character_row& row, const wanted_parts& parts) {
  const auto class_name = domain::class_name(row.class_id);
  out.begin_object("data");
  out.field("id", row.id);
  out.field("user_id", row.user_id);
  out.field("guild_id", row.guild_id);
  out.field("name", row.name);
  out.field("realm", row.realm);
  out.field("region", domain::to_string(row.region));
  out.field("class", class_name);
  out.field("level", row.level);
  out.field("role", row.role);
  out.field("is_main", row.is_main);
  out.field("is_available", row.is_available);
  out.text_or_null(
      "bnet_character_id", row.bnet_id ? std::to_string(row.bnet_id->value) : std::string{});
  out.field("achievement_points", row.achievement_points);
  out.field("last_login_at", row.last_login_at);
  if (parts.full) {
    out.field("toy_hash", nullptr); // toy lists are compared, not hashed
    out.field("created_at", row.created_at);
    out.field("updated_at", row.updated_at);
    out.field("last_synced_at", changed_at(row.documents, document::profile));
    write_full_documents(out, row);
  } else {
    write_lean_profile(
        out, class_name, row.spec_name, row.average_item_level, row.equipped_item_level);
    if (parts.equipment)
      out.json_or_null("equipment_json", row.equipment_json);
    write_lean_mythic(out, "mythic_profile_json", row.mythic_rating);
  }
  out.json_or_null("professions_json", row.professions);
  out.end_object();
}

page character_page(const domain::character_row& row, const wanted_parts& parts) {
  const auto judged = domain::judge_freshness(character_documents, row.documents);
  page out;
  out.json = envelope(
      2048, [&](json_writer& json) { write_character(json, row, parts); },
      [&](json_writer& json) { write_freshness(json, judged); });
  out.headers = checked_at_header(row.documents);
  return out;
}

/// Its owner, whoever may read its guild, and admins.
result<void>
may_see_character(const services& with, const caller& who, const http::subject& about) {
  if (who.who.is_admin() || about.user == who.who.id
      || (about.guild && may_read(with, who, *about.guild)) || with.open_reads)
    return {};
  return fail(
      ec::forbidden, "Unauthorized access to character "
                         + std::to_string(about.character.value_or(character_id{}).value));
}

http::subject about(const domain::character_row& row) {
  return {row.id, row.guild_id, row.user_id};
}

void character_by_id(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = parse_id(what.param("characterId"), "characterId", "Character ID");
  if (!id)
    return slot.fail(id.error());
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  const character_id character{*id};
  serve_judged(
      with, who, may_see_character, what, std::move(slot),
      "character/" + std::to_string(*id) + '?' + parts->key(), {character_tag(character)},
      [&reads = with->reads, character, parts = *parts](deadline expires, page_done done) {
        reads.character(
            character, parts.detail(), expires,
            into_page<domain::character_row>(
                std::move(done), [parts](const domain::character_row& row) {
                  auto found = character_page(row, parts);
                  found.about = about(row);
                  return found;
                }));
      });
}

void character_by_name(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  auto address = character_address_of(what);
  if (!address)
    return slot.fail(address.error());
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  auto key = "character-at/" + std::string{domain::to_string(address->region)} + '/'
           + address->realm + '/' + address->name_key + '?' + parts->key();
  serve_judged(
      with, who, may_see_character, what, std::move(slot), std::move(key),
      {std::string{addresses_tag}},
      [&reads = with->reads, address = std::move(*address),
       parts = *parts](deadline expires, page_done done) mutable {
        reads.character_at(
            std::move(address), parts.detail(), expires,
            into_page<domain::character_row>(
                std::move(done), [parts](const domain::character_row& row) {
                  auto found = character_page(row, parts);
                  found.late_tags.push_back(character_tag(row.id));
                  found.about = about(row);
                  return found;
                }));
      });
}

} // namespace

void add_characters(http::router& routes, shared_services with) {
  add_read(routes, with, "/api/characters/:characterId", character_by_id);
  add_read(routes, with, "/api/characters/:region/:realm/:name", character_by_name);
}

} // namespace guildhall::api
