#include "api/call.hpp"
#include "api/character_json.hpp"
#include "api/envelope.hpp"
#include "api/paging.hpp"
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

/// They change with each of the characters.
page under_tags_of(const std::vector<character_row>& rows, page out) {
  for (const auto& row : rows)
    out.late_tags.push_back(character_tag(row.id));
  return out;
}

template <int Status>
http::response shown_as(const character_row& row) {
  return data_answer(Status, [&](json_writer& out) { write_character(out, row, {}); });
}

task<http::response> list_guilds(call in) {
  const auto user = in.standing().id;
  co_return co_await in.kept(
      "own-guilds/" + std::to_string(user.value), user_tag(user), [&]() -> task<page> {
        co_return guilds_page(co_await in.ask(domain::own_guilds_of{user}), user);
      });
}

task<page> all_characters(const call& in, user_id user) {
  const auto rows = co_await in.ask(domain::own_characters_of{user}, going_on::in_bulk);
  page out{list_json(rows, 1'024, [](json_writer& json, const character_row& row) {
    write_character(json, row, {});
  })};
  co_return under_tags_of(rows, std::move(out));
}

task<page> some_characters(
    const call& in, user_id user, const wanted_parts& parts, const page_wish& wish) {
  const domain::wanted_documents documents{
      .profile = parts.full,
      .equipment = parts.full || parts.equipment,
      .mythic = parts.full,
      .all_tiers = parts.detail() == domain::detail::full};
  const auto found = co_await in.ask(
      domain::own_character_page_of{user, wish.from, documents}, going_on::in_bulk);
  auto out =
      page_json(in, wish, found.next, 64 + found.rows.size() * 2'048, [&](json_writer& json) {
        write_list(json, "data", found.rows, [&](json_writer& each, const character_row& row) {
          write_character(each, row, parts);
        });
      });
  co_return under_tags_of(found.rows, std::move(out));
}

task<http::response> list_characters(call in) {
  const auto all_parts = co_await in.parts();
  const auto user = in.standing().id;
  const auto name = "own-characters/" + std::to_string(user.value);
  paged_list list{name, "/api/characters"};
  const auto wish = co_await page_wish_of(in, std::move(list), all_parts);
  const auto parts = all_parts.those_of({.full = true, .equipment = true});
  co_return co_await in.kept(key_of(name, parts, wish), user_tag(user), [&] {
    return wish ? some_characters(in, user, parts, *wish) : all_characters(in, user);
  });
}

task<http::response> add_character(call in) {
  const auto body = co_await in.body(rules::character_create);
  domain::sync_own_at asked{
      in.author(),
      {*domain::parse_region(*text_in(body, "region")), *text_in(body, "realm"),
       text::name_key(*text_in(body, "name"))},
      in.with().regions};
  co_return co_await in.make(std::move(asked), shown_as<201>);
}

task<http::response> sync_character(call in) {
  const auto body = co_await in.body(rules::character_sync);
  domain::sync_own asked{
      in.author(), character_id{*number_in(body, "characterId")}, in.with().regions};
  co_return co_await in.make(std::move(asked), shown_as<200>);
}

/// Everything of a character is Battle.net's: what the body says is checked and ignored.
task<http::response> update_character(call in) {
  const auto id = co_await in.character();
  co_await in.body(rules::character_update);
  const auto row = co_await in.ask(domain::character_by_id{id, domain::detail::lean});
  co_await may_see_character(in, {row.id, row.guild_id, row.user_id});
  if (row.user_id != in.standing().id)
    co_return fail(domain::not_your_character(row.id));
  co_return shown_as<200>(row);
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
