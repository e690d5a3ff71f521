#include "api/rules/sign_ups.hpp"

#include "api/events_body.hpp"
#include "api/people.hpp"
#include "api/resources.hpp"

/// Who comes to an event.
namespace guildhall::api {

namespace {

using domain::event_sign_ups;
using domain::sign_up_row;
using http::method;

void write_sign_up(json_writer& out, const sign_up_row& line) {
  out.field("id", line.id);
  out.field("event_id", line.event_id);
  out.field("user_id", line.user_id);
  out.field("character_id", line.character_id);
  out.field("status", line.status);
  out.field("note", line.note);
  out.field("created_at", line.created_at);
  out.field("battletag", line.battletag);
  out.field("character_name", line.character_name);
  out.field("character_class", line.character_class);
  out.field("character_role", line.character_role);
}

page sign_ups_page(const event_sign_ups& found) {
  page out;
  out.json = envelope(64 + found.list.size() * 320, [&](json_writer& json) {
    json.begin_array("data");
    for (const auto& line : found.list) {
      json.begin_object();
      write_sign_up(json, line);
      json.end_object();
    }
    json.end_array();
  });
  out.about.guild = found.guild_id;
  if (found.guild_id)
    out.late_tags = {guild_tag(*found.guild_id)}; // names and roles
  return out;
}

void list_sign_ups(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  serve_judged(
      with, who, may_see_guild_of, what, std::move(slot),
      "sign-ups/" + std::to_string(id->value), {event_tag(*id)},
      [&people = with->people, id = *id](deadline expires, page_done done) {
        people.sign_ups(id, expires, into_page<event_sign_ups>(std::move(done), sign_ups_page));
      });
}

using write_sign_up_call = void (domain::people_port::*)(
    domain::author, event_id, domain::sign_up_change, deadline,
    domain::people_port::wrote<sign_up_row>);

template <write_sign_up_call Call, int Status>
void put_sign_up(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto body = read_body(what, rules::sign_up);
  if (!body)
    return slot.fail(body.error());
  domain::sign_up_change change{
      text_in(*body, "status").value_or(""),
      {number_in(*body, "character_id").value_or(0)},
      text_in(*body, "note")};
  const auto expires = slot.expires();
  (with->people.*Call)(
      author_of(who, what), *id, std::move(change), expires,
      when_written<sign_up_row>(with, std::move(slot), [](const sign_up_row& line) {
        return data_answer(Status, [&](json_writer& out) { write_sign_up(out, line); });
      }));
}

void withdraw(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = event_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with->people.withdraw(
      author_of(who, what), *id, expires,
      when_written<event_id>(with, std::move(slot), [](const event_id&) {
        return data_answer(200, [](json_writer& out) {
          out.field("message", "Successfully unsubscribed from event");
        });
      }));
}

} // namespace

void add_sign_ups(http::router& routes, shared_services with) {
  using port = domain::people_port;
  constexpr auto subscribe = "/api/events/:eventId/subscribe";
  add_route(routes, with, method::get, "/api/events/:eventId/subscribers", list_sign_ups);
  add_route(routes, with, method::post, subscribe, put_sign_up<&port::sign_up, 201>);
  add_route(routes, with, method::put, subscribe, put_sign_up<&port::change_sign_up, 200>);
  add_route(routes, with, method::del, subscribe, withdraw);
}

} // namespace guildhall::api
