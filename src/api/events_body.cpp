#include "api/events_body.hpp"

#include "api/rules/events.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace guildhall::api {

namespace {

namespace json = boost::json;

/// Objects and arrays inside each other; the body's own bound ends the recursion.
std::size_t depth_of(const json::value& value) {
  std::size_t deepest = 0;
  if (const auto* list = value.if_array())
    for (const auto& item : *list)
      deepest = std::max(deepest, depth_of(item));
  else if (const auto* object = value.if_object())
    for (const auto& member : *object)
      deepest = std::max(deepest, depth_of(member.value()));
  else
    return 0;
  return deepest + 1;
}

failure details_mistake(std::string sentence) {
  mistakes found;
  found.emplace("event_details", std::move(sentence));
  return validation_failure(std::move(found));
}

result<std::optional<domain::json_text>> details_in(const json::value& given) {
  if (given.is_null())
    return std::nullopt;
  if (depth_of(given) > max_details_depth)
    return fail(details_mistake(
        "Event details cannot be nested deeper than " + std::to_string(max_details_depth)
        + " levels"));
  auto text = json::serialize(given);
  if (text.size() > max_details_bytes)
    return fail(details_mistake(
        "Event details cannot exceed " + std::to_string(max_details_bytes) + " bytes"));
  return text;
}

std::optional<time_point> time_in(const json::object& body, std::string_view name) {
  const auto text = text_in(body, name);
  return text ? rules::parse_event_time(*text) : std::nullopt;
}

result<domain::event_change> change_of(const json::object& body) {
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
  if (const auto* given = body.if_contains("event_details")) {
    auto details = details_in(*given);
    if (!details)
      return fail(details.error());
    out.event_details = std::move(*details);
  }
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
  auto change = change_of(*body);
  if (!change)
    return fail(change.error());
  return new_event{{number_in(*body, "guild_id").value_or(0)}, std::move(*change)};
}

result<domain::event_change> event_change_in(const http::request& what) {
  const auto body = read_body(what, rules::event_update);
  if (!body)
    return fail(body.error());
  return change_of(*body);
}

} // namespace guildhall::api
