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

} // namespace

std::optional<time_point> parse_last_modified(std::string_view header) noexcept {
  namespace chrono = std::chrono;
  if (header.find(',') == std::string_view::npos)
    return std::nullopt;
  take(header, ','); // the weekday says nothing that the date does not
  const auto day = number(take(header, ' '), 1, 2);
  const auto month = month_number(take(header, ' '));
  const auto year = number(take(header, ' '), 4, 4);
  const auto hour = number(take(header, ':'), 1, 2);
  const auto minute = number(take(header, ':'), 2, 2);
  const auto second = number(take(header, ' '), 2, 2);
  const auto zone = take(header, ' ');
  if (day < 0 || year < 0 || (zone != "GMT" && zone != "UTC"))
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
