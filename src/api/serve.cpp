#include "api/serve.hpp"

#include "http/negotiation.hpp"

#include <algorithm>

namespace guildhall::api {

namespace {

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

http::handler guarded(shared_services with, auth::audience wanted, guarded_handler run) {
  return [with = std::move(with), wanted,
          run = std::move(run)](const http::request& what, http::reply_slot slot) {
    const auto who =
        with->tokens.verify_header(what.header("Authorization"), wanted, now_in_seconds());
    if (!who)
      return slot.fail(who.error());
    run(**who, what, std::move(slot));
  };
}

void serve_cached(
    const services& with, const http::request& what, http::reply_slot slot, std::string key,
    const std::vector<std::string>& tags, page_reader read) {
  const auto how = http::preferred_coding(what.header("Accept-Encoding"));
  if (how == http::coding::gzip)
    key += "|gzip";
  const auto if_none_match = what.header("If-None-Match");
  if (const auto hit = with.cache.find(key))
    return slot.send(http::respond(*hit, if_none_match));
  const auto expires = slot.expires();
  with.cache.read(
      std::move(key), tags,
      [slot = std::move(slot),
       if_none_match = std::string{if_none_match}](result<http::answer_ptr> answer) mutable {
        if (answer)
          slot.send(http::respond(**answer, if_none_match));
        else
          slot.fail(answer.error());
      },
      [read = std::move(read), expires, how](http::response_cache::filler fill) mutable {
        read(expires, [fill = std::move(fill), how](result<page> read_page) mutable {
          if (!read_page)
            return fill(fail(std::move(read_page.error())));
          auto answer = http::make_answer(std::move(read_page->json), how, read_page->headers);
          fill(http::response_cache::fresh_answer{
              std::move(answer), std::move(read_page->late_tags)});
        });
      });
}

void add_read(
    http::router& routes, shared_services with, std::string_view pattern, read_handler run) {
  auto handler = [with,
                  run](const auth::claims&, const http::request& what, http::reply_slot slot) {
    run(*with, what, std::move(slot));
  };
  routes.add(
      http::method::get, pattern, guarded(with, auth::audience::api, std::move(handler)));
}

void add_guild_read(
    http::router& routes, shared_services with, std::string_view pattern, std::string_view name,
    guild_read read) {
  const auto shared = std::make_shared<const guild_read>(std::move(read));
  auto handler = [with, name, shared](
                     const auth::claims&, const http::request& what, http::reply_slot slot) {
    const auto id = parse_id(what.param("guildId"), "guildId", "Guild ID");
    if (!id)
      return slot.fail(id.error());
    const auto parts = wanted_parts_of(what);
    if (!parts)
      return slot.fail(parts.error());
    const guild_id guild{*id};
    std::string key{name};
    key += '/';
    key += std::to_string(*id);
    key += '?';
    key += parts->key();
    serve_cached(
        *with, what, std::move(slot), std::move(key), {guild_tag(guild)},
        [shared, guild, parts = *parts](deadline expires, page_done done) {
          (*shared)({guild, parts, expires}, std::move(done));
        });
  };
  routes.add(
      http::method::get, pattern, guarded(with, auth::audience::api, std::move(handler)));
}

void serve_fresh(http::reply_slot slot, page_reader read) {
  const auto expires = slot.expires();
  read(expires, [slot = std::move(slot)](result<page> read_page) mutable {
    if (!read_page)
      return slot.fail(read_page.error());
    auto answer = http::json_response(200, std::move(read_page->json));
    answer.headers += read_page->headers;
    slot.send(std::move(answer));
  });
}

void write_freshness(json_writer& out, const domain::freshness& judged) {
  out.begin_object("freshness");
  out.field("changed_at", judged.changed_at);
  out.field("state", judged.state);
  out.text_or_null("reason", judged.reason);
  out.end_object();
}

std::string checked_at_header(std::span<const domain::document_record> records) {
  std::optional<time_point> oldest;
  for (const auto& record : records)
    if (record.checked_at)
      oldest = oldest ? std::min(*oldest, *record.checked_at) : *record.checked_at;
  return oldest ? "X-Guildhall-Checked-At: " + iso_time(*oldest) + "\r\n" : "";
}

std::optional<time_point>
changed_at(std::span<const domain::document_record> records, domain::document what) {
  const auto found = std::ranges::find(records, what, &domain::document_record::document);
  return found == records.end() ? std::nullopt : found->changed_at;
}

std::string guild_tag(guild_id id) {
  return "guild:" + std::to_string(id.value);
}

std::string character_tag(character_id id) {
  return "character:" + std::to_string(id.value);
}

} // namespace guildhall::api
