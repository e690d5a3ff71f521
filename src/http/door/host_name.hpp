#pragma once

#include <string_view>

namespace guildhall::http {

/// The value of a Host header, or the authority of an absolute target: "guild.example",
/// "guild.example:8080", "192.0.2.1", "[::1]:80"; also "" (RFC 9112 section 3.2).
bool is_host(std::string_view text) noexcept;

/// A name or address that a public name server cannot hand to a stranger's page: an address,
/// "localhost", a name without dots, or one under a top-level domain that nobody can register.
/// `text` is a host.
bool is_private_host(std::string_view text) noexcept;

} // namespace guildhall::http
