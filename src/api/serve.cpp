#include "api/serve.hpp"

#include "api/auth/sessions.hpp"
#include "http/negotiation.hpp"

#include <algorithm>

namespace guildhall::api {

namespace {

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Runs the handler for a token whose standing is known, if the token still counts.
void admit(
    const guarded_handler& run, const auth::claims& token, const domain::standing& who,
    const http::request& what, http::reply_slot slot) {
  if (!auth::still_counts(token, who))
    return slot.fail({ec::invalid_token});
  run({token, who}, what, std::move(slot));
}

failure why_unknown(failure why) {
  return why.code == ec::not_found ? failure{ec::invalid_token} : std::move(why);
}

result<void> unless(bool allowed, std::string_view otherwise) {
  if (allowed)
    return {};
  return fail(ec::forbidden, std::string{otherwise});
}

} // namespace

http::handler guarded(shared_services with, guarded_handler run) {
  return
      [with = std::move(with), run = std::make_shared<const guarded_handler>(std::move(run))](
          const http::request& what, http::reply_slot slot) {
        auto token = with->tokens.verify_header(
            what.header("Authorization"), auth::audience::api, now_in_seconds());
        if (!token)
          return slot.fail(token.error());
        const user_id id{(*token)->id};
        if (const auto who = with->standings.find(id))
          return admit(*run, **token, *who, what, std::move(slot));
        const auto expires = slot.expires();
        with->standings.read(
            id, expires,
            [run, token = std::move(*token), what,
             slot = std::move(slot)](result<standing_ptr> who) mutable {
              if (!who)
                return slot.fail(why_unknown(std::move(who.error())));
              admit(*run, *token, **who, what, std::move(slot));
            });
      };
}

http::handler for_operators(shared_services with, operator_handler run) {
  return [with = std::move(with),
          run = std::move(run)](const http::request& what, http::reply_slot slot) {
    const auto token = with->tokens.verify_header(
        what.header("Authorization"), auth::audience::admin, now_in_seconds());
    if (!token)
      return slot.fail(token.error());
    run(**token, what, std::move(slot));
  };
}

result<void> may_read(const services& with, const caller& who, guild_id guild) {
  return with.open_reads ? result<void>{} : must_be_member(who, guild);
}

result<void> must_be_member(const caller& who, guild_id guild) {
  return unless(
      who.who.is_admin() || who.who.is_member(guild), "You are not a member of this guild");
}

result<void> must_be_officer(const caller& who, guild_id guild) {
  return unless(
      who.who.is_admin() || who.who.is_officer(guild),
      "You must be an officer of this guild to perform this action");
}

result<void> must_lead(const caller& who, guild_id guild, std::string_view otherwise) {
  return unless(who.who.is_admin() || who.who.leads(guild), otherwise);
}

result<void> must_be_admin(const caller& who, std::string_view otherwise) {
  return unless(who.who.is_admin(), otherwise);
}

namespace {

std::string with_coding(std::string key, http::coding how) {
  key += http::suffix_of(how);
  return key;
}

/// Reads the page and hands it to the cache.
http::response_cache::starter filling(page_reader read, deadline expires, http::coding how) {
  return [read = std::move(read), expires, how](http::response_cache::filler fill) mutable {
    read(expires, [fill = std::move(fill), how](result<page> read_page) mutable {
      if (!read_page)
        return fill(fail(std::move(read_page.error())));
      auto answer = http::make_answer(
          std::move(read_page->json), how, read_page->headers, read_page->about);
      fill(http::response_cache::fresh_answer{
          std::move(answer), std::move(read_page->late_tags)});
    });
  };
}

void answer_with(
    http::reply_slot& slot, const result<http::answer_ptr>& answer,
    std::string_view if_none_match) {
  if (answer)
    slot.send(http::respond(**answer, if_none_match));
  else
    slot.fail(answer.error());
}

} // namespace

void serve_cached(
    const services& with, const http::request& what, http::reply_slot slot, std::string key,
    const std::vector<std::string>& tags, page_reader read) {
  const auto how = http::preferred_coding(what.header("Accept-Encoding"));
  key = with_coding(std::move(key), how);
  const auto if_none_match = what.header("If-None-Match");
  if (const auto hit = with.cache.find(key))
    return slot.send(http::respond(*hit, if_none_match));
  const auto expires = slot.expires();
  with.cache.read(
      std::move(key), tags,
      [slot = std::move(slot),
       if_none_match = std::string{if_none_match}](result<http::answer_ptr> answer) mutable {
        answer_with(slot, answer, if_none_match);
      },
      filling(std::move(read), expires, how));
}

void serve_judged(
    shared_services with, const caller& who, judge may_see, const http::request& what,
    http::reply_slot slot, std::string key, const std::vector<std::string>& tags,
    page_reader read) {
  const auto how = http::preferred_coding(what.header("Accept-Encoding"));
  key = with_coding(std::move(key), how);
  const auto if_none_match = what.header("If-None-Match");
  if (const auto hit = with->cache.find(key)) {
    if (const auto allowed = may_see(*with, who, hit->about); !allowed)
      return slot.fail(allowed.error());
    return slot.send(http::respond(*hit, if_none_match));
  }
  const auto expires = slot.expires();
  auto& cache = with->cache;
  cache.read(
      std::move(key), tags,
      [with = std::move(with), token = who.token, standing = who.who, may_see,
       slot = std::move(slot),
       if_none_match = std::string{if_none_match}](result<http::answer_ptr> answer) mutable {
        if (answer)
          if (const auto allowed = may_see(*with, {token, standing}, (*answer)->about);
              !allowed)
            return slot.fail(allowed.error());
        answer_with(slot, answer, if_none_match);
      },
      filling(std::move(read), expires, how));
}

void add_read(
    http::router& routes, shared_services with, std::string_view pattern, read_handler run) {
  auto handler = [with,
                  run](const caller& who, const http::request& what, http::reply_slot slot) {
    run(with, who, what, std::move(slot));
  };
  routes.add(http::method::get, pattern, guarded(with, std::move(handler)));
}

void add_guild_read(
    http::router& routes, shared_services with, std::string_view pattern, std::string_view name,
    guild_read read) {
  const auto shared = std::make_shared<const guild_read>(std::move(read));
  auto handler = [with, name,
                  shared](const caller& who, const http::request& what, http::reply_slot slot) {
    const auto id = guild_id_of(what);
    if (!id)
      return slot.fail(id.error());
    const auto parts = wanted_parts_of(what);
    if (!parts)
      return slot.fail(parts.error());
    const auto guild = *id;
    if (const auto allowed = may_read(*with, who, guild); !allowed)
      return slot.fail(allowed.error());
    std::string key{name};
    key += '/';
    key += std::to_string(guild.value);
    key += '?';
    key += parts->key();
    serve_cached(
        *with, what, std::move(slot), std::move(key), {guild_tag(guild)},
        [shared, guild, parts = *parts](deadline expires, page_done done) {
          (*shared)({guild, parts, expires}, std::move(done));
        });
  };
  routes.add(http::method::get, pattern, guarded(with, std::move(handler)));
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

} // namespace guildhall::api
