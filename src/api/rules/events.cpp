#include "api/rules/events.hpp"

#include "api/json_writer.hpp"

#include <charconv>
#include <chrono>

namespace guildhall::api::rules {

namespace {

/// Takes exactly `digits` digits off the front; nothing if they are not there.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  int value = 0;
  if (text.size() < digits || text.front() < '0' || text.front() > '9')
    return std::nullopt;
  const auto* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) noexcept {
  if (!text.starts_with(expected))
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_after(std::string_view& text, char separator) noexcept {
  return take(text, separator) ? take_number(text, 2) : std::nullopt;
}

/// ".5", ".500", ...: milliseconds; what is finer is dropped.
std::optional<int> take_fraction(std::string_view& text) noexcept {
  constexpr std::size_t max_digits = 9;
  int value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    if (++digits <= 3)
      value = value * 10 + (text.front() - '0');
  if (digits == 0 || digits > max_digits)
    return std::nullopt;
  for (; digits < 3; ++digits)
    value *= 10;
  return value;
}

/// "", "Z" or "+02:00": what is to be subtracted.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) noexcept {
  if (text.empty() || take(text, 'Z'))
    return std::chrono::minutes{0};
  const auto sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-'))
    return std::nullopt;
  const auto hours = take_number(text, 2);
  const auto minutes = take_after(text, ':');
  if (!hours || !minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  return sign * std::chrono::minutes{*hours * 60 + *minutes};
}

std::optional<std::string> canonical_time(std::string_view text) noexcept {
  const auto when = parse_event_time(text);
  return when ? std::optional{iso_time(*when)} : std::nullopt;
}

} // namespace

std::optional<time_point> parse_event_time(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  constexpr int first_year = 1970;
  constexpr int last_year = 2999;
  const auto year = take_number(text, 4);
  const auto month = take_after(text, '-');
  const auto day = take_after(text, '-');
  const auto hour = take_after(text, 'T');
  const auto minute = take_after(text, ':');
  if (!year || !month || !day || !hour || !minute)
    return std::nullopt;
  std::optional<int> second = 0;
  std::optional<int> millisecond = 0;
  if (text.starts_with(':'))
    second = take_after(text, ':');
  if (second && text.starts_with('.')) {
    text.remove_prefix(1);
    millisecond = take_fraction(text);
  }
  if (!second || !millisecond)
    return std::nullopt;
  const auto offset = take_offset(text);
  const chrono::year_month_day date{
      chrono::year{*year}, chrono::month{static_cast<unsigned>(*month)},
      chrono::day{static_cast<unsigned>(*day)}};
  const bool in_range = *year >= first_year && *year <= last_year && date.ok() && *hour < 24
                     && *minute < 60 && *second < 60;
  if (!in_range || !offset || !text.empty())
    return std::nullopt;
  return time_point{
      chrono::sys_days{date} + chrono::hours{*hour} + chrono::minutes{*minute}
      + chrono::seconds{*second} + chrono::milliseconds{*millisecond} - *offset};
}

const text_form event_time{
    R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$)",
    canonical_time, "must be a time like 2025-05-13T18:00 or 2025-05-13T18:00:00.000Z"};

void check_event_times(const boost::json::object& body, mistakes& found) {
  const auto start = text_in(body, "start_time");
  const auto end = text_in(body, "end_time");
  if (start && end && *end < *start)
    found.emplace("end_time", "End time must be after start time");
}

} // namespace guildhall::api::rules
