#include "http/door/host_name.hpp"

#include "http/ascii.hpp"
#include "http/door/ip_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace guildhall::http {

namespace {

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
      || c == '.' || c == '_' || c == '~';
}

/// "" or ":" and a port, which may be empty.
bool is_port(std::string_view text) noexcept {
  if (text.empty() || text == ":")
    return true;
  std::uint16_t port{};
  const auto* end = text.data() + text.size();
  const auto got = std::from_chars(text.data() + 1, end, port);
  return text.front() == ':' && got.ec == std::errc{} && got.ptr == end;
}

struct parts {
  std::string_view host; ///< brackets included
  std::string_view port; ///< with its colon
};

parts split(std::string_view text) noexcept {
  const auto from = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = from == std::string_view::npos ? from : text.find(':', from);
  return {text.substr(0, colon), text.substr(std::min(colon, text.size()))};
}

std::string_view without_brackets(std::string_view host) noexcept {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

} // namespace

bool is_host(std::string_view text) noexcept {
  constexpr std::size_t max_name = 253; // of the DNS
  const auto [host, port] = split(text);
  if (!is_port(port) || host.size() > max_name)
    return false;
  if (!host.starts_with('['))
    return std::ranges::all_of(host, is_name_char) && (port.empty() || !host.empty());
  const auto inner = without_brackets(host);
  return inner.size() < host.size() && inner.find(':') != std::string_view::npos
      && inner.find('%') == std::string_view::npos && ip_address::parse(inner);
}

bool is_private_host(std::string_view text) noexcept {
  // RFC 6761, 6762, 8375; what ICANN keeps for such use; and Kubernetes' names of services.
  constexpr std::array<std::string_view, 6> suffixes{".localhost", ".local", ".internal",
                                                     ".home.arpa", ".svc",   ".lan"};
  auto host = split(text).host;
  if (host.ends_with('.'))
    host.remove_suffix(1);
  if (ip_address::parse(without_brackets(host)) || host.find('.') == std::string_view::npos)
    return true;
  return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
    return host.size() > suffix.size()
        && equal_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
  });
}

} // namespace guildhall::http
