#include "api/auth/request_limit.hpp"
#include "api/auth/tokens.hpp"
#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"
#include "api/rules/accounts.hpp"

/// Staying logged in, logging out, who one is, and roles.
namespace guildhall::api {

namespace {

using http::method;

failure bad_refresh_token() {
  return {ec::invalid_token, "Invalid or expired refresh token"};
}

http::response logged_out() {
  return http::json_response(200, R"({"success":true,"message":"Logged out successfully"})");
}

http::response user_answer(const domain::user_row& user) {
  return data_answer(200, [&](json_writer& out) {
    out.field("id", user.id);
    out.field("battle_net_id", std::to_string(user.account.value));
    out.field("battletag", user.battletag);
    out.text_or_null("region", user.region);
    out.field("role", user.role);
    out.field("tokens_valid_since", user.tokens_valid_since);
    out.field("last_login_at", user.last_login_at);
    out.field("created_at", user.created_at);
    out.field("updated_at", user.updated_at);
  });
}

auto standing_of(const call& in, user_id user) {
  return wait_for<standing_ptr>([&in, user](domain::completion<standing_ptr> done) {
    in.with().standings.read(user, in.expires(), std::move(done));
  });
}

/// Whether the token's user is there and has not logged out since it was made. Nothing: no.
result<standing_ptr> still_good(const auth::claims& token, result<standing_ptr> standing) {
  if (!standing && standing.error().code != ec::not_found)
    return standing;
  if (!standing || !auth::still_counts(token, **standing))
    return nullptr;
  return standing;
}

/// The old refresh token stays good until it expires: the client may keep either.
task<http::response> refresh(call in) {
  co_await in.with().auth_limits->refreshes.admit(in.request());
  const auto body = co_await in.body(rules::refresh);
  const auto token = in.with().tokens.verify(
      text_in(body, "refreshToken").value_or(""), auth::audience::refresh, now_in_seconds());
  if (!token)
    co_return fail(bad_refresh_token());
  auto known = co_await standing_of(in, user_id{(*token)->id}).outcome();
  const auto standing = co_await still_good(**token, std::move(known));
  if (!standing)
    co_return fail(bad_refresh_token());
  const auto tokens =
      auth::tokens_for(*in.with().auth_settings->get(), *standing, now_in_seconds());
  co_return data_answer(200, [&](json_writer& out) {
    out.field("accessToken", tokens.access);
    out.field("refreshToken", tokens.refresh);
  });
}

/// A good token ends all of its user's; without one there is nothing to end and the answer is
/// the same. A logout that could not revoke is told: it must not look like one that did.
task<http::response> logout(call in) {
  const auto token = in.with().tokens.verify_header(
      in.request().header("Authorization"), auth::audience::api, now_in_seconds());
  if (!token)
    co_return logged_out();
  auto known = co_await standing_of(in, user_id{(*token)->id}).outcome();
  const auto standing = co_await still_good(**token, std::move(known));
  if (!standing)
    co_return logged_out();
  const auto revoked = co_await in.ask(domain::revoke_tokens{standing->id}).outcome();
  move_user(in.with(), standing->id);
  co_await revoked;
  co_return logged_out();
}

/// What the token says, but for the role: that is the current one.
task<http::response> me(call in) {
  const auto& token = in.token();
  co_return data_answer(200, [&](json_writer& out) {
    out.field("id", token.id);
    out.field("battle_net_id", token.battle_net_id);
    out.field("battletag", token.battletag);
    out.field("role", in.standing().role);
    out.field("tvs", token.valid_since);
    out.field("iat", token.issued_at.time_since_epoch().count());
    out.field("exp", token.expires_at.time_since_epoch().count());
  });
}

task<http::response> set_role(call in) {
  const auto body = co_await in.body(rules::role);
  co_await in.must_be_admin("Insufficient permissions");
  const user_id id{number_in(body, "userId").value_or(0)};
  domain::set_role asked{in.author(), id, text_in(body, "role").value_or("")};
  const auto user = co_await in.ask(std::move(asked)).outcome();
  move_user(in.with(), id);
  co_return user_answer(co_await user);
}

/// Without a bot nobody has ever been given a link token.
task<http::response> link_discord(call in) {
  const auto token = in.request().query("token").value_or("");
  co_return fail(
      ec::bad_request,
      token.empty() ? "Missing or invalid token." : "Invalid or expired link token.");
}

constexpr route open_routes[]{
    {method::post, "/api/auth/refresh", refresh},
    {method::get, "/api/auth/logout", logout},
};
constexpr route user_routes[]{
    {method::get, "/api/auth/me", me},
    {method::get, "/api/auth/discord-link", link_discord},
    {method::put, "/api/auth/role", set_role},
};

} // namespace

void add_sessions(http::router& to, const shared_services& with) {
  add_open_routes(to, with, open_routes);
  add_user_routes(to, with, user_routes);
}

} // namespace guildhall::api
