#include "api/auth/login_reasons.hpp"
#include "api/auth/request_limit.hpp"
#include "api/auth/tokens.hpp"
#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"
#include "core/crypto.hpp"
#include "http/ascii.hpp"

/// Logging in with Battle.net: `login` tells the client where to go, `start` ties the browser
/// to a state by a cookie, `callback` takes the browser back from Battle.net.
namespace guildhall::api {

namespace {

using auth::login_reason;
using http::method;

constexpr std::string_view cookie_name = "guildhall_login";
constexpr std::string_view start_path = "/api/auth/start";
constexpr std::size_t max_code = 2'048;

login_reason reason_of(const failure& why) {
  switch (why.code) {
  case ec::forbidden:
    return login_reason::profile_not_shared;
  case ec::invalid_token:
    return login_reason::login_failed;
  case ec::upstream_down:
  case ec::upstream_unauthorised:
  case ec::malformed:
    return login_reason::battlenet_unavailable;
  default:
    return login_reason::unavailable;
  }
}

std::string hash_of(std::string_view state) {
  const auto digest = crypto::sha256(state);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

http::response redirect(const std::string& where) {
  http::response answer{302, "Cache-Control: no-store\r\n", nullptr};
  answer.add_header("Location", where);
  answer.add_header("Referrer-Policy", "no-referrer");
  return answer;
}

std::string login_page(const auth::settings& how, login_reason reason) {
  return how.frontend_url + "/login?error=" + std::string{to_string(reason)};
}

std::string cookie(const auth::settings& how, std::string_view value, int seconds_to_live) {
  std::string out{cookie_name};
  out += '=';
  out += value;
  out += "; Max-Age=" + std::to_string(seconds_to_live);
  out += "; Path=/api/auth; HttpOnly; SameSite=Lax";
  if (how.public_url.starts_with("https:"))
    out += "; Secure";
  return out;
}

http::response with_spent_cookie(const auth::settings& how, http::response answer) {
  answer.add_header("Set-Cookie", cookie(how, "", 0));
  return answer;
}

http::response to_login(const auth::settings& how, login_reason reason) {
  return with_spent_cookie(how, redirect(login_page(how, reason)));
}

std::string_view cookie_in(std::string_view header) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto one = http::trimmed(header.substr(0, end));
    header.remove_prefix(std::min(header.size(), end + 1));
    if (one.starts_with(cookie_name) && one.substr(cookie_name.size()).starts_with('='))
      return one.substr(cookie_name.size() + 1);
  }
  return {};
}

result<domain::region> admitted(const call& in, auth::request_limit& limit) {
  if (const auto allowed = limit.admit(in.request()); !allowed)
    return fail(allowed.error());
  const auto where = domain::parse_region(in.request().query("region").value_or("eu"));
  if (!where)
    return fail(validation_failure({{"region", "Region must be one of: us, eu, kr, tw"}}));
  if ((*in.with().auth_settings)->authorize_url.empty() || !in.with().login)
    return fail(ec::unavailable, "Login with Battle.net is not configured here");
  return *where;
}

task<http::response> login(call in) {
  const auto where = co_await admitted(in, in.with().auth_limits->logins);
  auto url = (*in.with().auth_settings)->public_url + std::string{start_path} + "?region=";
  url += domain::to_string(where);
  co_return data_answer(200, [&](json_writer& out) { out.field("authUrl", url); });
}

task<http::response> start(call in) {
  const auto where = co_await admitted(in, in.with().auth_limits->starts);
  const auto settings = in.with().auth_settings->get();
  const auto& how = *settings;
  const auto state = crypto::random_hex(32);
  domain::open_login asked{hash_of(state), where};
  if (!co_await in.ask(std::move(asked)).outcome())
    co_return to_login(how, login_reason::unavailable);
  auto answer = redirect(how.authorize_url + "&state=" + state);
  answer.add_header("Set-Cookie", cookie(how, state, 600));
  co_return answer;
}

task<http::response> callback(call in) {
  co_await in.with().auth_limits->callbacks.admit(in.request());
  const auto settings = in.with().auth_settings->get();
  const auto& how = *settings;
  const auto state = in.request().query("state").value_or("");
  const auto bound = cookie_in(in.request().header("Cookie"));
  // Whoever sent the browser here, the login that its cookie belongs to may go on.
  if (state.empty() || !crypto::equal_constant_time(state, bound))
    co_return redirect(login_page(how, login_reason::state_mismatch));
  auto code = in.request().query("code").value_or("");
  const auto refusal = in.request().query("error");
  domain::close_login asked{hash_of(state)};
  const auto where = co_await in.ask(std::move(asked)).outcome();
  if (!where)
    co_return to_login(
        how, where.error().code == ec::not_found ? login_reason::login_expired
                                                 : login_reason::unavailable);
  if (refusal)
    co_return to_login(
        how,
        *refusal == "access_denied" ? login_reason::access_denied : login_reason::login_failed);
  if (code.empty() || code.size() > max_code)
    co_return to_login(how, login_reason::login_failed);
  auto logging_in = wait_for<domain::standing>([&](domain::completion<domain::standing> done) {
    in.with().login->log_in(std::move(code), *where, in.expires(), std::move(done));
  });
  const auto standing = co_await std::move(logging_in).outcome();
  if (!standing)
    co_return to_login(how, reason_of(standing.error()));
  move_user(in.with(), standing->id);
  const auto tokens = auth::tokens_for(how, *standing, now_in_seconds());
  co_return with_spent_cookie(
      how, redirect(
               how.frontend_url + "/auth/callback#accessToken=" + tokens.access
               + "&refreshToken=" + tokens.refresh));
}

constexpr route routes[]{
    {method::get, "/api/auth/login", login},
    {method::get, start_path, start},
    {method::get, "/api/auth/callback", callback},
};

} // namespace

void add_login(http::router& to, const shared_services& with) {
  add_open_routes(to, with, routes);
}

} // namespace guildhall::api
