#include "api/auth/request_limit.hpp"
#include "api/auth/sessions.hpp"
#include "api/body_rules.hpp"
#include "api/resources.hpp"
#include "api/rules/accounts.hpp"

/// Staying logged in, logging out, who one is, and roles.
namespace guildhall::api {

namespace {

using http::method;

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

failure bad_refresh_token() {
  return {ec::invalid_token, "Invalid or expired refresh token"};
}

http::response token_answer(const auth::token_pair& tokens) {
  return http::json_response(200, envelope(1024, [&](json_writer& out) {
                               out.begin_object("data");
                               out.field("accessToken", tokens.access);
                               out.field("refreshToken", tokens.refresh);
                               out.end_object();
                             }));
}

/// The old refresh token stays good until it expires: the client may keep either.
void refresh(const shared_services& with, const http::request& what, http::reply_slot slot) {
  const auto body = read_body(what, rules::refresh);
  if (!body)
    return slot.fail(body.error());
  auto token = with->tokens.verify(
      text_in(*body, "refreshToken").value_or(""), auth::audience::refresh, now_in_seconds());
  if (!token)
    return slot.fail(bad_refresh_token());
  const auto expires = slot.expires();
  with->standings.read(
      user_id{(*token)->id}, expires,
      [with, token = *token, slot = std::move(slot)](result<standing_ptr> who) mutable {
        if (!who && who.error().code != ec::not_found)
          return slot.fail(who.error());
        if (!who || !auth::still_counts(*token, **who))
          return slot.fail(bad_refresh_token());
        slot.send(
            token_answer(auth::tokens_for(*with->auth_settings, **who, now_in_seconds())));
      });
}

http::response logged_out() {
  json_writer out;
  out.begin_object();
  out.field("success", true);
  out.field("message", "Logged out successfully");
  out.end_object();
  return http::json_response(200, std::move(out).take());
}

/// A good token ends all of its user's; without one there is nothing to end and the answer is
/// the same. A logout that could not revoke is told: it must not look like one that did.
void logout(const shared_services& with, const http::request& what, http::reply_slot slot) {
  const auto token = with->tokens.verify_header(
      what.header("Authorization"), auth::audience::api, now_in_seconds());
  if (!token)
    return slot.send(logged_out());
  const auto expires = slot.expires();
  with->standings.read(
      user_id{(*token)->id}, expires,
      [with, token = *token, expires,
       slot = std::move(slot)](result<standing_ptr> who) mutable {
        if (!who && who.error().code != ec::not_found)
          return slot.fail(who.error());
        if (!who || !auth::still_counts(*token, **who))
          return slot.send(logged_out());
        const auto id = (*who)->id;
        with->accounts->revoke_tokens(
            id, expires, [with, id, slot = std::move(slot)](result<void> revoked) mutable {
              move_user(*with, id);
              if (!revoked)
                return slot.fail(revoked.error());
              slot.send(logged_out());
            });
      });
}

/// What the token says, but for the role: that is the current one.
void me(
    const shared_services&, const caller& who, const http::request&, http::reply_slot slot) {
  slot.send(
      http::json_response(200, envelope(512, [&](json_writer& out) {
                            out.begin_object("data");
                            out.field("id", who.token.id);
                            out.field("battle_net_id", who.token.battle_net_id);
                            out.field("battletag", who.token.battletag);
                            out.field("role", who.who.role);
                            out.field("tvs", who.token.valid_since);
                            out.field("iat", who.token.issued_at.time_since_epoch().count());
                            out.field("exp", who.token.expires_at.time_since_epoch().count());
                            out.end_object();
                          })));
}

http::response user_answer(const domain::user_row& user) {
  return http::json_response(200, envelope(512, [&](json_writer& out) {
                               out.begin_object("data");
                               out.field("id", user.id);
                               out.field("battle_net_id", std::to_string(user.account.value));
                               out.field("battletag", user.battletag);
                               out.text_or_null("region", user.region);
                               out.field("role", user.role);
                               out.field("tokens_valid_since", user.tokens_valid_since);
                               out.field("last_login_at", user.last_login_at);
                               out.field("created_at", user.created_at);
                               out.field("updated_at", user.updated_at);
                               out.end_object();
                             }));
}

void set_role(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto body = read_body(what, rules::role);
  if (!body)
    return slot.fail(body.error());
  if (const auto allowed = must_be_admin(who, "Insufficient permissions"); !allowed)
    return slot.fail(allowed.error());
  const user_id id{number_in(*body, "userId").value_or(0)};
  const auto expires = slot.expires();
  with->accounts->set_role(
      id, text_in(*body, "role").value_or(""), who.who.id, expires,
      [with, id, slot = std::move(slot)](result<domain::user_row> user) mutable {
        move_user(*with, id);
        if (!user)
          return slot.fail(user.error());
        slot.send(user_answer(*user));
      });
}

/// Without a bot nobody has ever been given a link token.
void link_discord(
    const shared_services&, const caller&, const http::request& what, http::reply_slot slot) {
  const auto token = what.query("token").value_or("");
  slot.fail(
      {ec::bad_request,
       token.empty() ? "Missing or invalid token." : "Invalid or expired link token."});
}

} // namespace

void move_user(const services& with, user_id id) {
  const auto tag = user_tag(id);
  with.standings.move(tag);
  with.cache.move(tag);
}

void add_sessions(http::router& routes, shared_services with) {
  const auto refreshes = std::make_shared<auth::request_limit>(
      with->auth_settings->requests_per_minute, with->auth_settings->address_header);
  routes.add(
      method::post, "/api/auth/refresh",
      [with, refreshes](const http::request& what, http::reply_slot slot) {
        if (const auto allowed = refreshes->admit(what); !allowed)
          return slot.fail(allowed.error());
        refresh(with, what, std::move(slot));
      });
  routes.add(
      method::get, "/api/auth/logout",
      [with](const http::request& what, http::reply_slot slot) {
        logout(with, what, std::move(slot));
      });
  add_read(routes, with, "/api/auth/me", me);
  add_read(routes, with, "/api/auth/discord-link", link_discord);
  routes.add(
      method::put, "/api/auth/role",
      guarded(
          with, [with](const caller& who, const http::request& what, http::reply_slot slot) {
            set_role(with, who, what, std::move(slot));
          }));
}

} // namespace guildhall::api
