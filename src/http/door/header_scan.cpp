#include "http/door/header_scan.hpp"

#include "http/ascii.hpp"

#include <algorithm>
#include <array>

namespace guildhall::http {

namespace {

enum : std::uint8_t { in_line = 1, in_value = 2, in_name = 4 };

/// What each byte may be part of.
constexpr std::array<std::uint8_t, 256> make_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    const auto is_control = c < 0x20 || c == 0x7f;
    if (!is_control && c != '#')
      kinds[c] |= in_line;
    if (!is_control || c == '\t')
      kinds[c] |= in_value;
    if (is_token_char(static_cast<char>(c)))
      kinds[c] |= in_name;
  }
  return kinds;
}
constexpr auto kinds = make_kinds();

std::size_t skip(std::string_view bytes, std::size_t at, std::uint8_t kind) noexcept {
  while (at < bytes.size() && (kinds[static_cast<unsigned char>(bytes[at])] & kind) != 0)
    ++at;
  return at;
}

} // namespace

header_scan::progress header_scan::scan(std::string_view bytes) noexcept {
  const auto seen = bytes.substr(0, max_bytes_);
  while (at_ < seen.size()) {
    if (place_ == place::line)
      at_ = skip(seen, at_, in_line);
    else if (place_ == place::value)
      at_ = skip(seen, at_, in_value);
    else if (place_ == place::name)
      at_ = skip(seen, at_, in_name);
    if (at_ == seen.size())
      break;
    if (!step(seen[at_]))
      return progress::broken;
    ++at_;
    if (complete_)
      return progress::complete;
  }
  if (at_ < max_bytes_)
    return progress::need_more;
  code_ = place_ == place::line || place_ == place::line_end ? ec::uri_too_long
                                                             : ec::header_too_large;
  return progress::broken;
}

/// The byte at which something else begins.
bool header_scan::step(char c) noexcept {
  switch (place_) {
  case place::line:
    if (c == '\r' && at_ > 0)
      return go_to(place::line_end);
    return refuse("The request line holds what it may not");
  case place::line_end:
  case place::value_end:
    return c == '\n' ? go_to(place::field) : refuse("A line ends with CR and LF");
  case place::end:
    complete_ = true;
    return c == '\n' || refuse("A line ends with CR and LF");
  case place::field:
    if (c == '\r')
      return go_to(place::end);
    if (c == ' ' || c == '\t')
      return refuse("A header line may not be folded");
    if (++fields_ > max_fields) {
      code_ = ec::header_too_large;
      return false;
    }
    return (kinds[static_cast<unsigned char>(c)] & in_name) != 0
             ? go_to(place::name)
             : refuse("A header has a name");
  case place::name:
    return c == ':' ? go_to(place::value) : refuse("A header's name ends at its colon");
  case place::value:
    return c == '\r' ? go_to(place::value_end) : refuse("A header holds control characters");
  }
  return false;
}

bool header_scan::refuse(std::string_view why) noexcept {
  code_ = ec::bad_request;
  why_ = why;
  return false;
}

} // namespace guildhall::http
