#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::sim {

/// Full Unicode lower case of UTF-8 text, independent of any language.
std::string lower(std::string_view utf8);

/// A guild's slug: lower case, spaces become '-'.
std::string guild_slug(std::string_view name);

/// Percent-encodes everything but RFC 3986 unreserved characters, upper-case hex digits.
std::string percent_encode(std::string_view utf8);

/// The decoded bytes, or nothing when an escape is cut or not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text);

using form = std::map<std::string, std::string>;

/// `a=1&b=2` with percent escapes and '+' for a space; fields that do not decode are dropped.
form parse_form(std::string_view text);
/// Empty where there is no such field.
const std::string& field(const form& fields, const std::string& name);

/// An HTTP date as Battle.net writes it: the day is not padded ("Sat, 7 Mar 2020 09:41:14
/// GMT").
std::string http_date(std::int64_t unix_seconds);

/// Reads an HTTP date, padded or not; nothing when it is none.
std::optional<std::int64_t> parse_http_date(std::string_view text);

std::optional<std::string> base64_decode(std::string_view text);

/// A well mixed 64-bit number from two others (splitmix64): the source of everything seeded.
std::uint64_t mix(std::uint64_t a, std::uint64_t b = 0);

/// A random token of 32 hexadecimal digits, not seeded.
std::string random_hex();

} // namespace guildhall::sim
