#include "core/dsn.hpp"

#include <algorithm>
#include <cctype>

namespace guildhall {

namespace {

constexpr std::string_view mask = "***";

bool is_space(char c) noexcept {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// `password` and `sslpassword`, in any case: hiding too much does no harm.
bool names_a_password(std::string_view parameter) {
  std::string lower{parameter};
  std::ranges::transform(
      lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.find("pass") != std::string::npos && lower != "passfile";
}

/// Masks the values of `a=b&password=c`.
std::string mask_query(std::string_view query) {
  std::string out;
  while (true) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    const auto equals = parameter.find('=');
    if (equals != std::string_view::npos && names_a_password(parameter.substr(0, equals)))
      (out += parameter.substr(0, equals + 1)) += mask;
    else
      out += parameter;
    if (end == query.size())
      return out;
    out += '&';
    query.remove_prefix(end + 1);
  }
}

std::string mask_uri(std::string_view uri, std::size_t authority) {
  std::string out{uri.substr(0, authority)};
  auto rest = uri.substr(authority);
  // The last '@', so that a password with an unescaped '@' or '/' is hidden as a whole.
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto colon = rest.find(':');
    if (colon < at)
      (out += rest.substr(0, colon + 1)) += mask;
    else
      out += rest.substr(0, at);
    rest.remove_prefix(at);
  }
  const auto question = std::min(rest.find('?'), rest.size());
  out += rest.substr(0, question);
  if (question < rest.size())
    (out += '?') += mask_query(rest.substr(question + 1));
  return out;
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
    if (name.empty() || at == dsn.size() || dsn[at] != '=')
      return std::string{mask};
    ++at;
    skip_spaces();
    const auto value_begin = at;
    at = end_of_value(dsn, at);
    if (!out.empty())
      out += ' ';
    (out += name) += '=';
    out += names_a_password(name) ? mask : dsn.substr(value_begin, at - value_begin);
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
