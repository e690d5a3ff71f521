#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// Content codings and conditional requests (RFC 9110 sections 8.8, 12.5.3, 13.1.2).
namespace guildhall::http {

enum class coding : std::uint8_t { identity, gzip, brotli };

/// What an Accept-Encoding header likes best (RFC 9110 section 12.5.3), Brotli where it likes
/// it as much as gzip.
coding preferred_coding(std::string_view accept_encoding) noexcept;

/// "", "-gzip" or "-br": tells what is the same but for its coding apart, in ETags and cache
/// keys.
std::string_view suffix_of(coding how) noexcept;

/// RFC 7932.
std::string brotli(std::string_view plain);

/// In the gzip format (RFC 1952).
std::string gzip(std::string_view plain);

/// Bodies up to this size are sent as they are: packing them gains nothing.
inline constexpr std::size_t min_bytes_to_pack = 1024;

/// A ready answer, shared by everyone it is sent to. Immutable.
struct ready_answer {
  std::string headers;    ///< ready lines of a 200: type, coding and the validators
  std::string validators; ///< those that a 304 repeats: ETag, caching, X-Guildhall-Checked-At
  std::string etag;       ///< strong, quoted; another one per coding
  std::shared_ptr<const std::string> body;
};
using answer_ptr = std::shared_ptr<const ready_answer>;

/// What the headers of an answer say about it.
struct answer_kind {
  std::string_view type;      ///< Content-Type
  std::string_view caching;   ///< Cache-Control
  std::string_view headers{}; ///< further ready lines, which a 304 repeats
};

/// An answer whose body is in its coding already.
answer_ptr make_packed_answer(std::string body, coding how, const answer_kind& kind);

/// A JSON answer that clients may keep if they ask again each time, packed where that helps.
/// `headers` are further ready lines.
answer_ptr make_answer(std::string json, coding how, std::string_view headers = {});

/// The answer, or 304 when `If-None-Match` names its ETag.
response respond(const ready_answer& answer, std::string_view if_none_match);

} // namespace guildhall::http
