#include "api/events_body.hpp"

#include "api/rules/events.hpp"

#include <boost/json/serialize.hpp>

namespace guildhall::api {

namespace {

namespace json = boost::json;

std::optional<time_point> time_in(const json::object& body, std::string_view name) {
  const auto text = text_in(body, name);
  return text ? rules::parse_event_time(*text) : std::nullopt;
}

domain::event_change change_of(const json::object& body) {
  domain::event_change out;
  out.title = text_in(body, "title");
  out.event_type = text_in(body, "event_type");
  out.start_time = time_in(body, "start_time");
  out.end_time = time_in(body, "end_time");
  if (body.contains("description"))
    out.description = text_in(body, "description").value_or("");
  if (body.contains("max_participants"))
    out.max_participants = static_cast<int>(
        number_in(body, "max_participants").value_or(domain::default_max_participants));
  if (const auto* given = body.if_contains("event_details"))
    out.event_details =
        given->is_null() ? std::nullopt : std::optional{json::serialize(*given)};
  return out;
}

} // namespace

result<event_id> event_of(const http::request& what) {
  const auto id = parse_id(what.param("eventId"), "eventId", "Event ID");
  if (!id)
    return fail(id.error());
  return event_id{*id};
}

result<new_event> new_event_in(const http::request& what) {
  const auto body = read_body(what, rules::event_create);
  if (!body)
    return fail(body.error());
  return new_event{{number_in(*body, "guild_id").value_or(0)}, change_of(*body)};
}

result<domain::event_change> event_change_in(const http::request& what) {
  const auto body = read_body(what, rules::event_update);
  if (!body)
    return fail(body.error());
  return change_of(*body);
}

} // namespace guildhall::api
