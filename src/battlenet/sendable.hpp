#pragma once

#include <cstddef>
#include <string_view>

/// What may go into a request of ours. Tokens, dates and paths are other people's text: their
/// form and length are looked at where they arrive, and once more where they are sent.
namespace guildhall::battlenet {

/// Of a token, and of credentials as they are sent: half of what servers take as a header.
inline constexpr std::size_t longest_token = 4'096;
/// Of any other field.
inline constexpr std::size_t longest_field = 1'024;
/// Path and query. Names are at most 48 code points, slugs 128 bytes.
inline constexpr std::size_t longest_target = 4'096;
inline constexpr std::size_t longest_form = 65'536;

/// Visible ASCII without blanks (RFC 6750 allows even less), not empty, not too long.
bool is_token(std::string_view text) noexcept;

/// The value of a header field: visible ASCII and blanks. It may be empty.
bool is_field(std::string_view text) noexcept;

/// "/path?query", percent-encoded.
bool is_target(std::string_view text) noexcept;

} // namespace guildhall::battlenet
