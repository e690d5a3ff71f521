#include "api/rules/rosters.hpp"

#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"
#include "api/rules/roster_members.hpp"

/// The guild master's lists of members, for a raid or anything else.
namespace guildhall::api {

namespace {

using domain::roster_place;
using domain::roster_row;
using domain::roster_with_places;
using http::method;

void write_roster(json_writer& out, const roster_row& roster) {
  out.field("id", roster.id);
  out.field("guildId", roster.guild_id);
  out.field("name", roster.name);
  out.field("createdAt", roster.created_at);
  out.field("updatedAt", roster.updated_at);
  out.field("row_version", roster.row_version);
}

void write_place(json_writer& out, const roster_place& place) {
  out.field("characterId", place.character_id);
  out.field("name", place.name);
  out.field("rank", place.rank);
  out.field("class", place.class_name);
  out.field("role", place.role);
  out.field("realm", place.realm);
  out.text_or_null("realm_name", place.realm_name);
}

page rosters_page(const std::vector<roster_row>& rosters) {
  return {list_json(rosters, 192, write_roster)};
}

page roster_page(const roster_with_places& found) {
  page out;
  out.json = envelope(256 + found.places.size() * 128, [&](json_writer& json) {
    json.begin_object("data");
    write_roster(json, found.roster);
    write_list(json, "members", found.places, write_place);
    json.end_object();
  });
  const auto guild = found.roster.guild_id;
  out.late_tags = {rosters_tag(guild), guild_tag(guild)};
  out.about.guild = guild;
  return out;
}

/// The roster stands at top level as well: the web client takes the whole body for it.
http::response created(const roster_row& roster) {
  return http::json_response(
      201, envelope(
               512,
               [&](json_writer& out) {
                 out.begin_object("data");
                 write_roster(out, roster);
                 out.end_object();
               },
               [&](json_writer& out) { write_roster(out, roster); }));
}

http::response shown(const roster_row& roster) {
  return data_answer(200, [&](json_writer& out) { write_roster(out, roster); });
}

http::response places_shown(const roster_with_places& now) {
  return http::json_response(200, list_json(now.places, 128, write_place));
}

result<roster_id> roster_of(const call& in) {
  const auto id = parse_id(in.request().param("rosterId"), "rosterId", "Roster ID");
  if (!id)
    return fail(id.error());
  return roster_id{*id};
}

std::vector<domain::roster_addition> additions_in(const boost::json::object& body) {
  std::vector<domain::roster_addition> out;
  for (const auto& item : body.at("additions").as_array()) {
    const auto& one = item.as_object();
    auto& addition = out.emplace_back();
    if (const auto id = number_in(one, "characterId"))
      addition.character = character_id{*id};
    if (const auto rank = number_in(one, "rankId"))
      addition.rank = static_cast<int>(*rank);
    addition.role = text_in(one, "role");
  }
  return out;
}

task<http::response> list_rosters(call in) {
  const auto guild = co_await in.guild();
  co_await in.must_read(guild);
  co_return co_await in.kept(
      "rosters/" + std::to_string(guild.value), rosters_tag(guild), [&]() -> task<page> {
        co_return rosters_page(co_await in.ask(domain::rosters_of{guild}));
      });
}

task<http::response> add_roster(call in) {
  const auto guild = co_await in.guild();
  const auto body = co_await in.body(rules::roster);
  co_await in.must_lead(guild);
  domain::add_roster asked{in.author(), guild, text_in(body, "name").value_or("")};
  co_return co_await in.make(std::move(asked), created);
}

task<http::response> show_roster(call in) {
  const auto roster = co_await roster_of(in);
  co_return co_await in.kept(
      "roster/" + std::to_string(roster.value), {},
      [&]() -> task<page> {
        co_return roster_page(co_await in.ask(domain::roster_by_id{roster}, going_on::in_bulk));
      },
      may_see_guild_of);
}

task<http::response> rename_roster(call in) {
  const auto roster = co_await roster_of(in);
  const auto body = co_await in.body(rules::roster);
  domain::rename_roster asked{in.author(), roster, text_in(body, "name").value_or("")};
  co_return shown(co_await in.write(std::move(asked)));
}

task<http::response> remove_roster(call in) {
  const auto roster = co_await roster_of(in);
  domain::remove_roster asked{in.author(), roster};
  co_await in.write(std::move(asked));
  co_return no_content();
}

task<http::response> add_places(call in) {
  const auto roster = co_await roster_of(in);
  const auto body = co_await in.body(rules::roster_additions);
  domain::add_places asked{in.author(), roster, additions_in(body)};
  co_return co_await in.make(std::move(asked), places_shown);
}

task<http::response> set_place_role(call in) {
  const auto roster = co_await roster_of(in);
  const auto character = co_await in.character();
  const auto body = co_await in.body(rules::roster_member);
  domain::set_place_role asked{in.author(), roster, character, text_in(body, "role")};
  const auto place = co_await in.write(std::move(asked));
  co_return data_answer(200, [&](json_writer& out) { write_place(out, place); });
}

task<http::response> remove_place(call in) {
  const auto roster = co_await roster_of(in);
  const auto character = co_await in.character();
  domain::remove_place asked{in.author(), roster, character};
  co_await in.write(std::move(asked));
  co_return no_content();
}

constexpr route routes[]{
    {method::get, "/api/guilds/:guildId/rosters", list_rosters},
    {method::post, "/api/guilds/:guildId/rosters", add_roster},
    {method::get, "/api/rosters/:rosterId", show_roster},
    {method::put, "/api/rosters/:rosterId", rename_roster},
    {method::del, "/api/rosters/:rosterId", remove_roster},
    {method::post, "/api/rosters/:rosterId/members", add_places},
    {method::put, "/api/rosters/:rosterId/members/:characterId", set_place_role},
    {method::del, "/api/rosters/:rosterId/members/:characterId", remove_place},
};

} // namespace

void add_rosters(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
