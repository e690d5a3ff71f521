#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::crypto {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view bytes);
digest hmac_sha256(std::string_view key, std::string_view bytes);

/// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

/// `count` bytes from the operating system's generator, as lower-case hexadecimal.
std::string random_hex(std::size_t count);

std::string to_hex(std::string_view bytes);

/// RFC 4648 section 5, without padding.
std::string base64url_encode(std::string_view bytes);
/// Nothing for padding, foreign characters, an impossible length, or bits left over that are
/// not zero (two texts never decode to the same bytes).
std::optional<std::string> base64url_decode(std::string_view text);

/// RFC 4648 section 4, with padding (HTTP Basic).
std::string base64_encode(std::string_view bytes);

} // namespace guildhall::crypto
