#include "http/negotiation.hpp"

#include "core/crypto.hpp"
#include "http/ascii.hpp"

#include <algorithm>
#include <brotli/encode.h>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <zlib.h>

namespace guildhall::http {

namespace {

constexpr int full_quality = 1000;

/// RFC 9110 section 12.4.2 in thousandths; nothing for what is no qvalue.
std::optional<int> qvalue(std::string_view text) noexcept {
  constexpr std::size_t longest = 5; // "0.123"
  if (text.empty() || text.size() > longest || (text.size() > 1 && text[1] != '.'))
    return std::nullopt;
  int value = 0;
  int unit = full_quality;
  for (std::size_t at = 0; at < text.size(); at += at == 0 ? 2 : 1) {
    if (text[at] < '0' || text[at] > '9')
      return std::nullopt;
    value += (text[at] - '0') * unit;
    unit /= 10;
  }
  return value > full_quality ? std::nullopt : std::optional{value};
}

/// What ";q=0.5" says, in thousandths: 1000 when it says nothing, 0 for what is no number: who
/// cannot be understood gets what everybody can read.
int quality(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const auto one = trimmed(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    const auto equals = std::min(one.find('='), one.size());
    if (equal_ignoring_case(trimmed(one.substr(0, equals)), "q"))
      return qvalue(trimmed(one.substr(std::min(equals + 1, one.size())))).value_or(0);
  }
  return full_quality;
}

/// Cuts the next entity tag off a list, without its weakness (RFC 9110 section 8.8.3); nothing
/// at the end or where no tag stands.
std::optional<std::string_view> next_tag(std::string_view& rest) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t,"), rest.size()));
  if (rest.starts_with("W/"))
    rest.remove_prefix(2);
  const auto end = rest.starts_with('"') ? rest.find('"', 1) : std::string_view::npos;
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto tag = rest.substr(0, end + 1);
  rest.remove_prefix(end + 1);
  return tag;
}

/// Section 13.1.2: the weak comparison.
bool names(std::string_view if_none_match, std::string_view etag) noexcept {
  if (trimmed(if_none_match) == "*")
    return true;
  while (const auto tag = next_tag(if_none_match))
    if (*tag == etag)
      return true;
  return false;
}

std::string etag_of(std::string_view body, coding how) {
  const auto digest = crypto::sha256(body);
  const std::string_view half{reinterpret_cast<const char*>(digest.data()), 16};
  std::string etag = "\"" + crypto::base64url_encode(half);
  etag += suffix_of(how);
  etag += '"';
  return etag;
}

answer_ptr packed_answer(std::string body, coding how, const answer_kind& kind) {
  auto answer = std::make_shared<ready_answer>();
  answer->etag = etag_of(body, how);
  answer->validators = "ETag: " + answer->etag + "\r\nCache-Control: ";
  answer->validators += kind.caching;
  answer->validators += "\r\n";
  answer->validators += kind.headers;
  answer->headers = "Content-Type: ";
  answer->headers += kind.type;
  answer->headers += "\r\n" + answer->validators;
  if (how == coding::gzip)
    answer->headers += "Content-Encoding: gzip\r\n";
  else if (how == coding::brotli)
    answer->headers += "Content-Encoding: br\r\n";
  answer->body = std::make_shared<const std::string>(std::move(body));
  return answer;
}

} // namespace

coding preferred_coding(std::string_view accept_encoding) noexcept {
  std::optional<int> brotli;
  std::optional<int> gzip;
  std::optional<int> plain;
  std::optional<int> others;
  while (!accept_encoding.empty()) {
    const auto element = next_element(accept_encoding);
    const auto name_end = std::min(element.find(';'), element.size());
    const auto name = trimmed(element.substr(0, name_end));
    const auto wanted = quality(element.substr(std::min(name_end + 1, element.size())));
    if (equal_ignoring_case(name, "br"))
      brotli = wanted;
    else if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
      gzip = wanted;
    else if (equal_ignoring_case(name, "identity"))
      plain = wanted;
    else if (name == "*")
      others = wanted;
  }
  const auto br = brotli.value_or(others.value_or(0));
  const auto gz = gzip.value_or(others.value_or(0));
  // What the client does not name it takes as well, but likes less than what it names.
  const auto least = plain.value_or(0);
  if (br > 0 && br >= gz && br >= least)
    return coding::brotli;
  if (gz > 0 && gz >= least)
    return coding::gzip;
  return coding::identity;
}

std::string_view suffix_of(coding how) noexcept {
  switch (how) {
  case coding::gzip:
    return "-gzip";
  case coding::brotli:
    return "-br";
  case coding::identity:
    break;
  }
  return {};
}

std::string brotli(std::string_view plain) {
  // A thousand members in about 10 ms; the next steps take several times as long for 3 % less.
  constexpr int quality_level = 7;
  constexpr int window_bits = 20;
  std::string packed(BrotliEncoderMaxCompressedSize(plain.size()), '\0');
  auto size = packed.size();
  if (!BrotliEncoderCompress(
          quality_level, window_bits, BROTLI_MODE_TEXT, plain.size(),
          reinterpret_cast<const std::uint8_t*>(plain.data()), &size,
          reinterpret_cast<std::uint8_t*>(packed.data())))
    throw std::runtime_error{"Brotli did not finish within its own bound"};
  packed.resize(size);
  packed.shrink_to_fit();
  return packed;
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

answer_ptr make_packed_answer(std::string body, coding how, const answer_kind& kind) {
  return packed_answer(std::move(body), how, kind);
}

answer_ptr make_answer(std::string json, coding how, std::string_view headers) {
  if (json.size() <= min_bytes_to_pack)
    how = coding::identity;
  else if (how == coding::gzip)
    json = gzip(json);
  else if (how == coding::brotli)
    json = brotli(json);
  return packed_answer(
      std::move(json), how, {"application/json; charset=utf-8", "private, no-cache", headers});
}

response respond(const ready_answer& answer, std::string_view if_none_match) {
  if (!if_none_match.empty() && names(if_none_match, answer.etag))
    return {304, answer.validators, nullptr};
  return {200, answer.headers, answer.body};
}

} // namespace guildhall::http
