#include "api/rules/sign_ups.hpp"

#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/events_body.hpp"
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
  out.text_or_null("character_role", line.character_role);
  out.field("realm", line.realm);
  out.text_or_null("realm_name", line.realm_name);
}

page sign_ups_page(const event_sign_ups& found) {
  page out{list_json(found.list, 320, write_sign_up)};
  out.about.guild = found.guild_id;
  if (found.guild_id)
    out.late_tags = {guild_tag(*found.guild_id)}; // names and roles
  return out;
}

template <int Status>
http::response shown_as(const sign_up_row& line) {
  return data_answer(Status, [&](json_writer& out) { write_sign_up(out, line); });
}

result<domain::sign_up_change> change_in(const call& in) {
  const auto body = in.body(rules::sign_up);
  if (!body)
    return fail(body.error());
  return domain::sign_up_change{
      text_in(*body, "status").value_or(""),
      {number_in(*body, "character_id").value_or(0)},
      text_in(*body, "note")};
}

task<http::response> list_sign_ups(call in) {
  const auto event = co_await event_of(in.request());
  co_return co_await in.kept(
      "sign-ups/" + std::to_string(event.value), event_tag(event),
      [&]() -> task<page> {
        const auto found = co_await in.ask(domain::sign_ups_of{event}, going_on::in_bulk);
        if (!found.guild_id)
          co_return fail(ec::not_found, std::string{domain::no_such_event});
        co_return sign_ups_page(found);
      },
      may_see_guild_of, std::string{domain::no_such_event});
}

task<http::response> sign_up(call in) {
  const auto event = co_await event_of(in.request());
  auto change = co_await change_in(in);
  domain::sign_up asked{in.author(), event, std::move(change)};
  co_return co_await in.make(std::move(asked), shown_as<201>);
}

task<http::response> change_sign_up(call in) {
  const auto event = co_await event_of(in.request());
  auto change = co_await change_in(in);
  domain::change_sign_up asked{in.author(), event, std::move(change)};
  co_return shown_as<200>(co_await in.write(std::move(asked)));
}

task<http::response> withdraw(call in) {
  const auto event = co_await event_of(in.request());
  domain::withdraw asked{in.author(), event};
  co_await in.write(std::move(asked));
  co_return data_answer(200, [](json_writer& out) {
    out.field("message", "Successfully unsubscribed from event");
  });
}

constexpr route routes[]{
    {method::get, "/api/events/:eventId/subscribers", list_sign_ups},
    {method::post, "/api/events/:eventId/subscribe", sign_up},
    {method::put, "/api/events/:eventId/subscribe", change_sign_up},
    {method::del, "/api/events/:eventId/subscribe", withdraw},
};

} // namespace

void add_sign_ups(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
