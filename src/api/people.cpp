#include "api/people.hpp"

#include "http/ascii.hpp"

#include <charconv>

namespace guildhall::api {

namespace {

constexpr std::int64_t no_version = -1;

std::optional<std::int64_t> seen_version(std::string_view if_match) {
  const auto text = http::trimmed(if_match);
  if (text.empty() || text == "*")
    return std::nullopt;
  if (text.size() < 3 || text.front() != '"' || text.back() != '"')
    return no_version;
  std::int64_t version = no_version;
  const auto* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data() + 1, end, version);
  return error == std::errc{} && stop == end ? version : no_version;
}

} // namespace

void add_route(
    http::router& routes, shared_services with, http::method verb, std::string_view pattern,
    read_handler run) {
  routes.add(
      verb, pattern,
      guarded(
          with,
          [with, run](const caller& who, const http::request& what, http::reply_slot slot) {
            run(with, who, what, std::move(slot));
          }));
}

domain::author author_of(const caller& who, const http::request& what) {
  return {who.who, seen_version(what.header("If-Match"))};
}

void move_tags(const services& with, const std::vector<std::string>& tags) {
  for (const auto& tag : tags) {
    with.standings.move(tag);
    with.cache.move(tag);
  }
}

result<void>
may_see_guild_of(const services& with, const caller& who, const http::subject& about) {
  return about.guild ? may_read(with, who, *about.guild) : result<void>{};
}

http::response no_content() {
  return {204, {}, nullptr};
}

} // namespace guildhall::api
