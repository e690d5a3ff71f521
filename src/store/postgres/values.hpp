#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"

#include <pqxx/result>
#include <pqxx/row>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Values on their way to PostgreSQL and back, in its text format (UTC, ISO dates).
namespace guildhall::store {

std::string to_sql(time_point when);
/// `2025-05-13 18:00:00.123456+00`, as PostgreSQL prints it with time zone UTC.
time_point time_from_sql(std::string_view text);
/// `{1,2,3}`
std::string to_sql(std::span<const std::int64_t> numbers);
std::vector<std::int64_t> numbers_from_sql(std::string_view text);

/// Thrown for text with a NUL, which PostgreSQL cannot hold: libpq would cut it off there.
struct unstorable_text : std::invalid_argument {
  unstorable_text() : std::invalid_argument("text holds a NUL") {}
};

/// One parameter of a statement.
class param {
public:
  param(std::nullopt_t) {}
  param(bool value) : text_(value ? "t" : "f") {}
  template <std::integral T>
  param(T value) : text_(std::to_string(value)) {}
  param(double value);
  param(const char* value) : text_(value) {}
  param(std::string value) : text_(std::move(value)) {
    must_hold_no_nul();
  }
  param(std::string_view value) : text_(value) {
    must_hold_no_nul();
  }
  param(time_point value) : text_(to_sql(value)) {}
  param(std::chrono::seconds value) : text_(std::to_string(value.count()) + " seconds") {}
  param(std::chrono::milliseconds value)
      : text_(std::to_string(value.count()) + " milliseconds") {}
  param(domain::region value) : text_(domain::to_string(value)) {}
  param(std::span<const std::int64_t> values) : text_(to_sql(values)) {}
  param(const std::vector<std::int64_t>& values) : text_(to_sql(values)) {}
  template <class Tag>
  param(basic_id<Tag> id) : text_(std::to_string(id.value)) {}
  template <class T>
  param(const std::optional<T>& value) {
    if (value)
      *this = param(*value);
  }

  /// Null when nothing was given.
  const char* c_str() const noexcept {
    return text_ ? text_->c_str() : nullptr;
  }

private:
  void must_hold_no_nul() const {
    if (text_->find('\0') != std::string::npos)
      throw unstorable_text{};
  }

  std::optional<std::string> text_;
};

/// A PostgreSQL array that is built element by element, for `unnest`.
class array {
public:
  array& add(const param& value);
  std::string text() const {
    return text_ + '}';
  }
  operator param() const {
    return param(text());
  }

private:
  std::string text_{"{"};
};

/// Reads the columns of a row from left to right: `in >> row.id >> row.name`.
class fields {
public:
  explicit fields(const pqxx::row& row) : next_(row.begin()) {}

  template <class T>
  fields& operator>>(T& out) {
    const std::string_view text{next_.c_str(), next_.size()};
    read(text, text.empty() && next_.is_null(), out);
    ++next_;
    return *this;
  }
  fields& skip(int count = 1) {
    next_ += count;
    return *this;
  }

private:
  static void read(std::string_view text, bool null, std::string& out);
  static void read(std::string_view text, bool null, bool& out);
  static void read(std::string_view text, bool null, int& out);
  static void read(std::string_view text, bool null, std::int64_t& out);
  static void read(std::string_view text, bool null, std::size_t& out);
  static void read(std::string_view text, bool null, double& out);
  static void read(std::string_view text, bool null, time_point& out);
  static void read(std::string_view text, bool null, domain::region& out);
  static void read(std::string_view text, bool null, std::vector<std::int64_t>& out);
  static void read(std::string_view text, bool null, std::vector<double>& out);
  template <class Tag>
  static void read(std::string_view text, bool null, basic_id<Tag>& out) {
    read(text, null, out.value);
  }
  template <class T>
  static void read(std::string_view text, bool null, std::optional<T>& out) {
    out.reset();
    if (!null)
      read(text, null, out.emplace());
  }

  /// A field that moves: every other way to one copies the result's handles.
  pqxx::const_row_iterator next_;
};

/// The ids in the first column.
std::vector<std::int64_t> ids_of(const pqxx::result& rows);

} // namespace guildhall::store
