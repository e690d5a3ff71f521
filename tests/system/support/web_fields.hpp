#pragma once

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Fields as the web client uses them: it breaks on null and on another type, so these throw,
/// naming the field.
namespace guildhall::system_test {

inline const boost::json::value& field(const boost::json::value& of, std::string_view name) {
  const auto* object = of.if_object();
  const auto* found = object ? object->if_contains(name) : nullptr;
  if (!found)
    throw std::runtime_error(
        "no field " + std::string{name} + " in " + boost::json::serialize(of).substr(0, 300));
  return *found;
}

[[noreturn]] inline void
fail_for(const boost::json::value& of, std::string_view name, std::string_view wanted) {
  throw std::runtime_error(
      std::string{name} + " is not " + std::string{wanted} + " in "
      + boost::json::serialize(of).substr(0, 300));
}

inline std::string text_field(const boost::json::value& of, std::string_view name) {
  const auto& found = field(of, name);
  if (!found.is_string())
    fail_for(of, name, "text");
  return std::string{found.as_string()};
}

inline std::int64_t number_field(const boost::json::value& of, std::string_view name) {
  const auto& found = field(of, name);
  if (!found.is_number())
    fail_for(of, name, "a number");
  return found.to_number<std::int64_t>();
}

inline double decimal_field(const boost::json::value& of, std::string_view name) {
  const auto& found = field(of, name);
  if (!found.is_number())
    fail_for(of, name, "a number");
  return found.to_number<double>();
}

inline bool flag_field(const boost::json::value& of, std::string_view name) {
  const auto& found = field(of, name);
  if (!found.is_bool())
    fail_for(of, name, "true or false");
  return found.as_bool();
}

inline std::vector<boost::json::value>
list_field(const boost::json::value& of, std::string_view name) {
  const auto& found = field(of, name);
  if (!found.is_array())
    fail_for(of, name, "a list");
  return {found.as_array().begin(), found.as_array().end()};
}

/// A text, or an empty one for null, where the client shows something for it.
inline std::string text_or_empty(const boost::json::value& of, std::string_view name) {
  return field(of, name).is_null() ? std::string{} : text_field(of, name);
}

/// A number, or nothing for null.
inline std::optional<std::int64_t>
number_or_null(const boost::json::value& of, std::string_view name) {
  return field(of, name).is_null() ? std::nullopt : std::optional{number_field(of, name)};
}

} // namespace guildhall::system_test
