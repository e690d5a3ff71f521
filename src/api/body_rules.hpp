#pragma once

#include "api/validation.hpp"
#include "core/error.hpp"
#include "http/request.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a JSON body may hold, as data. The tables of each resource are in api/rules/; they are
/// what validation follows and what schema/openapi.yaml is compared with.
namespace guildhall::api {

enum class field_type : std::uint8_t {
  integer, ///< a whole number
  string,
  boolean,
  object,  ///< free JSON, bounded by the size of what is stored
  objects, ///< an array of objects, each by `field_rule::items`
};

/// A text that must look a certain way, and what is kept of it.
struct text_form {
  std::string_view pattern; ///< ECMA-262, for the API's description
  /// The text as it is to be stored; nothing when it does not have this form.
  std::optional<std::string> (*canonical)(std::string_view) noexcept;
  std::string_view mistake;
};

/// One field. It is written down once, here; what no rule names is ignored and never kept.
struct field_rule {
  std::string_view name{};
  field_type type{field_type::string};
  std::string_view label{}; ///< how sentences call it: "Roster name"
  bool required{false};
  bool nullable{false}; ///< null is kept as null
  /// Integers: the value. Strings: code points. Objects: bytes in the database. Arrays: items.
  std::int64_t min{0};
  std::int64_t max{std::numeric_limits<std::int64_t>::max()};
  std::span<const std::string_view> one_of{}; ///< strings: nothing but these
  const text_form* form{nullptr};             ///< strings
  std::span<const field_rule> items{};        ///< arrays of objects
  /// The field exists only where the object's field `type` has this value.
  std::string_view only_for_type{};
  // Sentences of the contract where the general ones differ.
  std::string_view missing{};
  std::string_view wrong{};
};

struct body_rules {
  std::span<const field_rule> fields{};
  /// What no field can say alone. Asked once every field is right.
  void (*together)(const boost::json::object& body, mistakes& found){nullptr};
};

/// At most this many mistakes are named at once.
inline constexpr std::size_t max_named_mistakes = 20;
/// Objects and arrays inside each other: the body itself, and the eight that JSON which users
/// write may have.
inline constexpr std::size_t max_body_depth = 1 + 8;

/// The body's fields as `rules` allow them, whitelisted and canonical: nothing else of it may
/// be stored. Optional fields that are absent stay absent; of a field given twice the last
/// counts; whole numbers are int64.
///
/// Errors: 415 unless it is application/json, 400 `bad_request` for what is no JSON object,
/// 400 `validation` with every mistake by its dotted path ("additions.0.rankId").
result<boost::json::object> read_body(const http::request& what, const body_rules& rules);

/// The same for a body that has been parsed.
result<boost::json::object>
check_body(const boost::json::object& body, const body_rules& rules);

// What a checked body holds. Nothing for a field that is absent or null.
std::optional<std::string> text_in(const boost::json::object& body, std::string_view name);
std::optional<std::int64_t> number_in(const boost::json::object& body, std::string_view name);
std::optional<bool> flag_in(const boost::json::object& body, std::string_view name);

// --- forms that several resources share

/// Not only blanks, in any script's sense of a blank; kept without blanks at either end.
extern const text_form trimmed_text;
/// A realm's slug, made canonical.
extern const text_form realm_slug;

} // namespace guildhall::api
