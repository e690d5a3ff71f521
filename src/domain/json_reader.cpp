#include "domain/json_reader.hpp"

#include "core/text.hpp"
#include "domain/bounded_json.hpp"
#include "domain/moments.hpp"

#include <chrono>
#include <cmath>
#include <new>
#include <string>
#include <utility>

namespace guildhall::domain {

namespace json = boost::json;

namespace {

/// 9999-12-31T23:59:59.999Z, the last moment that every reader of ours can print.
constexpr std::int64_t last_millisecond = 253'402'300'799'999;

std::string_view view_of(const json::string& text) {
  return {text.data(), text.size()};
}

/// The text itself, its English form, or the first that it has.
const json::string* text_of(const json::value& value) {
  const auto* localised = value.if_object();
  if (!localised)
    return value.if_string();
  const auto* english = localised->if_contains("en_US");
  if (english && english->is_string())
    return english->if_string();
  for (const auto& member : *localised)
    if (const auto* text = member.value().if_string())
      return text;
  return nullptr;
}

} // namespace

json_reader::json_reader(std::string_view body) {
  try {
    read(body);
  } catch (const std::bad_alloc&) {
    failure_ = failure{ec::malformed, "there is no memory for it"};
  }
}

void json_reader::read(std::string_view body) {
  auto parsed = parse_bounded(body, &memory_);
  if (!parsed) {
    failure_ = std::move(parsed.error());
    return;
  }
  root_.emplace(std::move(parsed->root));
  if (parsed->is_odd)
    check(*root_);
  if (!failed())
    here_ = as_object(*root_);
}

std::int64_t json_reader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* found = required(key);
  return found ? to_integer(key, *found, min, max).value_or(0) : 0;
}

std::optional<std::int64_t>
json_reader::optional_integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* found = field(key);
  if (!found)
    return std::nullopt;
  const auto value = to_integer(key, *found, min, max);
  leave_out_if_failed();
  return value;
}

int json_reader::small_integer(std::string_view key) {
  return static_cast<int>(integer(key, 0, std::numeric_limits<std::int16_t>::max()));
}

std::optional<int> json_reader::optional_small_integer(std::string_view key) {
  const auto found = optional_integer(key, 0, std::numeric_limits<std::int16_t>::max());
  return found ? std::optional<int>{static_cast<int>(*found)} : std::nullopt;
}

std::optional<double>
json_reader::optional_number(std::string_view key, double min, double max) {
  const auto* found = field(key);
  if (!found)
    return std::nullopt;
  if (!found->is_number()) {
    leave_out(key, "expected a number");
    return std::nullopt;
  }
  const auto value = found->to_number<double>();
  if (value >= min && value <= max)
    return value;
  leave_out(key, "out of range");
  return std::nullopt;
}

std::optional<time_point> json_reader::optional_moment(std::string_view key, time_point now) {
  const auto at = optional_integer(key, -max_json_integer);
  if (!at || *at > last_millisecond || *at < 0)
    return std::nullopt;
  const time_point moment{std::chrono::milliseconds{*at}};
  return is_plausible(moment, now) ? std::optional{moment} : std::nullopt;
}

bool json_reader::boolean(std::string_view key) {
  const auto* found = required(key);
  if (!found)
    return false;
  if (const auto* value = found->if_bool())
    return *value;
  reject(key, "expected true or false");
  return false;
}

std::string json_reader::text(std::string_view key) {
  const auto* found = required(key);
  return found ? to_text(key, *found).value_or("") : "";
}

std::optional<std::string> json_reader::optional_text(std::string_view key) {
  const auto* found = field(key);
  if (!found)
    return std::nullopt;
  auto text = to_text(key, *found);
  leave_out_if_failed();
  return text;
}

std::string json_reader::short_text(std::string_view key, std::size_t longest) {
  auto found = optional_text(key).value_or("");
  if (guildhall::text::length(found) <= longest)
    return found;
  leave_out(key, "too long");
  return {};
}

std::vector<std::string> json_reader::every_text(std::string_view key) const {
  std::vector<std::string> out;
  const auto add = [&](const json::value& value) {
    if (const auto* text = value.if_string(); text)
      out.emplace_back(view_of(*text));
  };
  const auto* found = field(key);
  if (found)
    add(*found);
  if (const auto* localised = found ? found->if_object() : nullptr)
    for (const auto& member : *localised)
      add(member.value());
  return out;
}

std::string json_reader::text_or_integer(std::string_view key) {
  const auto* found = field(key);
  return found && found->is_number() ? std::to_string(integer(key)) : text(key);
}

std::size_t json_reader::count(std::string_view key) const {
  const auto* found = field(key);
  const auto* array = found ? found->if_array() : nullptr;
  return array ? array->size() : 0;
}

void json_reader::reject(std::string_view key, std::string_view what) {
  path_.emplace_back(key);
  reject_here(what);
  path_.pop_back();
}

bool json_reader::leave_out_if_failed() {
  if (!failed())
    return false;
  if (left_out_.parts++ == 0)
    left_out_.first = std::move(failure_->message);
  failure_.reset();
  return true;
}

const json::value* json_reader::field(std::string_view key) const {
  if (failed() || !here_)
    return nullptr;
  const auto* found = here_->if_contains(key);
  return found && !found->is_null() ? found : nullptr;
}

const json::value* json_reader::required(std::string_view key) {
  const auto* found = field(key);
  if (!found)
    reject(key, "missing");
  return found;
}

const json::object* json_reader::as_object(const json::value& value) {
  const auto* object = value.if_object();
  if (!object)
    reject_here("expected an object");
  return object;
}

std::optional<std::int64_t> json_reader::to_integer(
    std::string_view key, const json::value& value, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  if (const auto* integer = value.if_int64()) {
    number = *integer;
  } else if (const auto* real = value.if_double();
             real && std::trunc(*real) == *real
             && std::abs(*real) <= static_cast<double>(max_json_integer)) {
    number = static_cast<std::int64_t>(*real);
  } else if (value.is_uint64() || real) {
    reject(key, real && std::trunc(*real) != *real ? "expected an integer" : "out of range");
    return std::nullopt;
  } else {
    reject(key, "expected an integer");
    return std::nullopt;
  }
  if (number < min || number > max) {
    reject(key, "out of range");
    return std::nullopt;
  }
  return number;
}

std::optional<std::string>
json_reader::to_text(std::string_view key, const json::value& value) {
  const auto* text = text_of(value);
  if (text)
    return std::string{view_of(*text)};
  reject(key, "expected a string");
  return std::nullopt;
}

// Recursion is bounded: the parser refuses more than `max_depth` levels.
void json_reader::check(const json::value& value) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      const auto key = member.key();
      path_.emplace_back(std::string_view{key.data(), key.size()});
      if (key.find('\0') != json::string_view::npos)
        reject_here("NUL in a key");
      check(member.value());
      path_.pop_back();
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      path_.emplace_back(i);
      check((*array)[i]);
      path_.pop_back();
    }
  } else if (const auto* text = value.if_string()) {
    if (view_of(*text).find('\0') != std::string_view::npos)
      reject_here("NUL in a string");
  } else if (const auto* number = value.if_double()) {
    if (!std::isfinite(*number))
      reject_here("out of range");
  }
}

void json_reader::reject_here(std::string_view what) {
  if (failed())
    return;
  // Keys are the sender's own text: any length, any character.
  constexpr std::size_t longest_key = 64;
  std::string path;
  for (const auto& part : path_) {
    if (const auto* index = std::get_if<std::size_t>(&part)) {
      path.append("[").append(std::to_string(*index)).append("]");
    } else {
      if (!path.empty())
        path.push_back('.');
      path.append(guildhall::text::printable(std::get<std::string_view>(part), longest_key));
    }
  }
  if (path.empty())
    path = "document";
  constexpr std::size_t longest_path = 120;
  failure_ = failure{
      ec::malformed, guildhall::text::printable(path, longest_path).append(": ").append(what)};
}

} // namespace guildhall::domain
