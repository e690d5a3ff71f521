#include "core/config_rules.hpp"

#include "core/config_values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <string>

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
    [](std::string_view text) {
      return !text.empty() && text.find_first_of(" \t\r\n") == std::string_view::npos;
    },
    "a battletag such as \"Name#1234\" or a Battle.net id"};

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

} // namespace guildhall::config_keys
