#include "battlenet_sim/text.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace guildhall::sim {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                   "Thu", "Fri", "Sat"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
      || c == '.' || c == '_' || c == '~';
}

} // namespace

std::string lower(std::string_view utf8) {
  std::string out;
  icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())})
      .toLower(icu::Locale::getRoot())
      .toUTF8String(out);
  return out;
}

std::string guild_slug(std::string_view name) {
  auto slug = lower(name);
  for (auto& c : slug)
    if (c == ' ')
      c = '-';
  return slug;
}

std::string percent_encode(std::string_view utf8) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(utf8.size() * 3);
  for (auto c : utf8) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size())
      return std::nullopt;
    auto high = hex_digit(text[i + 1]);
    auto low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

form parse_form(std::string_view text) {
  form fields;
  while (!text.empty()) {
    auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    auto equals = part.find('=');
    auto plain = [](std::string_view piece) {
      std::string spaced(piece);
      for (auto& c : spaced)
        if (c == '+')
          c = ' ';
      return percent_decode(spaced);
    };
    auto name = plain(part.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : plain(part.substr(equals + 1));
    if (name && value && !name->empty())
      fields.insert_or_assign(std::move(*name), std::move(*value));
  }
  return fields;
}

const std::string& field(const form& fields, const std::string& name) {
  static const std::string none;
  auto i = fields.find(name);
  return i == fields.end() ? none : i->second;
}

std::string http_date(std::int64_t unix_seconds) {
  using namespace std::chrono;
  auto time = sys_seconds{seconds{unix_seconds}};
  auto day = floor<days>(time);
  year_month_day date{day};
  hh_mm_ss clock{time - day};
  std::array<char, 64> out{};
  auto n = std::snprintf(
      out.data(), out.size(), "%s, %u %s %d %02d:%02d:%02d GMT",
      weekdays[weekday{day}.c_encoding()].data(), static_cast<unsigned>(date.day()),
      months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(n)};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (auto comma = text.find(','); comma != std::string_view::npos)
    text.remove_prefix(comma + 1);
  auto number = [&](char until) -> std::optional<int> {
    while (text.starts_with(' '))
      text.remove_prefix(1);
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0)
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (until != '\0') {
      if (!text.starts_with(until))
        return std::nullopt;
      text.remove_prefix(1);
    }
    return value;
  };
  auto d = number(' ');
  if (!d || text.size() < 4)
    return std::nullopt;
  unsigned m = 0;
  while (m < months.size() && months[m] != text.substr(0, 3))
    ++m;
  text.remove_prefix(4);
  auto y = number(' ');
  auto hour = number(':');
  auto minute = number(':');
  auto second = number('\0');
  if (m == months.size() || !y || !hour || !minute || !second || *hour > 23 || *minute > 59
      || *second > 60)
    return std::nullopt;
  auto date = year{*y} / month{m + 1} / day{static_cast<unsigned>(*d)};
  if (!date.ok())
    return std::nullopt;
  auto midnight = sys_days{date}.time_since_epoch();
  return duration_cast<seconds>(midnight).count() + *hour * 3600 + *minute * 60 + *second;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096)
    return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  auto n = EVP_DecodeBlock(
      reinterpret_cast<unsigned char*>(out.data()),
      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (n < 0)
    return std::nullopt;
  auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(n - padding));
  return out;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  auto z = a + 0x9e3779b97f4a7c15ULL * (b + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::string random_hex() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string out;
  for (auto byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

} // namespace guildhall::sim
