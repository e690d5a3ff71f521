#include "core/config_rules.hpp"

#include "core/config_values.hpp"
#include "core/text.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace guildhall::config_keys {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> accepted) {
  return std::ranges::find(accepted, text) != accepted.end();
}

bool has_only(std::string_view text, std::string_view extra) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0
        || extra.find(c) != std::string_view::npos;
  });
}

bool is_ip_address(std::string_view text) {
  const std::string copy{text};
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  return ::inet_pton(AF_INET, copy.c_str(), binary.data()) == 1
      || ::inet_pton(AF_INET6, copy.c_str(), binary.data()) == 1;
}

bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  if (!is_ip_address(text.substr(0, slash)))
    return false;
  if (slash == std::string_view::npos)
    return true;
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  return bits && *bits <= (text.find(':') == std::string_view::npos ? 32u : 128u);
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_number_of(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most
      && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A name in any script, '#' and 3 to 9 digits.
bool is_battletag(std::string_view text) {
  constexpr std::size_t longest_name = 32; // Battle.net's own limit is 12
  const auto hash = std::min(text.find('#'), text.size());
  const auto name = text.substr(0, hash);
  std::size_t letters = 0;
  for (std::size_t at = 0; at < name.size(); ++letters) {
    const auto point = text::next_code_point(name, at);
    if (!point
        || (*point < 0x80 ? std::isalnum(static_cast<int>(*point)) == 0
                          : u_isalnum(static_cast<UChar32>(*point)) == 0))
      return false;
  }
  return letters >= 2 && letters <= longest_name && hash < text.size()
      && is_number_of(text.substr(hash + 1), 3, 9);
}

/// So few digits are a slip of the pen; the number has to fit 64 bits.
bool is_account_id(std::string_view text) {
  return is_number_of(text, 4, 18) && text.front() != '0';
}

bool is_dsn(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://")
      || text.find('=') != std::string_view::npos;
}

} // namespace

constinit const text_rule ip_address{is_ip_address, "an IP address such as \"127.0.0.1\""};

constinit const text_rule network{
    is_network, "an IP address or a network such as \"10.0.0.0/8\" or \"fd00::/8\""};

/// Client id and secret go into one header field.
constexpr std::size_t longest_credential = 1'024;

constinit const text_rule url{
    [](std::string_view text) { return origin_of(text).has_value(); },
    "an http or https URL such as \"https://guild.example\""};

constinit const text_rule origin{
    [](std::string_view text) { return origin_of(text) == text; },
    "http or https, a host and perhaps a port, without a path (\"https://guild.example\")"};

constinit const text_rule browser_origin{
    [](std::string_view text) {
      return origin_of(text).has_value() && browser_origin_of(text) == text;
    },
    "what browsers send as Origin: http or https, a host in lower case and perhaps a port, if "
    "it is not the scheme's own, without a path (\"https://guild.example\"); neither \"*\" nor "
    "\"null\" is one"};

constinit const text_rule region{
    [](std::string_view text) {
      return is_one_of(text, {"us", "eu", "kr", "tw"});
    },
    "one of us, eu, kr, tw"};

constinit const text_rule locale{
    [](std::string_view text) {
      return is_one_of(
          text, {"en_US", "es_MX", "pt_BR", "en_GB", "es_ES", "fr_FR", "ru_RU", "de_DE",
                 "pt_PT", "it_IT", "ko_KR", "zh_TW"});
    },
    "one of en_US, es_MX, pt_BR, en_GB, es_ES, fr_FR, ru_RU, de_DE, pt_PT, it_IT, ko_KR, "
    "zh_TW"};

constinit const text_rule visible{is_visible, "visible ASCII characters without spaces"};

constinit const text_rule credential{
    [](std::string_view text) { return is_visible(text) && text.size() <= longest_credential; },
    "at most 1,024 visible ASCII characters without spaces"};

constinit const text_rule dsn{
    is_dsn, "a PostgreSQL connection string (\"postgresql://user@host/name\" or \"host=... "
            "dbname=...\")"};

constinit const text_rule optional_dsn{
    [](std::string_view text) { return text.empty() || is_dsn(text); },
    "a PostgreSQL connection string, or empty"};

constinit const text_rule pooling{
    [](std::string_view text) {
      return is_one_of(text, {"session", "transaction"});
    },
    "session or transaction"};

constinit const text_rule level{
    [](std::string_view text) {
      return is_one_of(text, {"trace", "debug", "info", "warn", "error", "critical", "off"});
    },
    "one of trace, debug, info, warn, error, critical, off"};

constinit const text_rule log_format_name{
    [](std::string_view text) {
      return is_one_of(text, {"text", "json"});
    },
    "text or json"};

constinit const text_rule who_reads{
    [](std::string_view text) {
      return is_one_of(text, {"members", "open"});
    },
    "members or open"};

constinit const text_rule user_name{
    [](std::string_view text) { return is_battletag(text) || is_account_id(text); },
    "a battletag such as \"Name#1234\" or a Battle.net id of at least 4 digits"};

constinit const text_rule header_name{
    [](std::string_view text) { return text.empty() || has_only(text, "-_"); },
    "the name of a header such as \"X-Forwarded-For\", or empty"};

constinit const text_rule discovery{
    [](std::string_view text) {
      return is_one_of(text, {"none", "of_users"});
    },
    "none or of_users"};

constinit const text_rule key_id{
    [](std::string_view text) { return has_only(text, "-_."); }, "letters, digits, - _ ."};

std::optional<std::string_view> origin_of(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos
      || !is_one_of(text.substr(0, scheme_end), {"http", "https"}))
    return std::nullopt;
  const auto host_begin = scheme_end + 3;
  const auto host_end = std::min(text.find('/', host_begin), text.size());
  auto host = text.substr(host_begin, host_end - host_begin);
  const auto after_brackets = host.starts_with('[') ? host.find(']') : 0;
  if (after_brackets == std::string_view::npos)
    return std::nullopt;
  if (const auto colon = host.find(':', after_brackets); colon != std::string_view::npos) {
    const auto port = parse_number<std::uint16_t>(host.substr(colon + 1));
    if (!port || *port == 0)
      return std::nullopt;
    host = host.substr(0, colon);
  }
  const auto is_host = host.starts_with('[')
                         ? host.ends_with(']') && is_ip_address(host.substr(1, host.size() - 2))
                         : has_only(host, "-._");
  if (!is_host || !is_visible(text))
    return std::nullopt;
  return text.substr(0, host_end);
}

std::string browser_origin_of(std::string_view address) {
  std::string out{origin_of(address).value_or("")};
  std::ranges::transform(
      out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& [scheme, port] :
       {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}})
    if (out.starts_with(scheme) && out.ends_with(port))
      out.erase(out.rfind(':'));
  return out;
}

} // namespace guildhall::config_keys
