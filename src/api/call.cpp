#include "api/call.hpp"

#include "api/auth/tokens.hpp"
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

result<void> unless(bool allowed, std::string_view otherwise) {
  if (allowed)
    return {};
  return fail(ec::forbidden, std::string{otherwise});
}

void answer(task<http::response> handler, http::reply_slot slot) {
  std::move(handler).then([slot = std::move(slot)](result<http::response> outcome) mutable {
    if (outcome)
      slot.send(std::move(*outcome));
    else
      slot.fail(outcome.error());
  });
}

using run = task<http::response> (*)(call);

bool is_write(http::method verb) noexcept {
  return verb != http::method::get && verb != http::method::head;
}

/// Runs the handler for a token whose standing is known, if the token still counts.
void admit(
    run handler, const shared_services& with, const http::request& what, http::reply_slot slot,
    auth::claims_ptr token, standing_ptr standing) {
  if (!auth::still_counts(*token, *standing))
    return slot.fail({ec::invalid_token});
  if (is_write(what.verb))
    if (const auto allowed = with->write_limit->admit(standing->id); !allowed)
      return slot.fail(allowed.error());
  call in{with, what, slot, std::move(token), std::move(standing)};
  answer(handler(std::move(in)), std::move(slot));
}

failure why_unknown(failure why) {
  return why.code == ec::not_found ? failure{ec::invalid_token} : std::move(why);
}

void for_user(
    run handler, const shared_services& with, const http::request& what,
    http::reply_slot slot) {
  auto token = with->tokens.verify_header(
      what.header("Authorization"), auth::audience::api, now_in_seconds());
  if (!token)
    return slot.fail(token.error());
  const user_id id{(*token)->id};
  if (auto standing = with->standings.find(id))
    return admit(handler, with, what, std::move(slot), std::move(*token), std::move(standing));
  const auto expires = slot.expires();
  with->standings.read(
      id, expires,
      [handler, with, token = std::move(*token), what,
       slot = std::move(slot)](result<standing_ptr> standing) mutable {
        if (!standing)
          return slot.fail(why_unknown(std::move(standing.error())));
        admit(handler, with, what, std::move(slot), std::move(token), std::move(*standing));
      });
}

void for_operator(
    run handler, const shared_services& with, const http::request& what,
    http::reply_slot slot) {
  auto token = with->tokens.verify_header(
      what.header("Authorization"), auth::audience::admin, now_in_seconds());
  if (!token)
    return slot.fail(token.error());
  call in{with, what, slot, std::move(*token)};
  answer(handler(std::move(in)), std::move(slot));
}

void for_anybody(
    run handler, const shared_services& with, const http::request& what,
    http::reply_slot slot) {
  call in{with, what, slot};
  answer(handler(std::move(in)), std::move(slot));
}

using admission = void (*)(run, const shared_services&, const http::request&, http::reply_slot);

template <admission Admit>
void add_routes(http::router& routes, const shared_services& with, std::span<const route> all) {
  for (const auto& each : all)
    routes.add(
        each.verb, each.pattern,
        [with, handler = each.run](const http::request& what, http::reply_slot slot) {
          Admit(handler, with, what, std::move(slot));
        });
}

} // namespace

domain::author call::author() const {
  return {*standing_, seen_version(request_->header("If-Match")), services_->open_reads};
}

result<void> call::must_read(guild_id guild) const {
  return services_->open_reads ? result<void>{} : must_be_member(guild);
}

result<void> call::must_be_member(guild_id guild) const {
  return unless(
      standing_->is_admin() || standing_->is_member(guild),
      "You are not a member of this guild");
}

result<void> call::must_be_officer(guild_id guild) const {
  return unless(
      standing_->is_admin() || standing_->is_officer(guild),
      "You must be an officer of this guild to perform this action");
}

result<void> call::must_lead(guild_id guild) const {
  return unless(
      standing_->is_admin() || standing_->leads(guild),
      "You must be the guild master to perform this action");
}

result<void> call::must_be_admin(std::string_view otherwise) const {
  return unless(standing_->is_admin(), otherwise);
}

void move_tags(const services& with, std::span<const std::string> tags) {
  for (const auto& tag : tags) {
    with.standings.move(tag);
    with.cache.move(tag);
  }
}

void move_user(const services& with, user_id id) {
  const auto tag = user_tag(id);
  move_tags(with, {&tag, 1});
}

result<void> may_see_guild_of(const call& in, const subject& about) {
  return about.guild ? in.must_read(*about.guild) : result<void>{};
}

result<void> may_see_character(const call& in, const subject& about) {
  if (in.standing().is_admin() || in.with().open_reads || about.user == in.standing().id
      || (about.guild && in.must_read(*about.guild)))
    return {};
  return fail(domain::no_such_character(about.character.value_or(character_id{})));
}

void add_user_routes(
    http::router& routes, const shared_services& with, std::span<const route> all) {
  add_routes<for_user>(routes, with, all);
}

void add_operator_routes(
    http::router& routes, const shared_services& with, std::span<const route> all) {
  add_routes<for_operator>(routes, with, all);
}

void add_open_routes(
    http::router& routes, const shared_services& with, std::span<const route> all) {
  add_routes<for_anybody>(routes, with, all);
}

} // namespace guildhall::api
