#include "store/postgres/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace guildhall::store {

namespace {

template <class T>
T number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument("not a number: " + std::string(text));
  return value;
}

void append_padded(std::string& out, long long value, std::size_t width) {
  const auto digits = std::to_string(value);
  out.append(digits.size() < width ? width - digits.size() : 0, '0').append(digits);
}

} // namespace

std::string to_sql(time_point when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{when - day};
  std::string out;
  out.reserve(32);
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(out += ' ', time.hours().count(), 2);
  append_padded(out += ':', time.minutes().count(), 2);
  append_padded(out += ':', time.seconds().count(), 2);
  append_padded(out += '.', time.subseconds().count(), 6);
  return out += "+00";
}

time_point time_from_sql(std::string_view text) {
  if (text == "infinity")
    return time_point::max();
  if (text == "-infinity")
    return time_point::min();
  const auto must = [text](bool holds) {
    if (!holds)
      throw std::invalid_argument("not a time in UTC: " + std::string(text));
  };
  must(text.size() >= 22 && text.ends_with("+00"));
  const auto part = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(at, length)) {
      must(c >= '0' && c <= '9');
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::chrono::sys_days day{std::chrono::year{part(0, 4)} / part(5, 2) / part(8, 2)};
  time_point when = day + std::chrono::hours{part(11, 2)} + std::chrono::minutes{part(14, 2)}
                  + std::chrono::seconds{part(17, 2)};
  constexpr std::size_t fraction = 20;
  const auto end = text.size() - 3;
  if (end > fraction) {
    const auto length = std::min<std::size_t>(end - fraction, 6);
    int micros = part(fraction, length);
    for (auto i = length; i < 6; ++i)
      micros *= 10;
    when += std::chrono::microseconds{micros};
  }
  return when;
}

std::string to_sql(std::span<const std::int64_t> numbers) {
  std::string out{"{"};
  for (const auto n : numbers) {
    if (out.size() > 1)
      out += ',';
    out += std::to_string(n);
  }
  return out += '}';
}

namespace {

/// `{1,2,3}`
template <class Number>
std::vector<Number> list_of(std::string_view text) {
  std::vector<Number> out;
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  while (!text.empty() && text != "}") {
    const auto end = text.find_first_of(",}");
    out.push_back(number<Number>(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return out;
}

} // namespace

std::vector<std::int64_t> numbers_from_sql(std::string_view text) {
  return list_of<std::int64_t>(text);
}

param::param(double value) {
  if (!std::isfinite(value))
    return;
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  text_.emplace(buffer, error == std::errc{} ? end : buffer);
}

array& array::add(const param& value) {
  if (text_.size() > 1)
    text_ += ',';
  if (!value.c_str()) {
    text_ += "NULL";
    return *this;
  }
  text_ += '"';
  for (const char* c = value.c_str(); *c; ++c) {
    if (*c == '"' || *c == '\\')
      text_ += '\\';
    text_ += *c;
  }
  text_ += '"';
  return *this;
}

void fields::read(std::string_view text, bool, std::string& out) {
  out = text;
}

void fields::read(std::string_view text, bool, bool& out) {
  out = text == "t";
}

void fields::read(std::string_view text, bool null, int& out) {
  out = null ? 0 : number<int>(text);
}

void fields::read(std::string_view text, bool null, std::int64_t& out) {
  out = null ? 0 : number<std::int64_t>(text);
}

void fields::read(std::string_view text, bool null, std::size_t& out) {
  out = null ? 0 : number<std::size_t>(text);
}

void fields::read(std::string_view text, bool null, double& out) {
  out = null ? 0 : number<double>(text);
}

void fields::read(std::string_view text, bool null, time_point& out) {
  out = null ? time_point{} : time_from_sql(text);
}

void fields::read(std::string_view text, bool, domain::region& out) {
  out = domain::parse_region(text).value_or(domain::region::eu);
}

void fields::read(std::string_view text, bool null, std::vector<std::int64_t>& out) {
  out = null ? std::vector<std::int64_t>{} : numbers_from_sql(text);
}

void fields::read(std::string_view text, bool null, std::vector<double>& out) {
  out = null ? std::vector<double>{} : list_of<double>(text);
}

std::vector<std::int64_t> ids_of(const pqxx::result& rows) {
  std::vector<std::int64_t> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows)
    fields(row) >> out.emplace_back();
  return out;
}

} // namespace guildhall::store
