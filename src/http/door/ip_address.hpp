#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::http {

/// An IPv4 or IPv6 address. IPv4 is kept as it is mapped into IPv6, in which form a listener
/// for both has it: 192.0.2.1 and ::ffff:192.0.2.1 are one address.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};

  /// "192.0.2.1", "::1"; nothing for anything else. A zone ("fe80::1%eth0") is left out.
  static std::optional<ip_address> parse(std::string_view text);
  /// As a proxy writes it: perhaps with a port ("1.2.3.4:5", "[::1]:5"), in brackets or quotes.
  static std::optional<ip_address> parse_with_port(std::string_view text);

  static ip_address of(const boost::asio::ip::address& address) noexcept;

  bool is_v4() const noexcept;
  std::string text() const;

  /// Whose limits count: a household has a whole /64 of IPv6, and one IPv4 address.
  ip_address household() const noexcept;

  bool operator==(const ip_address&) const noexcept = default;
};

struct ip_address_hash {
  std::size_t operator()(const ip_address& of) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(of.bytes.data()), of.bytes.size()});
  }
};

/// "10.0.0.0/8", "fd00::/8", or one address.
struct ip_network {
  ip_address base;
  unsigned bits{128}; ///< of the mapped form: 96 more for IPv4

  static std::optional<ip_network> parse(std::string_view text);
  bool contains(const ip_address& one) const noexcept;
};

} // namespace guildhall::http
