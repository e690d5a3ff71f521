#include "domain/last_modified.hpp"

#include <array>
#include <charconv>

namespace guildhall::domain {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes the text up to the next `separator` off the front.
std::string_view take(std::string_view& text, char separator) noexcept {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

/// A number of `min` to `max` digits, or -1.
int number(std::string_view digits, std::size_t min, std::size_t max) noexcept {
  int value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  const bool fits = digits.size() >= min && digits.size() <= max;
  return fits && error == std::errc{} && stop == end ? value : -1;
}

unsigned month_number(std::string_view name) noexcept {
  for (unsigned i = 0; i < months.size(); ++i)
    if (months[i] == name)
      return i + 1;
  return 0;
}

/// Four digits, or the last two of this century's.
int year_number(std::string_view digits) noexcept {
  constexpr int century = 2000;
  if (const auto year = number(digits, 4, 4); year >= 0)
    return year;
  const auto year = number(digits, 2, 2);
  return year < 0 ? year : century + year;
}

struct date_parts {
  std::string_view day, month, year, clock, zone;
};

/// "Sat, 07 Mar 2020 09:41:14 GMT", or as it was once: "Saturday, 07-Mar-20 09:41:14 GMT". The
/// weekday says nothing that the date does not.
date_parts split_with_comma(std::string_view header) noexcept {
  take(header, ',');
  date_parts parts;
  parts.day = take(header, ' ');
  if (auto all = parts.day; all.find('-', 1) != std::string_view::npos) {
    parts.day = take(all, '-');
    parts.month = take(all, '-');
    parts.year = all;
  } else {
    parts.month = take(header, ' ');
    parts.year = take(header, ' ');
  }
  parts.clock = take(header, ' ');
  parts.zone = take(header, ' ');
  return parts;
}

/// "Sat Mar  7 09:41:14 2020"
date_parts split_asctime(std::string_view header) noexcept {
  take(header, ' ');
  date_parts parts{.day = {}, .month = {}, .year = {}, .clock = {}, .zone = "GMT"};
  parts.month = take(header, ' ');
  parts.day = take(header, ' ');
  parts.clock = take(header, ' ');
  parts.year = take(header, ' ');
  return parts;
}

} // namespace

std::optional<time_point> parse_last_modified(std::string_view header) noexcept {
  namespace chrono = std::chrono;
  auto parts = header.find(',') == std::string_view::npos ? split_asctime(header)
                                                          : split_with_comma(header);
  const auto day = number(parts.day, 1, 2);
  const auto month = month_number(parts.month);
  const auto year = year_number(parts.year);
  const auto hour = number(take(parts.clock, ':'), 1, 2);
  const auto minute = number(take(parts.clock, ':'), 2, 2);
  const auto second = number(parts.clock, 2, 2);
  if (day < 0 || year < 0 || (parts.zone != "GMT" && parts.zone != "UTC"))
    return std::nullopt;
  const chrono::year_month_day date{
      chrono::year{year}, chrono::month{month}, chrono::day{static_cast<unsigned>(day)}};
  // 60 is a leap second.
  const bool in_range =
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!date.ok() || !in_range)
    return std::nullopt;
  return time_point{
      chrono::sys_days{date} + chrono::hours{hour} + chrono::minutes{minute}
      + chrono::seconds{second}};
}

bool lies_ahead(std::string_view header, time_point now) noexcept {
  constexpr std::chrono::minutes clocks_may_differ{5};
  const auto moment = parse_last_modified(header);
  return moment && *moment > now + clocks_may_differ;
}

} // namespace guildhall::domain
