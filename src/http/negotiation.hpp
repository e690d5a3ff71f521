#pragma once

#include "http/request.hpp"
#include "http/response_cache.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Content codings and conditional requests (RFC 9110 sections 8.8, 12.5.3, 13.1.2).
namespace guildhall::http {

enum class coding : std::uint8_t { identity, gzip };

/// What an Accept-Encoding header asks for: gzip when it is named with a quality above zero.
coding preferred_coding(std::string_view accept_encoding) noexcept;

/// In the gzip format (RFC 1952).
std::string gzip(std::string_view plain);

/// Bodies up to this size are sent as they are: packing them gains nothing.
inline constexpr std::size_t min_bytes_to_pack = 1024;

/// A JSON answer that clients may keep if they ask again each time, packed where that helps.
/// `headers` are further ready lines.
answer_ptr
make_answer(std::string json, coding how, std::string_view headers = {}, subject about = {});

/// The answer, or 304 when `If-None-Match` names its ETag.
response respond(const cached_answer& answer, std::string_view if_none_match);

} // namespace guildhall::http
