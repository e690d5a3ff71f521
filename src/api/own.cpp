#include "api/character_json.hpp"
#include "api/people.hpp"
#include "api/resources.hpp"
#include "api/rules/characters.hpp"
#include "core/text.hpp"

/// A player's own guilds and characters: those of their account list, and no others.
namespace guildhall::api {

namespace {

using domain::character_row;
using domain::own_guild;
using http::method;

page guilds_page(const std::vector<own_guild>& guilds, user_id who) {
  page out;
  out.json = envelope(64 + guilds.size() * 320, [&](json_writer& json) {
    json.begin_array("data");
    for (const auto& guild : guilds) {
      json.begin_object();
      json.field("id", guild.id);
      json.field("name", guild.name);
      json.field("realm", guild.realm);
      json.field("region", domain::to_string(guild.region));
      json.field("last_updated", guild.last_updated);
      json.field("leader_id", guild.leader_id);
      json.field("guild_data_json", raw_json{guild.guild_data_json});
      json.field("is_guild_master", guild.leader_id == who);
      json.end_object();
    }
    json.end_array();
  });
  for (const auto& guild : guilds)
    out.late_tags.push_back(guild_tag(guild.id));
  return out;
}

page characters_page(const std::vector<character_row>& rows, const wanted_parts& parts) {
  page out;
  out.json = envelope(64 + rows.size() * 1'024, [&](json_writer& json) {
    json.begin_array("data");
    for (const auto& row : rows) {
      json.begin_object();
      write_character(json, row, parts);
      json.end_object();
    }
    json.end_array();
  });
  for (const auto& row : rows)
    out.late_tags.push_back(character_tag(row.id));
  return out;
}

template <int Status>
http::response shown(const character_row& row) {
  return data_answer(Status, [&](json_writer& out) { write_character(out, row, {}); });
}

void list_guilds(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = who.who.id;
  serve_cached(
      *with, what, std::move(slot), "own-guilds/" + std::to_string(id.value), {user_tag(id)},
      [&people = with->people, id](deadline expires, page_done done) {
        people.own_guilds(
            id, expires,
            into_page<std::vector<own_guild>>(
                std::move(done),
                [id](const std::vector<own_guild>& found) { return guilds_page(found, id); }));
      });
}

void list_characters(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  const auto id = who.who.id;
  serve_cached(
      *with, what, std::move(slot),
      "own-characters/" + std::to_string(id.value) + '?' + parts->key(), {user_tag(id)},
      [&people = with->people, id, parts = *parts](deadline expires, page_done done) {
        people.own_characters(
            id, parts.detail(), expires,
            into_page<std::vector<character_row>>(
                std::move(done), [parts](const std::vector<character_row>& found) {
                  return characters_page(found, parts);
                }));
      });
}

void add_character(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto body = read_body(what, rules::character_create);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.sync_own_at(
      author_of(who, what),
      {*domain::parse_region(*text_in(*body, "region")), *text_in(*body, "realm"),
       text::name_key(*text_in(*body, "name"))},
      expires, when_done<character_row>(std::move(slot), shown<201>));
}

void sync_character(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto body = read_body(what, rules::character_sync);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.sync_own(
      author_of(who, what), character_id{*number_in(*body, "characterId")}, expires,
      when_done<character_row>(std::move(slot), shown<200>));
}

/// Everything of a character is Battle.net's: what the body says is checked and ignored.
void update_character(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = character_id_of(what);
  if (!id)
    return slot.fail(id.error());
  if (const auto body = read_body(what, rules::character_update); !body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->reads.character(
      *id, domain::detail::lean, expires,
      [slot = std::move(slot), caller = who.who.id](result<character_row> row) mutable {
        if (!row)
          return slot.fail(row.error());
        if (row->user_id != caller)
          return slot.fail(
              {ec::forbidden,
               "Unauthorized access to character " + std::to_string(row->id.value)});
        slot.send(shown<200>(*row));
      });
}

} // namespace

void add_own(http::router& routes, shared_services with) {
  add_route(routes, with, method::get, "/api/guilds/user", list_guilds);
  add_route(routes, with, method::get, "/api/characters", list_characters);
  add_route(routes, with, method::post, "/api/characters", add_character);
  add_route(routes, with, method::post, "/api/characters/sync", sync_character);
  add_route(routes, with, method::put, "/api/characters/:characterId", update_character);
}

} // namespace guildhall::api
