#include "api/rules/rosters.hpp"

#include "api/people.hpp"
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
}

void write_places(
    json_writer& out, std::string_view key, const std::vector<roster_place>& places) {
  out.begin_array(key);
  for (const auto& place : places) {
    out.begin_object();
    write_place(out, place);
    out.end_object();
  }
  out.end_array();
}

page rosters_page(const std::vector<roster_row>& rosters) {
  return {envelope(64 + rosters.size() * 192, [&](json_writer& out) {
    out.begin_array("data");
    for (const auto& roster : rosters) {
      out.begin_object();
      write_roster(out, roster);
      out.end_object();
    }
    out.end_array();
  })};
}

page roster_page(const roster_with_places& found) {
  page out;
  out.json = envelope(256 + found.places.size() * 128, [&](json_writer& json) {
    json.begin_object("data");
    write_roster(json, found.roster);
    write_places(json, "members", found.places);
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

result<roster_id> roster_of(const http::request& what) {
  const auto id = parse_id(what.param("rosterId"), "rosterId", "Roster ID");
  if (!id)
    return fail(id.error());
  return roster_id{*id};
}

// --- the routes

void list_rosters(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto guild = *id;
  if (const auto allowed = may_read(*with, who, guild); !allowed)
    return slot.fail(allowed.error());
  serve_cached(
      *with, what, std::move(slot), "rosters/" + std::to_string(guild.value),
      {rosters_tag(guild)}, [&people = with->people, guild](deadline expires, page_done done) {
        people.rosters(
            guild, expires, into_page<std::vector<roster_row>>(std::move(done), rosters_page));
      });
}

void add_roster(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto body = read_body(what, rules::roster);
  if (!body)
    return slot.fail(body.error());
  const auto guild = *id;
  if (const auto allowed = must_lead(who, guild); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.add_roster(
      author_of(who, what), guild, text_in(*body, "name").value_or(""), expires,
      when_written<roster_row>(with, std::move(slot), created));
}

void show_roster(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  serve_judged(
      with, who, may_see_guild_of, what, std::move(slot), "roster/" + std::to_string(id->value),
      {}, [&people = with->people, id = *id](deadline expires, page_done done) {
        people.roster(id, expires, into_page<roster_with_places>(std::move(done), roster_page));
      });
}

void rename_roster(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto body = read_body(what, rules::roster);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.rename_roster(
      author_of(who, what), *id, text_in(*body, "name").value_or(""), expires,
      when_written<roster_row>(with, std::move(slot), shown));
}

void remove_roster(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with->people.remove_roster(
      author_of(who, what), *id, expires,
      when_written<roster_row>(
          with, std::move(slot), [](const roster_row&) { return no_content(); }));
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

void add_places(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto body = read_body(what, rules::roster_additions);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.add_places(
      author_of(who, what), *id, additions_in(*body), expires,
      when_written<roster_with_places>(
          with, std::move(slot), [](const roster_with_places& now) {
            return http::json_response(
                200, envelope(64 + now.places.size() * 128, [&](json_writer& out) {
                  write_places(out, "data", now.places);
                }));
          }));
}

void set_role(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto character = character_id_of(what);
  if (!character)
    return slot.fail(character.error());
  const auto body = read_body(what, rules::roster_member);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.set_place_role(
      author_of(who, what), *id, *character, text_in(*body, "role"), expires,
      when_written<roster_place>(with, std::move(slot), [](const roster_place& place) {
        return data_answer(200, [&](json_writer& out) { write_place(out, place); });
      }));
}

void remove_place(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = roster_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto character = character_id_of(what);
  if (!character)
    return slot.fail(character.error());
  const auto expires = slot.expires();
  with->people.remove_place(
      author_of(who, what), *id, *character, expires,
      when_written<roster_row>(
          with, std::move(slot), [](const roster_row&) { return no_content(); }));
}

} // namespace

void add_rosters(http::router& routes, shared_services with) {
  add_route(routes, with, method::get, "/api/guilds/:guildId/rosters", list_rosters);
  add_route(routes, with, method::post, "/api/guilds/:guildId/rosters", add_roster);
  add_route(routes, with, method::get, "/api/rosters/:rosterId", show_roster);
  add_route(routes, with, method::put, "/api/rosters/:rosterId", rename_roster);
  add_route(routes, with, method::del, "/api/rosters/:rosterId", remove_roster);
  add_route(routes, with, method::post, "/api/rosters/:rosterId/members", add_places);
  add_route(routes, with, method::put, "/api/rosters/:rosterId/members/:characterId", set_role);
  add_route(
      routes, with, method::del, "/api/rosters/:rosterId/members/:characterId", remove_place);
}

} // namespace guildhall::api
