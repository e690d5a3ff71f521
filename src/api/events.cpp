#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/events_body.hpp"
#include "api/paging.hpp"
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

template <int Status>
http::response shown_as(const event_row& event) {
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

task<page> all_events(const call& in, guild_id guild) {
  const auto events = co_await in.ask(domain::events_of{guild}, going_on::in_bulk);
  co_return page{list_json(events, 320, [](json_writer& out, const event_row& event) {
    write_event(out, event, extent::listed);
  })};
}

task<page> some_events(const call& in, guild_id guild, bool full, const page_wish& wish) {
  const auto how = full ? domain::detail::full : domain::detail::lean;
  const auto found =
      co_await in.ask(domain::event_page_of{guild, wish.from, how}, going_on::in_bulk);
  co_return page_json(
      in, wish, found.next, 64 + found.rows.size() * 512, [&](json_writer& out) {
        write_list(out, "data", found.rows, [&](json_writer& row, const event_row& event) {
          write_event(row, event, full ? extent::whole : extent::listed);
        });
      });
}

task<http::response> list_events(call in) {
  const auto guild = co_await in.guild();
  const auto all_parts = co_await in.parts();
  const auto id = std::to_string(guild.value);
  paged_list list{"events/" + id, "/api/events/guild/" + id};
  const auto wish = co_await page_wish_of(in, std::move(list), all_parts);
  co_await in.must_read(guild);
  auto key = key_of("events/" + id, all_parts.those_of({.full = true}), wish);
  co_return co_await in.kept(std::move(key), events_tag(guild), [&] {
    return wish ? some_events(in, guild, all_parts.full, *wish) : all_events(in, guild);
  });
}

task<http::response> show_event(call in) {
  const auto event = co_await event_of(in.request());
  co_return co_await in.kept(
      "event/" + std::to_string(event.value), event_tag(event),
      [&]() -> task<page> {
        co_return event_page(co_await in.ask(domain::event_by_id{event}));
      },
      may_see_guild_of, std::string{domain::no_such_event});
}

task<http::response> add_event(call in) {
  auto body = co_await new_event_in(in.request());
  co_await in.must_be_member(body.guild);
  domain::add_event asked{in.author(), body.guild, std::move(body.event)};
  co_return co_await in.make(std::move(asked), shown_as<201>);
}

task<http::response> change_event(call in) {
  const auto event = co_await event_of(in.request());
  auto body = co_await event_change_in(in.request());
  domain::change_event asked{in.author(), event, std::move(body)};
  co_return shown_as<200>(co_await in.write(std::move(asked)));
}

task<http::response> remove_event(call in) {
  const auto event = co_await event_of(in.request());
  domain::remove_event asked{in.author(), event};
  co_return shown_as<200>(co_await in.write(std::move(asked)));
}

constexpr route routes[]{
    {method::get, "/api/events/guild/:guildId", list_events},
    {method::post, "/api/events", add_event},
    {method::get, "/api/events/:eventId", show_event},
    {method::put, "/api/events/:eventId", change_event},
    {method::del, "/api/events/:eventId", remove_event},
};

} // namespace

void add_events(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
