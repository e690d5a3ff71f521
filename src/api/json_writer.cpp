#include "api/json_writer.hpp"

#include <array>
#include <string>

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
  std::string text;
  const auto put = [&text](auto value, std::size_t width, char end) {
    const auto digits = std::to_string(value);
    text.append(digits.size() < width ? width - digits.size() : 0, '0').append(digits) += end;
  };
  text.reserve(24);
  put(static_cast<int>(date.year()), 4, '-');
  put(static_cast<unsigned>(date.month()), 2, '-');
  put(static_cast<unsigned>(date.day()), 2, 'T');
  put(clock.hours().count(), 2, ':');
  put(clock.minutes().count(), 2, ':');
  put(clock.seconds().count(), 2, '.');
  put(clock.subseconds().count(), 3, 'Z');
  return text;
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
