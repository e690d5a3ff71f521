#include "api/call.hpp"
#include "api/character_json.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"
#include "domain/document_kinds.hpp"

namespace guildhall::api {

namespace {

page character_page(const domain::character_row& row, const wanted_parts& parts) {
  const auto judged = domain::judge_freshness(domain::character_documents, row.documents);
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
  out.about = {row.id, row.guild_id, row.user_id};
  return out;
}

/// The parts that make a difference to it.
wanted_parts of_character(const wanted_parts& all) noexcept {
  return {.full = all.full, .equipment = all.equipment && !all.full};
}

task<http::response> character_by_id(call in) {
  const auto id = co_await in.character();
  const auto parts = of_character(co_await in.parts());
  co_return co_await in.kept(
      "character/" + std::to_string(id.value) + '?' + parts.key(), character_tag(id),
      [&]() -> task<page> {
        const domain::character_by_id asked{id, parts.detail()};
        co_return character_page(co_await in.ask(asked, where_for(parts.detail())), parts);
      },
      may_see_character, domain::no_such_character(id).message);
}

task<http::response> character_by_name(call in) {
  const auto address = co_await character_address_of(in.request());
  const auto parts = of_character(co_await in.parts());
  auto key = "character-at/" + std::string{domain::to_string(address.region)} + '/'
           + address.realm + '/' + address.name_key + '?' + parts.key();
  co_return co_await in.kept(
      std::move(key), std::string{addresses_tag},
      [&]() -> task<page> {
        domain::character_at asked{address, parts.detail()};
        const auto row = co_await in.ask(std::move(asked), where_for(parts.detail()));
        auto found = character_page(row, parts);
        found.late_tags.push_back(character_tag(row.id));
        co_return found;
      },
      may_see_character, domain::no_such_character(address).message);
}

constexpr route routes[]{
    {http::method::get, "/api/characters/:characterId", character_by_id},
    {http::method::get, "/api/characters/:region/:realm/:name", character_by_name},
};

} // namespace

void add_characters(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
