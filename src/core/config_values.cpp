#include "core/config_values.hpp"

#include "core/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace guildhall::config_keys {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

struct unit {
  std::string_view name;
  milliseconds length;
};

/// Longest first: a time is printed in the longest unit that divides it.
constexpr std::array units{
    unit{"d", seconds{86400}}, unit{"h", seconds{3600}}, unit{"m", seconds{60}},
    unit{"s", seconds{1}}, unit{"ms", milliseconds{1}}};

constexpr milliseconds longest_time = seconds{400 * 86400};

} // namespace

std::optional<std::int64_t> as_integer(const raw& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return *number;
  if (const auto* env = std::get_if<env_text>(&value))
    return parse_number<std::int64_t>(trimmed(env->text));
  return std::nullopt;
}

std::optional<double> as_real(const raw& value) {
  if (const auto* number = std::get_if<double>(&value))
    return *number;
  if (const auto* env = std::get_if<env_text>(&value))
    return parse_number<double>(trimmed(env->text));
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<bool> as_flag(const raw& value) {
  if (const auto* flag = std::get_if<bool>(&value))
    return *flag;
  if (const auto* env = std::get_if<env_text>(&value)) {
    const auto text = trimmed(env->text);
    if (text == "true" || text == "false")
      return text == "true";
  }
  return std::nullopt;
}

std::optional<std::string> as_text(const raw& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* env = std::get_if<env_text>(&value))
    return env->text;
  return std::nullopt;
}

std::optional<std::vector<std::string>> as_list(const raw& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return *list;
  const auto* env = std::get_if<env_text>(&value);
  if (!env)
    return std::nullopt;
  std::vector<std::string> list;
  for (std::string_view rest = env->text;;) {
    const auto comma = std::min(rest.find(','), rest.size());
    list.emplace_back(trimmed(rest.substr(0, comma)));
    if (comma == rest.size())
      return list;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<std::map<std::string, std::string>> as_pairs(const raw& value) {
  if (const auto* pairs = std::get_if<std::map<std::string, std::string>>(&value))
    return *pairs;
  const auto entries = std::holds_alternative<env_text>(value) ? as_list(value) : std::nullopt;
  if (!entries)
    return std::nullopt;
  std::map<std::string, std::string> pairs;
  for (const auto& entry : *entries) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos
        || !pairs.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second)
      return std::nullopt;
  }
  return pairs;
}

std::optional<milliseconds> as_time(const raw& value) {
  const auto given = as_text(value);
  if (!given)
    return std::nullopt;
  const auto text = trimmed(*given);
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_number<std::int64_t>(text.substr(0, digits));
  const auto found = std::ranges::find(units, text.substr(digits), &unit::name);
  if (!count || found == units.end() || *count > longest_time / found->length)
    return std::nullopt;
  return *count * found->length;
}

std::string print_time(milliseconds time) {
  const auto fits = std::ranges::find_if(
      units, [&](const unit& u) { return time % u.length == milliseconds{0}; });
  return fmt::format("{}{}", time / fits->length, fits->name);
}

std::string describe(const raw& value) {
  constexpr std::size_t enough = 80;
  struct visitor {
    std::string operator()(const env_text& env) const {
      return (*this)(env.text);
    }
    std::string operator()(const unusable& other) const {
      return other.what;
    }
    std::string operator()(bool flag) const {
      return fmt::to_string(flag);
    }
    std::string operator()(std::int64_t number) const {
      return fmt::to_string(number);
    }
    std::string operator()(double number) const {
      return fmt::to_string(number);
    }
    std::string operator()(const std::string& text) const {
      return json_quoted(text.size() > enough ? text.substr(0, enough) + "..." : text);
    }
    std::string operator()(const std::vector<std::string>& list) const {
      return "[" + (*this)(fmt::format("{}", fmt::join(list, ", "))) + "]";
    }
    std::string operator()(const std::map<std::string, std::string>& pairs) const {
      return fmt::format("a table of {}", pairs.size());
    }
  };
  return std::visit(visitor{}, value);
}

} // namespace guildhall::config_keys
