#include "api/body_rules.hpp"

#include "api/body_weight.hpp"
#include "core/text.hpp"
#include "domain/address.hpp"
#include "http/ascii.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace guildhall::api {

namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) noexcept {
  return {text.data(), text.size()};
}

json::string_view key_of(std::string_view name) noexcept {
  return {name.data(), name.size()};
}

result<json::object> parsed_body(const http::request& what) {
  const auto type = what.header("Content-Type");
  const auto media = http::trimmed(type.substr(0, type.find(';')));
  if (!http::equal_ignoring_case(media, "application/json"))
    return fail(ec::unsupported_media_type);
  if (is_too_heavy(what.body))
    return fail(ec::bad_request, "The body holds too many values");
  json::parse_options limits;
  limits.max_depth = max_body_depth;
  json::error_code error;
  auto body =
      json::parse(json::string_view{what.body.data(), what.body.size()}, error, {}, limits);
  if (error)
    return fail(ec::bad_request, "The body is not valid JSON");
  if (!body.is_object())
    return fail(ec::bad_request, "The body must be a JSON object");
  return std::move(body.get_object());
}

// --- sentences

std::string counted(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + ' ' + std::string{unit} + (count == 1 ? "" : "s");
}

std::string with_label(const field_rule& rule, std::string_view rest) {
  return std::string{rule.label} + ' ' + std::string{rest};
}

std::string missing(const field_rule& rule) {
  return rule.missing.empty() ? with_label(rule, "is required") : std::string{rule.missing};
}

std::string listed(std::span<const std::string_view> values) {
  std::string out;
  for (const auto value : values) {
    if (!out.empty())
      out += ", ";
    out += value;
  }
  return out;
}

std::string whole_number(const field_rule& rule) {
  const auto unbounded = rule.max == std::numeric_limits<std::int64_t>::max();
  if (unbounded && rule.min == 1)
    return with_label(rule, "must be a positive integer");
  if (unbounded)
    return with_label(rule, "must be an integer from " + std::to_string(rule.min));
  return with_label(
      rule, "must be an integer from " + std::to_string(rule.min) + " to "
                + std::to_string(rule.max));
}

/// For a value of another type, and for one out of range where no sentence says more.
std::string wrong(const field_rule& rule) {
  if (!rule.wrong.empty())
    return std::string{rule.wrong};
  switch (rule.type) {
  case field_type::integer:
    return whole_number(rule);
  case field_type::string:
    return rule.one_of.empty() ? with_label(rule, "must be a string")
                               : with_label(rule, "must be one of: " + listed(rule.one_of));
  case field_type::boolean:
    return with_label(rule, "must be true or false");
  case field_type::object:
    return with_label(rule, "must be a JSON object");
  case field_type::objects:
    return with_label(rule, "must be an array of objects");
  }
  return with_label(rule, "is not valid");
}

/// "" for a text whose length is right.
std::string wrong_length(std::string_view text, const field_rule& rule) {
  const auto length = static_cast<std::int64_t>(text::length(text));
  if (length > rule.max)
    return with_label(rule, "cannot exceed " + counted(rule.max, "character"));
  if (length >= rule.min)
    return {};
  return rule.min == 1 ? missing(rule)
                       : with_label(rule, "must be at least " + counted(rule.min, "character"));
}

// --- free JSON

constexpr std::size_t digits_of_a_number = 20;

/// What PostgreSQL's text of a jsonb number takes: it writes 1e300 with all its zeros.
std::size_t stored_size(double number) noexcept {
  const auto magnitude = number == 0 ? 0.0 : std::abs(std::log10(std::abs(number)));
  return digits_of_a_number + static_cast<std::size_t>(magnitude);
}

bool is_storable(std::string_view text) noexcept {
  return text.find('\0') == std::string_view::npos;
}

/// An upper bound of what PostgreSQL's text of it takes; nothing for what jsonb cannot hold.
std::optional<std::size_t> stored_size(const json::value& value) {
  constexpr std::size_t punctuation = 2; // "," or ":" and a blank
  std::size_t size = punctuation;
  const auto add = [&size](std::optional<std::size_t> more) {
    size += more.value_or(0);
    return more.has_value();
  };
  switch (value.kind()) {
  case json::kind::string:
    if (!is_storable(view(value.get_string())))
      return std::nullopt;
    return size + json::serialize(value).size();
  case json::kind::double_:
    if (!std::isfinite(value.get_double()))
      return std::nullopt;
    return size + stored_size(value.get_double());
  case json::kind::array:
    for (const auto& item : value.get_array())
      if (!add(stored_size(item)))
        return std::nullopt;
    return size + punctuation;
  case json::kind::object:
    for (const auto& [key, item] : value.get_object()) {
      if (!is_storable({key.data(), key.size()}) || !add(stored_size(item)))
        return std::nullopt;
      size += punctuation + json::serialize(json::string{key}).size();
    }
    return size + punctuation;
  default:
    return size + digits_of_a_number;
  }
}

// --- the check

class checker {
public:
  explicit checker(mistakes& found) : found_{found} {}

  json::object object(
      const json::object& given, std::span<const field_rule> rules, const std::string& path) {
    json::object kept;
    const auto type = text_in(given, "type").value_or("");
    for (const auto& rule : rules) {
      if (!rule.only_for_type.empty() && rule.only_for_type != type)
        continue;
      const auto* value = given.if_contains(key_of(rule.name));
      const auto where = path + std::string{rule.name};
      const auto is_null = value && value->is_null();
      if (is_null && rule.nullable)
        kept[key_of(rule.name)] = nullptr;
      else if (!value || (is_null && rule.required)) {
        if (rule.required)
          note(where, missing(rule));
      } else if (auto right = checked(*value, rule, where)) {
        kept[key_of(rule.name)] = std::move(*right);
      }
    }
    return kept;
  }

private:
  using outcome = std::optional<json::value>;

  void note(const std::string& where, std::string mistake) {
    if (found_.size() < max_named_mistakes)
      found_.emplace(where, std::move(mistake));
  }
  outcome refuse(const std::string& where, std::string mistake) {
    note(where, std::move(mistake));
    return std::nullopt;
  }

  outcome checked(const json::value& value, const field_rule& rule, const std::string& where) {
    switch (rule.type) {
    case field_type::integer:
      return integer(value, rule, where);
    case field_type::string:
      return string(value, rule, where);
    case field_type::boolean:
      return value.is_bool() ? outcome{value} : refuse(where, wrong(rule));
    case field_type::object:
      return free_object(value, rule, where);
    case field_type::objects:
      return objects(value, rule, where);
    }
    return refuse(where, wrong(rule));
  }

  outcome integer(const json::value& value, const field_rule& rule, const std::string& where) {
    // 2^53: up to there a double holds every whole number.
    constexpr double exact = 9007199254740992.0;
    std::optional<std::int64_t> number;
    if (value.is_int64())
      number = value.get_int64();
    else if (value.is_double() && std::abs(value.get_double()) <= exact)
      if (const auto whole = std::trunc(value.get_double()); whole == value.get_double())
        number = static_cast<std::int64_t>(whole);
    if (!number || *number < rule.min || *number > rule.max)
      return refuse(where, wrong(rule));
    return *number;
  }

  outcome string(const json::value& value, const field_rule& rule, const std::string& where) {
    if (!value.is_string())
      return refuse(where, wrong(rule));
    const auto given = view(value.get_string());
    if (!is_storable(given))
      return refuse(where, with_label(rule, "must not contain NUL characters"));
    if (auto mistake = wrong_length(given, rule); !mistake.empty())
      return refuse(where, std::move(mistake));
    if (!rule.one_of.empty() && std::ranges::find(rule.one_of, given) == rule.one_of.end())
      return refuse(where, wrong(rule));
    if (!rule.form)
      return value;
    const auto canonical = rule.form->canonical(given);
    if (!canonical)
      return refuse(
          where,
          rule.wrong.empty() ? with_label(rule, rule.form->mistake) : std::string{rule.wrong});
    if (auto mistake = wrong_length(*canonical, rule); !mistake.empty())
      return refuse(where, std::move(mistake));
    return json::value(key_of(*canonical));
  }

  outcome
  free_object(const json::value& value, const field_rule& rule, const std::string& where) {
    if (!value.is_object())
      return refuse(where, wrong(rule));
    const auto size = stored_size(value);
    if (!size)
      return refuse(
          where, with_label(rule, "must not contain NUL characters or endless numbers"));
    if (std::cmp_greater(*size, rule.max))
      return refuse(where, with_label(rule, "cannot exceed " + counted(rule.max, "byte")));
    return value;
  }

  outcome objects(const json::value& value, const field_rule& rule, const std::string& where) {
    if (!value.is_array())
      return refuse(where, wrong(rule));
    const auto& items = value.get_array();
    if (std::cmp_less(items.size(), rule.min))
      return refuse(
          where, with_label(rule, "must hold at least " + counted(rule.min, "entry")));
    if (std::cmp_greater(items.size(), rule.max))
      return refuse(where, with_label(rule, "cannot exceed " + counted(rule.max, "item")));
    json::array kept;
    for (std::size_t i = 0; i < items.size() && found_.size() < max_named_mistakes; ++i) {
      const auto at = where + '.' + std::to_string(i);
      if (items[i].is_object())
        kept.emplace_back(object(items[i].get_object(), rule.items, at + '.'));
      else
        note(at, wrong(rule));
    }
    return kept;
  }

  mistakes& found_;
};

// --- forms

/// White space as ECMA-262 trims it, so that the API's description and we agree.
bool is_blank(char32_t point) noexcept {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0xA0 || point == 0x1680
      || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029
      || point == 0x202F || point == 0x205F || point == 0x3000 || point == 0xFEFF;
}

std::optional<std::string> without_outer_blanks(std::string_view text) noexcept {
  std::optional<std::size_t> begin;
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    const auto point = text::next_code_point(text, at);
    if (point && is_blank(*point))
      continue;
    begin = begin.value_or(start);
    end = at;
  }
  if (!begin)
    return std::nullopt;
  return std::string{text.substr(*begin, end - *begin)};
}

std::optional<std::string> canonical_realm(std::string_view text) noexcept {
  return domain::canonical_slug(text);
}

} // namespace

const text_form trimmed_text{
    R"(\S)", without_outer_blanks, "cannot be empty or only whitespace"};
const text_form realm_slug{
    R"(^[\p{L}\p{M}\p{N}-]+$)", canonical_realm, "must be lowercase with hyphens only"};

result<boost::json::object>
check_body(const boost::json::object& body, const body_rules& rules) {
  mistakes found;
  auto kept = checker{found}.object(body, rules.fields, "");
  if (found.empty() && rules.together)
    rules.together(kept, found);
  if (!found.empty())
    return fail(validation_failure(std::move(found)));
  return kept;
}

result<boost::json::object> read_body(const http::request& what, const body_rules& rules) {
  const auto body = parsed_body(what);
  if (!body)
    return fail(body.error());
  return check_body(*body, rules);
}

std::optional<std::string> text_in(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(key_of(name));
  if (!value || !value->is_string())
    return std::nullopt;
  return std::string{view(value->get_string())};
}

std::optional<std::int64_t> number_in(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(key_of(name));
  if (!value || !value->is_int64())
    return std::nullopt;
  return value->get_int64();
}

std::optional<bool> flag_in(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(key_of(name));
  if (!value || !value->is_bool())
    return std::nullopt;
  return value->get_bool();
}

} // namespace guildhall::api
