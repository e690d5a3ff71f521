#include "core/text.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace guildhall::text {

namespace {

constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
      || c == '.' || c == '_' || c == '~';
}

constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// What stands at `at`, or U+FFFD for it; moves `at` past it.
void append_printable(std::string& out, std::string_view bytes, std::size_t& at) {
  const auto start = at;
  const auto c = next_code_point(bytes, at);
  out.append(c && is_printable(*c) ? bytes.substr(start, at - start) : "\xEF\xBF\xBD");
}

/// How many bytes it begins with that are ASCII, in whole blocks: most of what comes is, and
/// one by one they take longer than to parse them.
std::size_t ascii_blocks(std::string_view bytes) noexcept {
  constexpr std::uint64_t high_bits{0x8080808080808080};
  std::uint64_t block = 0;
  std::size_t at = 0;
  for (; bytes.size() - at >= sizeof block; at += sizeof block) {
    std::memcpy(&block, bytes.data() + at, sizeof block);
    if ((block & high_bits) != 0)
      break;
  }
  return at;
}

} // namespace

// ICU's macro narrows on purpose.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
std::optional<char32_t> next_code_point(std::string_view utf8, std::size_t& at) noexcept {
  const auto start = at;
  UChar32 code_point = 0;
  U8_NEXT(utf8.data(), at, utf8.size(), code_point);
  if (code_point >= 0)
    return static_cast<char32_t>(code_point);
  at = start + 1;
  return std::nullopt;
}
#pragma GCC diagnostic pop

bool is_utf8(std::string_view bytes) noexcept {
  for (std::size_t at = ascii_blocks(bytes); at < bytes.size();
       at += ascii_blocks(bytes.substr(at)))
    if (!next_code_point(bytes, at))
      return false;
  return true;
}

bool is_printable(char32_t code_point) noexcept {
  constexpr char32_t first{0x20};
  constexpr char32_t end_of_ascii{0x7F};
  if (code_point < end_of_ascii)
    return code_point >= first;
  const auto c = static_cast<UChar32>(code_point);
  constexpr auto separators = U_GC_ZL_MASK | U_GC_ZP_MASK;
  return u_isprint(c) && (U_GET_GC_MASK(c) & separators) == 0
      && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

std::string printable(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view dots{"..."};
  std::string out;
  out.reserve(std::min(bytes.size(), limit));
  std::size_t shown = 0;
  std::size_t cut = 0; // where the dots still find a place
  for (std::size_t at = 0; at < bytes.size(); ++shown) {
    if (shown == limit) {
      out.resize(cut);
      return out.append(dots);
    }
    append_printable(out, bytes, at);
    if (shown + dots.size() < limit)
      cut = out.size();
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n' || text[at] == '\t')
      out += text[at++];
    else
      append_printable(out, text, at);
  }
  return out;
}

std::string name_key(std::string_view name) {
  if (!is_utf8(name))
    return {};
  auto status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status))
    return {};
  const icu::StringPiece bytes{name.data(), static_cast<std::int32_t>(name.size())};
  auto text = nfc->normalize(icu::UnicodeString::fromUTF8(bytes), status);
  text.toLower(icu::Locale::getRoot());
  // Lower case may decompose (U+0130), so that the outcome must be composed once more.
  text = nfc->normalize(text, status);
  std::string key;
  if (U_SUCCESS(status))
    text.toUTF8String(key);
  return key;
}

std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size() * 3);
  for (const char c : bytes) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (text.size() - at < 3)
      return std::nullopt;
    const auto high = hex_value(text[at + 1]);
    const auto low = hex_value(text[at + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  if (out.find('\0') != std::string::npos || !is_utf8(out))
    return std::nullopt;
  return out;
}

std::size_t length(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < utf8.size(); ++count)
    next_code_point(utf8, at);
  return count;
}

} // namespace guildhall::text
