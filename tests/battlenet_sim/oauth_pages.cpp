#include "battlenet_sim/oauth_pages.hpp"

#include "battlenet_sim/authorize_page.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"

#include <charconv>
#include <utility>

namespace guildhall::sim {

namespace {

answer oauth_error(int status, std::string_view error, std::string_view description) {
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.member("error", error);
    w.member("error_description", description);
  });
  return json_answer(std::move(out), status);
}

answer token_answer(simulation& service, const request& what) {
  if (what.method != "POST")
    return error_answer(405);
  if (!service.tokens.is_client(what.authorization))
    return oauth_error(401, "unauthorized", "Bad client credentials");
  auto now_ms = service.clock.now_ms();
  auto fields = parse_form(what.content);
  grant allowed;
  const auto& type = field(fields, "grant_type");
  if (type == "authorization_code") {
    auto redeemed =
        service.tokens.redeem(field(fields, "code"), field(fields, "redirect_uri"), now_ms);
    if (!redeemed)
      return oauth_error(400, "invalid_grant", "Invalid authorization code");
    allowed = std::move(*redeemed);
  } else if (type != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type", "Unsupported grant type: " + type);
  }
  allowed.expires_ms = now_ms + oauth::token_life_ms;
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.member("access_token", service.tokens.issue(allowed));
    w.member("token_type", "bearer");
    w.member("expires_in", oauth::token_life_ms / 1000);
    if (allowed.player != 0 && service.tokens.names_scope)
      w.member("scope", allowed.scope);
    w.member(
        "sub",
        allowed.player != 0 ? std::to_string(allowed.player) : service.tokens.client_id());
  });
  return json_answer(std::move(out));
}

answer html_answer(std::string page) {
  answer result;
  result.content_type = "text/html;charset=UTF-8";
  result.content = body(std::move(page));
  return result;
}

/// The scopes asked for, without wow.profile when the person unticked it.
std::string consented(const std::string& scope, bool share_profile) {
  if (share_profile)
    return scope;
  constexpr std::string_view profile = "wow.profile";
  auto left = scope;
  if (auto at = left.find(profile); at != std::string::npos)
    left.erase(at, profile.size());
  while (left.ends_with(' '))
    left.pop_back();
  return left;
}

answer authorize_answer(simulation& service, const request& what) {
  const auto& redirect = field(what.query, "redirect_uri");
  if (field(what.query, "client_id") != service.tokens.client_id() || redirect.empty()
      || field(what.query, "response_type") != "code")
    return oauth_error(400, "invalid_request", "client_id, redirect_uri or response_type");
  const auto& decision = field(what.query, "decision");
  if (decision.empty())
    return html_answer(authorize_page(service, what));
  answer result;
  result.status = 302;
  result.location = redirect + (redirect.find('?') == std::string::npos ? "?" : "&");
  if (decision == "allow") {
    std::int64_t account = 0;
    const auto& id = field(what.query, "account");
    std::from_chars(id.data(), id.data() + id.size(), account);
    {
      std::lock_guard lock(service.world_mutex);
      if (service.state.find_player(account) == nullptr)
        return oauth_error(400, "invalid_request", "no such account");
    }
    grant allowed{
        account,
        consented(field(what.query, "scope"), !field(what.query, "wow_profile").empty()), 0};
    result.location +=
        "code="
        + service.tokens.make_code(std::move(allowed), redirect, service.clock.now_ms());
  } else {
    result.location += "error=access_denied";
  }
  result.location += "&state=" + percent_encode(field(what.query, "state"));
  return result;
}

answer userinfo_answer(simulation& service, const request& what) {
  auto who = service.tokens.bearer(what.authorization, service.clock.now_ms());
  if (!who || who->player == 0)
    return oauth_error(401, "invalid_token", "Invalid access token");
  std::string out;
  json_writer w(out);
  std::lock_guard lock(service.world_mutex);
  const auto* found = service.state.find_player(who->player);
  const bool otherwise = service.tokens.spells_otherwise;
  w.object([&] {
    if (otherwise)
      w.member("sub", found->id);
    else
      w.member("sub", std::to_string(found->id));
    w.member("id", found->id);
    w.member(otherwise ? "battle_tag" : "battletag", found->battletag);
  });
  return json_answer(std::move(out));
}

answer check_token_answer(simulation& service, const request& what) {
  auto fields = parse_form(what.content);
  fields.insert(what.query.begin(), what.query.end());
  auto who = service.tokens.find(field(fields, "token"), service.clock.now_ms());
  if (!who)
    return oauth_error(400, "invalid_token", "Token was not recognised");
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.member("exp", who->expires_ms / 1000);
    if (who->player != 0)
      w.member("user_name", std::to_string(who->player));
    w.array("authorities", [] {});
    w.member("client_id", service.tokens.client_id());
    w.array("scope", [&] {
      std::string_view rest = who->scope;
      while (!rest.empty()) {
        auto one = rest.substr(0, rest.find(' '));
        w.element(one);
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      }
    });
  });
  return json_answer(std::move(out));
}

} // namespace

answer oauth_answer(simulation& service, document where, const request& what) {
  switch (where) {
  case document::token:
    return token_answer(service, what);
  case document::authorize:
    return authorize_answer(service, what);
  case document::userinfo:
    return userinfo_answer(service, what);
  default:
    return check_token_answer(service, what);
  }
}

} // namespace guildhall::sim
