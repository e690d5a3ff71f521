#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace guildhall::api {

/// UTC with milliseconds and Z: "2025-05-13T18:00:00.000Z", as JavaScript prints times.
std::string iso_time(time_point when);

/// JSON text that is spliced in as it is, without the blanks between its tokens.
struct raw_json {
  std::string_view text;
};

/// Appends JSON to one string, front to back. It writes commas and escapes; that every `begin`
/// has its `end` and keys are plain ASCII literals is the caller's part. Strings are UTF-8
/// already: they come from PostgreSQL or from checked input.
class json_writer {
public:
  explicit json_writer(std::size_t expected_bytes = 512) {
    out_.reserve(expected_bytes);
  }

  void begin_object() {
    open('{');
  }
  void begin_object(std::string_view key) {
    open(key, '{');
  }
  void end_object() {
    close('}');
  }
  void begin_array() {
    open('[');
  }
  void begin_array(std::string_view key) {
    open(key, '[');
  }
  void end_array() {
    close(']');
  }

  template <class T>
  void field(std::string_view key, const T& value) {
    write_key(key);
    write(value);
  }

  /// null for an empty text.
  void text_or_null(std::string_view key, std::string_view text) {
    write_key(key);
    if (text.empty())
      write(nullptr);
    else
      write(text);
  }
  void json_or_null(std::string_view key, const std::optional<std::string>& json) {
    write_key(key);
    if (json)
      write(raw_json{*json});
    else
      write(nullptr);
  }

  /// An array element.
  template <class T>
  void element(const T& value) {
    separate();
    write(value);
  }

  std::string take() && {
    return std::move(out_);
  }

private:
  void separate() {
    if (!std::exchange(first_, false))
      out_ += ',';
  }
  void write_key(std::string_view key) {
    separate();
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void open(std::string_view key, char bracket) {
    write_key(key);
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }

  void write(std::nullptr_t) {
    out_ += "null";
  }
  void write(bool value) {
    out_ += value ? "true" : "false";
  }
  template <std::integral T>
  void write(T value) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  void write(double value) {
    if (!std::isfinite(value))
      return write(nullptr);
    char digits[32];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  template <class Tag>
  void write(basic_id<Tag> id) {
    write(id.value);
  }
  void write(const char* text) {
    write(std::string_view{text});
  }
  void write(const std::string& text) {
    write(std::string_view{text});
  }
  void write(time_point when) {
    write(std::string_view{iso_time(when)});
  }
  template <class T>
  void write(const std::optional<T>& value) {
    if (value)
      write(*value);
    else
      write(nullptr);
  }
  void write(std::string_view text);
  void write(raw_json json);

  std::string out_;
  bool first_{true};
};

} // namespace guildhall::api
