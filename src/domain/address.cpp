#include "domain/address.hpp"

#include "core/text.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <utility>

namespace guildhall::domain {

namespace {

constexpr std::size_t max_slug_bytes = 128;

constexpr std::array<std::string_view, 4> region_names{"us", "eu", "kr", "tw"};

/// The code point at `at` (negative for malformed bytes); moves `at` behind it.
UChar32 next_code_point(std::string_view bytes, std::size_t& at) noexcept {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  UChar32 point = 0;
  U8_NEXT(data, at, bytes.size(), point);
  return point;
}

/// Letters of many scripts carry marks that have no composed form.
bool is_slug_point(UChar32 point) noexcept {
  if (point < 0)
    return false;
  const auto mask = U_GET_GC_MASK(point);
  return point == U'-' || (mask & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) != 0;
}

/// As keyboards and word processors write it.
bool is_apostrophe(UChar32 point) noexcept {
  return point == U'\'' || point == U'`' || point == U'\u00b4' || point == U'\u02bc'
      || point == U'\u2018' || point == U'\u2019' || point == U'\uff07';
}

bool all_slug_points(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();)
    if (!is_slug_point(next_code_point(text, at)))
      return false;
  return true;
}

} // namespace

std::string_view to_string(region where) noexcept {
  const auto index = static_cast<std::size_t>(where);
  return index < region_names.size() ? region_names[index] : std::string_view{"unknown"};
}

std::optional<region> parse_region(std::string_view text) noexcept {
  for (std::size_t i = 0; i < region_names.size(); ++i)
    if (region_names[i] == text)
      return static_cast<region>(i);
  return std::nullopt;
}

std::optional<std::string> canonical_slug(std::string_view text) {
  // Normalising may shrink a text, but what is far too long is not worth normalising.
  if (text.empty() || text.size() > 4 * max_slug_bytes)
    return std::nullopt;
  auto slug = text::name_key(text);
  if (slug.empty() || slug.size() > max_slug_bytes || !all_slug_points(slug))
    return std::nullopt;
  return slug;
}

std::string guild_name_slug(std::string_view name) {
  const auto key = text::name_key(name);
  std::string slug;
  slug.reserve(key.size());
  bool blank = false;
  for (std::size_t at = 0; at < key.size();) {
    const auto begin = at;
    const auto point = next_code_point(key, at);
    if (point >= 0 && u_isUWhiteSpace(point)) {
      blank = !slug.empty();
    } else if (!is_apostrophe(point)) {
      slug.append(std::exchange(blank, false) ? "-" : "");
      slug.append(key, begin, at - begin);
    }
  }
  return slug;
}

bool is_askable_name(std::string_view name) noexcept {
  if (name.empty())
    return false;
  for (std::size_t at = 0; at < name.size();) {
    const auto point = next_code_point(name, at);
    if (point < 0 || u_isdigit(point) || u_isUWhiteSpace(point) || u_iscntrl(point))
      return false;
    if (point == U'%' || point == U'$' || point == U'"')
      return false;
  }
  return true;
}

} // namespace guildhall::domain
