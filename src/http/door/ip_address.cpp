#include "http/door/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace guildhall::http {

namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;
constexpr unsigned all_bits = 128;

template <class Number>
std::optional<Number> number(std::string_view digits) {
  Number value{};
  const auto* end = digits.data() + digits.size();
  const auto got = std::from_chars(digits.data(), end, value);
  if (got.ec != std::errc{} || got.ptr != end)
    return std::nullopt;
  return value;
}

/// "" or ":8080".
bool is_port(std::string_view text) {
  return text.empty() || (text.front() == ':' && number<std::uint16_t>(text.substr(1)));
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
  text = text.substr(0, text.find('%'));
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  ip_address out;
  if (::inet_pton(AF_INET6, terminated.data(), out.bytes.data()) == 1)
    return out;
  std::copy(mapped.begin(), mapped.end(), out.bytes.begin());
  if (::inet_pton(AF_INET, terminated.data(), out.bytes.data() + mapped.size()) == 1)
    return out;
  return std::nullopt;
}

std::optional<ip_address> ip_address::parse_with_port(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_port(text.substr(end + 1)))
      return std::nullopt;
    return parse(text.substr(1, end - 1));
  }
  const auto colon = text.find(':');
  const auto is_v4_with_port = colon != std::string_view::npos && colon == text.rfind(':');
  if (!is_v4_with_port)
    return parse(text);
  if (!is_port(text.substr(colon)))
    return std::nullopt;
  return parse(text.substr(0, colon));
}

ip_address ip_address::of(const boost::asio::ip::address& address) noexcept {
  if (address.is_v6())
    return {address.to_v6().to_bytes()};
  ip_address out;
  std::copy(mapped.begin(), mapped.end(), out.bytes.begin());
  std::ranges::copy(address.to_v4().to_bytes(), out.bytes.begin() + mapped.size());
  return out;
}

bool ip_address::is_v4() const noexcept {
  return std::equal(mapped.begin(), mapped.end(), bytes.begin());
}

std::string ip_address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes.data() + mapped.size(), out.data(), out.size());
  else
    ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return out.data();
}

ip_address ip_address::household() const noexcept {
  auto out = *this;
  if (!is_v4())
    std::fill(out.bytes.begin() + out.bytes.size() / 2, out.bytes.end(), std::uint8_t{0});
  return out;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = ip_address::parse(text.substr(0, slash));
  if (!base)
    return std::nullopt;
  if (slash == std::string_view::npos)
    return ip_network{*base, all_bits};
  auto bits = number<unsigned>(text.substr(slash + 1));
  if (bits && text.find(':') == std::string_view::npos)
    *bits += mapped_bits;
  if (!bits || *bits > all_bits)
    return std::nullopt;
  return ip_network{*base, *bits};
}

bool ip_network::contains(const ip_address& one) const noexcept {
  const auto whole = bits / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, one.bytes.begin()))
    return false;
  const auto rest = bits % 8;
  if (rest == 0)
    return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (base.bytes[whole] & mask) == (one.bytes[whole] & mask);
}

} // namespace guildhall::http
