#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::text {

/// The code point that begins at `at` (less than the size), moving `at` past it. Nothing for a
/// byte that no well-formed sequence begins with; `at` then moves by one.
std::optional<char32_t> next_code_point(std::string_view utf8, std::size_t& at) noexcept;

/// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes) noexcept;

/// NFC, then Unicode lower case in the root locale (ICU): the form under which names are
/// compared and asked for. Battle.net answers 404 for upper-case Cyrillic. Malformed UTF-8
/// gives "".
std::string name_key(std::string_view name);

/// RFC 3986: everything but unreserved characters becomes %XX of its UTF-8 bytes.
std::string percent_encode(std::string_view bytes);

/// Undoes %XX. Nothing if an escape is broken or the outcome is not UTF-8 or holds NUL.
std::optional<std::string> percent_decode(std::string_view text);

/// Whether it shows as itself wherever text is shown: no control character, none that only
/// changes how others look (direction marks, zero width, tags), no separator of lines, nothing
/// that is no character or is for private use.
bool is_printable(char32_t code_point) noexcept;

/// How much of a foreign text is worth keeping beside what went wrong.
inline constexpr std::size_t longest_printed = 200;

/// Fit for a log line, a terminal, a label and a column, whatever the bytes are: each malformed
/// byte and each code point that is not printable becomes U+FFFD, and what is longer than
/// `limit` code points ends in "...".
std::string printable(std::string_view bytes, std::size_t limit = longest_printed);

/// The same for own text of any length that may quote foreign text: its lines and tabs stay.
std::string printable_lines(std::string_view text);

/// Number of Unicode code points; malformed bytes count as one each.
std::size_t length(std::string_view utf8) noexcept;

} // namespace guildhall::text
