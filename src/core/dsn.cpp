#include "core/dsn.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace guildhall {

namespace {

constexpr std::string_view mask = "***";

bool is_space(char c) noexcept {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Passwords, what leads to them (a service, a password file, a private key) and other secrets,
/// in any case: hiding too much does no harm.
bool names_a_secret(std::string_view parameter) {
  std::string lower{parameter};
  std::ranges::transform(
      lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"pass", "service", "key", "secret", "token"},
      [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

/// Masks the values of `a=b&password=c`; everything, if it is anything else.
std::string mask_query(std::string_view query) {
  std::string out;
  while (true) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto name = text::percent_decode(parameter.substr(0, equals));
    if (equals == parameter.size() || !name || !is_parameter_name(*name))
      return std::string{mask};
    if (names_a_secret(*name))
      (out += parameter.substr(0, equals + 1)) += mask;
    else
      out += parameter;
    if (end == query.size())
      return out;
    out += '&';
    query.remove_prefix(end + 1);
  }
}

/// As libpq reads it, credentials end at the first '@' before any '/'. Whoever has left an '@',
/// a '/' or a '?' in a password unescaped has all hidden that may be part of it.
std::string mask_uri(std::string_view uri, std::size_t authority) {
  std::string out{uri.substr(0, authority)};
  auto rest = uri.substr(authority);
  const auto first = rest.find_first_of("@/");
  const auto question = rest.find('?', first == std::string_view::npos ? 0 : first);
  const auto last = rest.substr(0, question).rfind('@');
  const auto colon = std::min(rest.find(':'), rest.size());
  if (last != std::string_view::npos && rest[first] == '@') {
    (out += rest.substr(0, std::min(colon, last))) += colon < last ? ":***" : "";
    rest.remove_prefix(last);
  } else if (last != std::string_view::npos) {
    return (out += rest.substr(0, std::min(colon, first))) += ":***";
  }
  const auto end = std::min(rest.find('?'), rest.size());
  if (end == rest.size())
    return out += rest;
  const auto query = mask_query(rest.substr(end + 1));
  if (query == mask && colon < end && last == std::string_view::npos)
    return (out += rest.substr(0, colon + 1)) += mask;
  return ((out += rest.substr(0, end)) += '?') += query;
}

/// End of the value that begins at `at`: quoted, or up to the next space; a backslash escapes.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const auto quoted = at < text.size() && text[at] == '\'';
  for (at += quoted ? 1 : 0; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (quoted && text[at] == '\'')
      return at + 1;
    else if (!quoted && is_space(text[at]))
      return at;
  }
  return text.size();
}

std::string mask_pairs(std::string_view dsn) {
  std::string out;
  std::size_t at = 0;
  const auto skip_spaces = [&] {
    while (at < dsn.size() && is_space(dsn[at]))
      ++at;
  };
  for (skip_spaces(); at < dsn.size(); skip_spaces()) {
    const auto name_begin = at;
    while (at < dsn.size() && dsn[at] != '=' && !is_space(dsn[at]))
      ++at;
    const auto name = dsn.substr(name_begin, at - name_begin);
    skip_spaces();
    if (!is_parameter_name(name) || at == dsn.size() || dsn[at] != '=')
      return std::string{mask};
    ++at;
    skip_spaces();
    const auto value_begin = at;
    at = end_of_value(dsn, at);
    if (!out.empty())
      out += ' ';
    (out += name) += '=';
    out += names_a_secret(name) ? mask : dsn.substr(value_begin, at - value_begin);
  }
  return out;
}

} // namespace

std::string mask_dsn(std::string_view dsn) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (dsn.starts_with(scheme))
      return mask_uri(dsn, scheme.size());
  return mask_pairs(dsn);
}

} // namespace guildhall
