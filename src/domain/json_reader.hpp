#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/document.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace guildhall::domain {

/// No guild's, character's or realm's name is longer, in code points; other names are not much
/// longer.
inline constexpr std::size_t longest_name = 48;
inline constexpr std::size_t longest_label = 128;

/// Largest integer that a JSON number holds exactly in every reader (2^53 - 1).
inline constexpr std::int64_t max_json_integer = (std::int64_t{1} << 53) - 1;

/// Reads one JSON document field by field and remembers the first thing that is wrong with it,
/// with its path ("members[3].character.id: expected an integer"). After that everything
/// answers defaults, so that a view is written down without a check after each line; `finish`
/// tells.
///
/// Only what is required can be wrong with a document: an optional field and an element of a
/// list that cannot be read are left out as if they were absent, counted and remembered
/// (`left_out`).
///
/// Fields that are `null` count as absent. Unknown fields are not looked at. Beyond the syntax
/// the whole document must be one that PostgreSQL's jsonb and a double can hold: no NUL in a
/// string, no number that overflows; and within the bounds of `bounded_json.hpp`, whatever it
/// is: a body costs no more memory than a document. How long a text may be is for whoever
/// reads it (`short_text`). Used by one thread, inside one function.
class json_reader {
public:
  /// Parses; a broken document names the byte offset of the fault.
  explicit json_reader(std::string_view body);
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  std::int64_t
  integer(std::string_view key, std::int64_t min = 0, std::int64_t max = max_json_integer);
  std::optional<std::int64_t> optional_integer(
      std::string_view key, std::int64_t min = 0, std::int64_t max = max_json_integer);
  /// For levels, ranks and the like: 0 to 32767, the range of a smallint.
  int small_integer(std::string_view key);
  std::optional<int> optional_small_integer(std::string_view key);
  std::optional<double> optional_number(std::string_view key, double min, double max);
  bool boolean(std::string_view key);

  /// A string, or an object of localised strings, of which `en_US` is taken, else the first.
  std::string text(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  /// One of at most `longest` code points; empty where it is absent or cannot be read, as a
  /// longer one.
  std::string short_text(std::string_view key, std::size_t longest);
  /// A text in every language it has; none when it is absent or no text.
  std::vector<std::string> every_text(std::string_view key) const;
  /// A string, or the digits of an integer: for ids that are sent as either.
  std::string text_or_integer(std::string_view key);

  /// Milliseconds since 1970. Nothing too for what was no moment of this game: before 2004, or
  /// more than a year after `now`.
  std::optional<time_point> optional_moment(std::string_view key, time_point now);

  /// Whether the field is there, whatever it holds.
  bool has(std::string_view key) const {
    return field(key) != nullptr;
  }

  /// Calls `inside` with the reader standing in the object `key`.
  template <class F>
  void object(std::string_view key, F&& inside) {
    if (const auto* found = required(key))
      enter(key, *found, inside);
  }
  /// True if it is there and all of it could be read; else what `inside` kept is not to be
  /// used.
  template <class F>
  bool optional_object(std::string_view key, F&& inside) {
    const auto* found = field(key);
    if (!found)
      return false;
    enter(key, *found, inside);
    return !leave_out_if_failed();
  }

  /// Calls `inside` for each element of the array `key`. Elements stand for themselves: one
  /// that is no object or cannot be read costs itself only. `inside` must keep what it read
  /// only where the reader has not failed.
  template <class F>
  void each(std::string_view key, F&& inside) {
    if (const auto* found = required(key))
      elements(key, *found, inside);
  }
  template <class F>
  void optional_each(std::string_view key, F&& inside) {
    if (const auto* found = field(key))
      elements(key, *found, inside);
  }

  /// Length of the array `key`, 0 when absent; for reserving.
  std::size_t count(std::string_view key) const;

  /// Declares the field `key` of where the reader stands wrong, for a rule the reader does not
  /// know.
  void reject(std::string_view key, std::string_view what);

  /// Declares the field `key` of where the reader stands left out, for such a rule.
  void leave_out(std::string_view key, std::string_view what) {
    reject(key, what);
    leave_out_if_failed();
  }

  bool failed() const noexcept {
    return failure_.has_value();
  }

  /// What was left out so far.
  const unread& left_out() const noexcept {
    return left_out_;
  }
  void forget_left_out() {
    left_out_ = {};
  }

  template <class View>
  result<View> finish(View view) {
    if (failure_)
      return fail(std::move(*failure_));
    return view;
  }

private:
  using segment = std::variant<std::string_view, std::size_t>;

  /// The field, or null when absent, `null`, or after a failure.
  const boost::json::value* field(std::string_view key) const;
  /// The same, but an absent field is a failure.
  const boost::json::value* required(std::string_view key);

  const boost::json::object* as_object(const boost::json::value& value);
  std::optional<std::int64_t> to_integer(
      std::string_view key, const boost::json::value& value, std::int64_t min,
      std::int64_t max);
  std::optional<std::string> to_text(std::string_view key, const boost::json::value& value);

  template <class F>
  void enter(segment name, const boost::json::value& value, F& inside) {
    path_.push_back(name);
    if (const auto* object = as_object(value)) {
      const auto* outer = std::exchange(here_, object);
      inside();
      here_ = outer;
    }
    path_.pop_back();
  }

  template <class F>
  void elements(std::string_view key, const boost::json::value& value, F& inside) {
    const auto* array = value.if_array();
    if (!array)
      return reject(key, "expected an array");
    path_.push_back(key);
    for (std::size_t i = 0; i < array->size(); ++i) {
      enter(i, (*array)[i], inside);
      leave_out_if_failed();
    }
    path_.pop_back();
  }

  /// True if there was something.
  bool leave_out_if_failed();

  void read(std::string_view body);
  void check(const boost::json::value& value);
  void reject_here(std::string_view what);

  // Parsing allocates from here first, then from the heap, and frees all at once.
  std::array<unsigned char, 16 * 1024> first_block_;
  boost::json::monotonic_resource memory_{first_block_.data(), first_block_.size()};
  std::optional<boost::json::value> root_;
  const boost::json::object* here_{nullptr};
  std::vector<segment> path_;
  std::optional<failure> failure_;
  unread left_out_;
};

} // namespace guildhall::domain
