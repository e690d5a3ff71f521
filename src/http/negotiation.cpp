#include "http/negotiation.hpp"

#include "core/crypto.hpp"
#include "http/ascii.hpp"

#include <stdexcept>
#include <zlib.h>

namespace guildhall::http {

namespace {

/// "gzip;q=0.5" names gzip; "gzip;q=0" refuses it.
bool is_refused(std::string_view parameters) noexcept {
  const auto q = trimmed(parameters);
  if (!q.starts_with("q=") && !q.starts_with("Q="))
    return false;
  return q.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

bool names(std::string_view if_none_match, std::string_view etag) noexcept {
  while (!if_none_match.empty()) {
    auto candidate = next_element(if_none_match);
    if (candidate.starts_with("W/"))
      candidate.remove_prefix(2);
    if (candidate == etag || candidate == "*")
      return true;
  }
  return false;
}

std::string etag_of(std::string_view json, coding how) {
  const auto digest = crypto::sha256(json);
  const std::string_view half{reinterpret_cast<const char*>(digest.data()), 16};
  std::string etag = "\"" + crypto::base64url_encode(half);
  etag += how == coding::gzip ? "-gzip\"" : "\"";
  return etag;
}

} // namespace

coding preferred_coding(std::string_view accept_encoding) noexcept {
  while (!accept_encoding.empty()) {
    const auto element = next_element(accept_encoding);
    const auto semicolon = element.find(';');
    if (!equal_ignoring_case(trimmed(element.substr(0, semicolon)), "gzip"))
      continue;
    const auto refused =
        semicolon != std::string_view::npos && is_refused(element.substr(semicolon + 1));
    return refused ? coding::identity : coding::gzip;
  }
  return coding::identity;
}

std::string gzip(std::string_view plain) {
  constexpr int gzip_window = 15 + 16; // zlib: 16 more asks for the gzip wrapper
  constexpr int memory_level = 8;
  z_stream stream{};
  if (deflateInit2(
          &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
          Z_DEFAULT_STRATEGY)
      != Z_OK)
    throw std::bad_alloc{};
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const auto outcome = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END)
    throw std::runtime_error{"zlib did not finish within its own bound"};
  packed.shrink_to_fit();
  return packed;
}

answer_ptr make_answer(std::string json, coding how, std::string_view headers, subject about) {
  if (json.size() <= min_bytes_to_pack)
    how = coding::identity;
  auto answer = std::make_shared<cached_answer>();
  answer->about = about;
  answer->etag = etag_of(json, how);
  answer->validators = "ETag: " + answer->etag + "\r\nCache-Control: private, no-cache\r\n";
  answer->validators += headers;
  answer->headers = "Content-Type: application/json; charset=utf-8\r\n" + answer->validators;
  if (how == coding::gzip) {
    answer->headers += "Content-Encoding: gzip\r\n";
    json = gzip(json);
  }
  answer->body = std::make_shared<const std::string>(std::move(json));
  return answer;
}

response respond(const cached_answer& answer, std::string_view if_none_match) {
  if (!if_none_match.empty() && names(if_none_match, answer.etag))
    return {304, answer.validators, nullptr};
  return {200, answer.headers, answer.body};
}

} // namespace guildhall::http
