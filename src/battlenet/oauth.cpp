#include "battlenet/oauth.hpp"

#include "domain/json_reader.hpp"

#include <algorithm>

namespace guildhall::battlenet {

namespace {

/// A token is sent in a header: visible ASCII only (RFC 6750 section 2.1 allows even less).
bool is_header_safe(const std::string& token) {
  return !token.empty()
      && std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

result<access_token> parse_token(std::string_view body) {
  constexpr std::int64_t a_year = 366 * 86'400;
  domain::json_reader in{body};
  access_token token;
  token.value = in.text("access_token");
  if (!is_header_safe(token.value))
    in.reject("access_token", "not a token");
  token.expires_in = std::chrono::seconds{in.integer("expires_in", 1, a_year)};
  return in.finish(std::move(token));
}

} // namespace guildhall::battlenet
