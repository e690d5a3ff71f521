#include "battlenet/oauth.hpp"

#include "battlenet/sendable.hpp"
#include "core/text.hpp"
#include "domain/json_reader.hpp"

#include <algorithm>
#include <charconv>

namespace guildhall::battlenet {

namespace {

std::string query_encoded(std::string_view value) {
  return text::percent_encode(value);
}

/// Of a token that does not say how long it lives: asked anew in time, whatever it is.
constexpr std::chrono::hours usual_lifetime{1};

/// Empty where it is absent, blank or nobody's: the longest has 12 letters and some digits, and
/// all of it can be seen.
std::string tag_in(domain::json_reader& in, std::string_view key) {
  constexpr std::size_t longest = 128;
  const auto tag = in.optional_text(key).value_or("");
  const auto begin = tag.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos || tag.size() > longest)
    return {};
  auto trimmed = tag.substr(begin, tag.find_last_not_of(" \t\r\n") - begin + 1);
  return text::printable(trimmed) == trimmed ? trimmed : std::string{};
}

/// A positive number, or its digits; rejected as `why` otherwise.
std::int64_t positive_in(domain::json_reader& in, std::string_view key, const char* why) {
  const auto digits = in.text_or_integer(key);
  const auto* end = digits.data() + digits.size();
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || rest != end || value <= 0)
    in.reject(key, why);
  return value;
}

bool names_profile(std::string_view scope) {
  while (!scope.empty()) {
    const auto one = scope.substr(0, scope.find(' '));
    if (one == "wow.profile")
      return true;
    scope.remove_prefix(std::min(scope.size(), one.size() + 1));
  }
  return false;
}

} // namespace

result<access_token> parse_token(std::string_view body) {
  constexpr std::int64_t a_year = 366 * 86'400;
  domain::json_reader in{body};
  access_token token;
  token.value = in.text("access_token");
  if (!is_token(token.value))
    in.reject("access_token", "not a token");
  token.expires_in = usual_lifetime; // it need not say (RFC 6749, 5.1)
  if (in.has("expires_in"))
    token.expires_in =
        std::chrono::seconds{std::min(positive_in(in, "expires_in", "out of range"), a_year)};
  return in.finish(std::move(token));
}

std::string authorize_target(std::string_view client_id, std::string_view redirect_uri) {
  return "/authorize?client_id=" + query_encoded(client_id) + "&redirect_uri="
       + query_encoded(redirect_uri) + "&response_type=code&scope=openid%20wow.profile";
}

std::string code_form(std::string_view code, std::string_view redirect_uri) {
  return "grant_type=authorization_code&code=" + query_encoded(code)
       + "&redirect_uri=" + query_encoded(redirect_uri);
}

result<user_token> parse_user_token(std::string_view body) {
  const auto token = parse_token(body);
  if (!token)
    return fail(token.error());
  domain::json_reader in{body};
  // Without a scope it is the one that was asked for (RFC 6749, 5.1).
  const auto scope = in.optional_text("scope");
  return in.finish(
      user_token{token->value, token->expires_in, !scope || names_profile(*scope)});
}

result<user_info> parse_user_info(std::string_view body) {
  domain::json_reader in{body};
  user_info who;
  who.id = bnet_account_id{positive_in(in, "sub", "not an account's id")};
  who.battletag = tag_in(in, "battletag");
  if (who.battletag.empty())
    who.battletag = tag_in(in, "battle_tag");
  return in.finish(std::move(who));
}

} // namespace guildhall::battlenet
