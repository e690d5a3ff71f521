#include "api/json_writer.hpp"

#include <array>
#include <cstdio>

namespace guildhall::api {

namespace {

/// 0: as it is; 'u': \u00XX; anything else: the letter after the backslash.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i)
    table[i] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

} // namespace

std::string iso_time(time_point when) {
  using namespace std::chrono;
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(when - day)};
  std::array<char, 64> text{};
  std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return text.data();
}

void json_writer::write(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out_ += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto escape = escapes[byte];
    if (escape == 0)
      continue;
    out_ += text.substr(copied, at - copied);
    copied = at + 1;
    out_ += '\\';
    out_ += escape;
    if (escape == 'u') {
      out_ += "00";
      out_ += digits[byte >> 4];
      out_ += digits[byte & 15];
    }
  }
  out_ += text.substr(copied);
  out_ += '"';
}

void json_writer::write(raw_json json) {
  bool in_string = false;
  for (std::size_t at = 0; at < json.text.size(); ++at) {
    const auto c = json.text[at];
    if (!in_string && (c == ' ' || c == '\n' || c == '\t' || c == '\r'))
      continue;
    out_ += c;
    if (c == '"')
      in_string = !in_string;
    else if (c == '\\' && in_string && at + 1 < json.text.size())
      out_ += json.text[++at];
  }
}

} // namespace guildhall::api
