#include "api/events_body.hpp"
#include "api/people.hpp"
#include "api/resources.hpp"

/// The guild's calendar.
namespace guildhall::api {

namespace {

using domain::event_row;
using http::method;

/// Of a list only what it is drawn from; one event whole.
enum class extent : std::uint8_t { listed, whole };

void write_event(json_writer& out, const event_row& event, extent how) {
  out.field("id", event.id);
  out.field("title", event.title);
  out.field("description", event.description);
  out.field("event_type", event.event_type);
  out.field("start_time", event.start_time);
  out.field("end_time", event.end_time);
  out.field("created_by", event.created_by);
  out.field("guild_id", event.guild_id);
  out.field("max_participants", event.max_participants);
  out.field("row_version", event.row_version);
  if (how == extent::listed)
    return;
  out.json_or_null("event_details", event.event_details);
  out.field("discord_message_id", event.discord_message_id);
  out.field("discord_thread_id", event.discord_thread_id);
}

page events_page(const std::vector<event_row>& events, extent how) {
  return {envelope(64 + events.size() * 320, [&](json_writer& out) {
    out.begin_array("data");
    for (const auto& event : events) {
      out.begin_object();
      write_event(out, event, how);
      out.end_object();
    }
    out.end_array();
  })};
}

template <int Status>
http::response shown(const event_row& event) {
  return data_answer(Status, [&](json_writer& out) { write_event(out, event, extent::whole); });
}

page event_page(const event_row& event) {
  page out;
  out.json = envelope(512, [&](json_writer& json) {
    json.begin_object("data");
    write_event(json, event, extent::whole);
    json.end_object();
  });
  out.about.guild = event.guild_id;
  return out;
}

// --- the routes

void list_events(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  const auto guild = *id;
  if (const auto allowed = may_read(*with, who, guild); !allowed)
    return slot.fail(allowed.error());
  const auto how = parts->full ? extent::whole : extent::listed;
  auto key = "events/" + std::to_string(guild.value) + (parts->full ? "?f" : "?");
  serve_cached(
      *with, what, std::move(slot), std::move(key), {events_tag(guild)},
      [&people = with->people, guild, how](deadline expires, page_done done) {
        people.events(
            guild, how == extent::whole ? domain::detail::full : domain::detail::lean, expires,
            into_page<std::vector<event_row>>(
                std::move(done), [how](const std::vector<event_row>& found) {
                  return events_page(found, how);
                }));
      });
}

void show_event(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  serve_judged(
      with, who, may_see_guild_of, what, std::move(slot), "event/" + std::to_string(id->value),
      {event_tag(*id)}, [&people = with->people, id = *id](deadline expires, page_done done) {
        people.event(id, expires, into_page<event_row>(std::move(done), event_page));
      });
}

void add_event(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  auto body = new_event_in(what);
  if (!body)
    return slot.fail(body.error());
  if (const auto allowed = must_be_member(who, body->guild); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.add_event(
      author_of(who, what), body->guild, std::move(body->event), expires,
      when_written<event_row>(with, std::move(slot), shown<201>));
}

void change_event(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  auto body = event_change_in(what);
  if (!body)
    return slot.fail(body.error());
  const auto expires = slot.expires();
  with->people.change_event(
      author_of(who, what), *id, std::move(*body), expires,
      when_written<event_row>(with, std::move(slot), shown<200>));
}

void remove_event(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with->people.remove_event(
      author_of(who, what), *id, expires,
      when_written<event_row>(with, std::move(slot), shown<200>));
}

} // namespace

void add_events(http::router& routes, shared_services with) {
  add_route(routes, with, method::get, "/api/events/guild/:guildId", list_events);
  add_route(routes, with, method::post, "/api/events", add_event);
  add_route(routes, with, method::get, "/api/events/:eventId", show_event);
  add_route(routes, with, method::put, "/api/events/:eventId", change_event);
  add_route(routes, with, method::del, "/api/events/:eventId", remove_event);
}

} // namespace guildhall::api
