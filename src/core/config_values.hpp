#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

/// From what a TOML file or an environment variable holds to typed values.
namespace guildhall::config_keys {

/// What an environment variable holds: text, which each key parses into its own type. Lists are
/// separated by commas, pairs are `name=value`.
struct env_text {
  std::string text;
};

/// A TOML value that no key accepts, as a mistake should call it: "a date".
struct unusable {
  std::string what;
};

using raw = std::variant<
    env_text, unusable, bool, std::int64_t, double, std::string, std::vector<std::string>,
    std::map<std::string, std::string>>;

// Each of these gives nothing for a value of another type: TOML's types are not converted.
std::optional<std::int64_t> as_integer(const raw& value);
std::optional<double> as_real(const raw& value);
std::optional<bool> as_flag(const raw& value);
std::optional<std::string> as_text(const raw& value);
std::optional<std::vector<std::string>> as_list(const raw& value);
std::optional<std::map<std::string, std::string>> as_pairs(const raw& value);

/// Times are text with a unit: "250ms", "10s", "5m", "4h", "14d"; at most 400 days.
std::optional<std::chrono::milliseconds> as_time(const raw& value);
std::string print_time(std::chrono::milliseconds time);

/// How a mistake shows what was found.
std::string describe(const raw& value);

/// The whole text as a number; nothing if anything else stands there or it does not fit.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

} // namespace guildhall::config_keys
