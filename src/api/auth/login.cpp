#include "api/auth/request_limit.hpp"
#include "api/auth/sessions.hpp"
#include "api/resources.hpp"
#include "core/crypto.hpp"
#include "http/ascii.hpp"

/// Logging in with Battle.net: `login` tells the client where to go, `start` ties the browser
/// to a state by a cookie, `callback` takes the browser back from Battle.net.
namespace guildhall::api {

namespace {

constexpr std::string_view cookie_name = "guildhall_login";
constexpr std::string_view start_path = "/api/auth/start";
constexpr std::size_t max_code = 2'048;

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Why a login did not come about, as the client's login page gets it in `?error=`.
std::string_view reason_of(const failure& why) {
  switch (why.code) {
  case ec::forbidden:
    return "profile_not_shared";
  case ec::invalid_token:
    return "login_failed";
  case ec::upstream_down:
  case ec::upstream_unauthorised:
  case ec::malformed:
    return "battlenet_unavailable";
  default:
    return "unavailable";
  }
}

class login_routes {
public:
  explicit login_routes(shared_services with)
      : with_{std::move(with)},
        how_{*with_->auth_settings},
        logins_{how_.requests_per_minute, how_.address_header},
        starts_{how_.requests_per_minute, how_.address_header},
        callbacks_{how_.requests_per_minute, how_.address_header} {}

  void login(const http::request& what, http::reply_slot slot) {
    const auto where = admitted(logins_, what);
    if (!where)
      return slot.fail(where.error());
    auto url = how_.public_url + std::string{start_path} + "?region=";
    url += domain::to_string(*where);
    slot.send(http::json_response(200, envelope(256, [&](json_writer& out) {
                                    out.begin_object("data");
                                    out.field("authUrl", url);
                                    out.end_object();
                                  })));
  }

  void start(const http::request& what, http::reply_slot slot) {
    const auto where = admitted(starts_, what);
    if (!where)
      return slot.fail(where.error());
    auto state = crypto::random_hex(32);
    const auto expires = slot.expires();
    auto hash = hash_of(state);
    with_->accounts->open_login(
        std::move(hash), *where, expires,
        [how = &how_, with = with_, state = std::move(state),
         slot = std::move(slot)](result<void> opened) mutable {
          if (!opened)
            return slot.send(to_login(*how, "unavailable"));
          auto answer = redirect(how->authorize_url + "&state=" + state);
          answer.add_header("Set-Cookie", cookie(*how, state, 600));
          slot.send(std::move(answer));
        });
  }

  void callback(const http::request& what, http::reply_slot slot) {
    if (const auto allowed = callbacks_.admit(what); !allowed)
      return slot.fail(allowed.error());
    const auto state = what.query("state").value_or("");
    const auto bound = cookie_in(what.header("Cookie"));
    // Whoever sent the browser here, the login that its cookie belongs to may go on.
    if (state.empty() || !crypto::equal_constant_time(state, bound))
      return slot.send(redirect(login_page(how_, "state_mismatch")));
    const auto expires = slot.expires();
    auto code = what.query("code").value_or("");
    auto refusal = what.query("error");
    with_->accounts->close_login(
        hash_of(state), expires,
        [with = with_, how = &how_, code = std::move(code), refusal = std::move(refusal),
         slot = std::move(slot)](result<domain::region> where) mutable {
          if (!where)
            return slot.send(to_login(
                *how, where.error().code == ec::not_found ? "login_expired" : "unavailable"));
          if (refusal)
            return slot.send(
                to_login(*how, *refusal == "access_denied" ? "access_denied" : "login_failed"));
          if (code.empty() || code.size() > max_code)
            return slot.send(to_login(*how, "login_failed"));
          take(with, *how, std::move(code), *where, std::move(slot));
        });
  }

private:
  result<domain::region> admitted(auth::request_limit& limit, const http::request& what) {
    if (const auto allowed = limit.admit(what); !allowed)
      return fail(allowed.error());
    const auto where = domain::parse_region(what.query("region").value_or("eu"));
    if (!where)
      return fail(validation_failure({{"region", "Region must be one of: us, eu, kr, tw"}}));
    if (how_.authorize_url.empty() || !with_->login)
      return fail(ec::unavailable, "Login with Battle.net is not configured here");
    return *where;
  }

  static void take(
      const shared_services& with, const auth::settings& how, std::string code,
      domain::region where, http::reply_slot slot) {
    const auto expires = slot.expires();
    with->login->log_in(
        std::move(code), where, expires,
        [with, how = &how, slot = std::move(slot)](result<domain::standing> who) mutable {
          if (!who)
            return slot.send(to_login(*how, reason_of(who.error())));
          move_user(*with, who->id);
          const auto tokens = auth::tokens_for(*how, *who, now_in_seconds());
          slot.send(with_spent_cookie(
              *how, redirect(
                        how->frontend_url + "/auth/callback#accessToken=" + tokens.access
                        + "&refreshToken=" + tokens.refresh)));
        });
  }

  static std::string hash_of(std::string_view state) {
    const auto digest = crypto::sha256(state);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }

  static http::response redirect(const std::string& where) {
    http::response answer{302, "Cache-Control: no-store\r\n", nullptr};
    answer.add_header("Location", where);
    answer.add_header("Referrer-Policy", "no-referrer");
    return answer;
  }

  static std::string login_page(const auth::settings& how, std::string_view reason) {
    return how.frontend_url + "/login?error=" + std::string{reason};
  }

  static http::response to_login(const auth::settings& how, std::string_view reason) {
    return with_spent_cookie(how, redirect(login_page(how, reason)));
  }

  static http::response with_spent_cookie(const auth::settings& how, http::response answer) {
    answer.add_header("Set-Cookie", cookie(how, "", 0));
    return answer;
  }

  static std::string
  cookie(const auth::settings& how, std::string_view value, int seconds_to_live) {
    std::string out{cookie_name};
    out += '=';
    out += value;
    out += "; Max-Age=" + std::to_string(seconds_to_live);
    out += "; Path=/api/auth; HttpOnly; SameSite=Lax";
    if (how.public_url.starts_with("https:"))
      out += "; Secure";
    return out;
  }

  static std::string_view cookie_in(std::string_view header) {
    while (!header.empty()) {
      const auto end = std::min(header.find(';'), header.size());
      const auto one = http::trimmed(header.substr(0, end));
      header.remove_prefix(std::min(header.size(), end + 1));
      if (one.starts_with(cookie_name) && one.substr(cookie_name.size()).starts_with('='))
        return one.substr(cookie_name.size() + 1);
    }
    return {};
  }

  const shared_services with_;
  const auth::settings& how_;
  auth::request_limit logins_;
  auth::request_limit starts_;
  auth::request_limit callbacks_;
};

} // namespace

void add_login(http::router& routes, shared_services with) {
  const auto shared = std::make_shared<login_routes>(std::move(with));
  using run = void (login_routes::*)(const http::request&, http::reply_slot);
  const auto add = [&](std::string_view pattern, run handle) {
    routes.add(
        http::method::get, pattern,
        [shared, handle](const http::request& what, http::reply_slot slot) {
          ((*shared).*handle)(what, std::move(slot));
        });
  };
  add("/api/auth/login", &login_routes::login);
  add(start_path, &login_routes::start);
  add("/api/auth/callback", &login_routes::callback);
}

} // namespace guildhall::api
