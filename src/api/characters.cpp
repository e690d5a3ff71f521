#include "api/character_json.hpp"
#include "api/resources.hpp"

#include <array>

namespace guildhall::api {

namespace {

using domain::document;

constexpr std::array character_documents{
    document::profile, document::equipment, document::mythic, document::professions};

page character_page(const domain::character_row& row, const wanted_parts& parts) {
  const auto judged = domain::judge_freshness(character_documents, row.documents);
  page out;
  out.json = envelope(
      2048,
      [&](json_writer& json) {
        json.begin_object("data");
        write_character(json, row, parts);
        json.end_object();
      },
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
  const auto id = character_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  const auto character = *id;
  serve_judged(
      with, who, may_see_character, what, std::move(slot),
      "character/" + std::to_string(character.value) + '?' + parts->key(),
      {character_tag(character)},
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
