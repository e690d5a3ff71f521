#include "api/call.hpp"
#include "api/character_json.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"
#include "api/rules/characters.hpp"
#include "core/text.hpp"

/// A player's own guilds and characters: those of their account list, and no others.
namespace guildhall::api {

namespace {

using domain::character_row;
using domain::own_guild;
using http::method;

page guilds_page(const std::vector<own_guild>& guilds, user_id user) {
  page out{list_json(guilds, 320, [user](json_writer& json, const own_guild& guild) {
    json.field("id", guild.id);
    json.field("name", guild.name);
    json.field("realm", guild.realm);
    json.field("region", domain::to_string(guild.region));
    json.field("last_updated", guild.last_updated);
    json.field("leader_id", guild.leader_id);
    json.field("guild_data_json", raw_json{guild.guild_data_json});
    json.field("is_guild_master", guild.leader_id == user);
  })};
  for (const auto& guild : guilds)
    out.late_tags.push_back(guild_tag(guild.id));
  return out;
}

page characters_page(const std::vector<character_row>& rows, const wanted_parts& parts) {
  page out{list_json(rows, 1'024, [&](json_writer& json, const character_row& row) {
    write_character(json, row, parts);
  })};
  for (const auto& row : rows)
    out.late_tags.push_back(character_tag(row.id));
  return out;
}

http::response shown(int status, const character_row& row) {
  return data_answer(status, [&](json_writer& out) { write_character(out, row, {}); });
}

task<http::response> list_guilds(call in) {
  const auto user = in.standing().id;
  co_return co_await in.kept(
      "own-guilds/" + std::to_string(user.value), user_tag(user), [&]() -> task<page> {
        co_return guilds_page(co_await in.ask(domain::own_guilds_of{user}), user);
      });
}

task<http::response> list_characters(call in) {
  const auto parts = co_await in.parts();
  const auto user = in.standing().id;
  co_return co_await in.kept(
      "own-characters/" + std::to_string(user.value) + '?' + parts.key(), user_tag(user),
      [&]() -> task<page> {
        const domain::own_characters_of asked{user, parts.detail()};
        co_return characters_page(co_await in.ask(asked, going_on::in_bulk), parts);
      });
}

task<http::response> add_character(call in) {
  const auto body = co_await in.body(rules::character_create);
  domain::sync_own_at asked{
      in.author(),
      {*domain::parse_region(*text_in(body, "region")), *text_in(body, "realm"),
       text::name_key(*text_in(body, "name"))},
      in.with().regions};
  co_return shown(201, co_await in.ask(std::move(asked)));
}

task<http::response> sync_character(call in) {
  const auto body = co_await in.body(rules::character_sync);
  domain::sync_own asked{
      in.author(), character_id{*number_in(body, "characterId")}, in.with().regions};
  co_return shown(200, co_await in.ask(std::move(asked)));
}

/// Everything of a character is Battle.net's: what the body says is checked and ignored.
task<http::response> update_character(call in) {
  const auto id = co_await in.character();
  co_await in.body(rules::character_update);
  const auto row = co_await in.ask(domain::character_by_id{id, domain::detail::lean});
  if (row.user_id != in.standing().id)
    co_return fail(
        ec::forbidden, "Unauthorized access to character " + std::to_string(row.id.value));
  co_return shown(200, row);
}

constexpr route routes[]{
    {method::get, "/api/guilds/user", list_guilds},
    {method::get, "/api/characters", list_characters},
    {method::post, "/api/characters", add_character},
    {method::post, "/api/characters/sync", sync_character},
    {method::put, "/api/characters/:characterId", update_character},
};

} // namespace

void add_own(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
