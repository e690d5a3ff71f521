#include "tests/support/contract.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <unicode/regex.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace guildhall::test {

namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

std::string key(const json::key_value_pair& field) {
  return {field.key().data(), field.key().size()};
}

std::string shown(const json::value& value) {
  constexpr std::size_t max = 80;
  auto out = json::serialize(value);
  if (out.size() > max)
    out = out.substr(0, max) + "...";
  return out;
}

bool is_integer(const json::value& value) {
  return value.is_int64() || value.is_uint64()
      || (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "null")
    return value.is_null();
  if (type == "boolean")
    return value.is_bool();
  if (type == "string")
    return value.is_string();
  if (type == "array")
    return value.is_array();
  if (type == "object")
    return value.is_object();
  if (type == "number")
    return value.is_number();
  if (type == "integer")
    return is_integer(value);
  throw std::logic_error{"unknown type: " + std::string{type}};
}

std::size_t code_points(const json::string& utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// By ICU: the patterns use \p{L}, which std::regex does not know.
class patterns {
public:
  bool match(const std::string& pattern, const json::string& given) {
    const std::lock_guard guard{lock_};
    auto& compiled = known_[pattern];
    UErrorCode error = U_ZERO_ERROR;
    if (!compiled) {
      compiled.reset(
          icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(pattern), 0, error));
      if (U_FAILURE(error))
        throw std::logic_error{"bad pattern: " + pattern};
    }
    const auto subject =
        icu::UnicodeString::fromUTF8({given.data(), static_cast<int32_t>(given.size())});
    const std::unique_ptr<icu::RegexMatcher> matcher{compiled->matcher(subject, error)};
    return U_SUCCESS(error) && matcher->find();
  }

private:
  std::mutex lock_;
  std::map<std::string, std::unique_ptr<icu::RegexPattern>> known_;
};

constexpr std::array<std::string_view, 19> known_keywords{
    "$ref",        "type",     "enum",      "const",
    "properties",  "required", "items",     "minItems",
    "maxItems",    "minimum",  "maximum",   "minLength",
    "maxLength",   "pattern",  "oneOf",     "additionalProperties",
    "description", "example",  "x-maxBytes"};

/// Of every answer, whatever it is to.
constexpr std::array<std::string_view, 14> general_headers{
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cache-control",
    "date",
    "keep-alive",
    "server",
    "traceparent",
    "vary",
    "x-request-id",
    "etag",
    "access-control-allow-origin",
    "access-control-expose-headers"};

} // namespace

class contract::judge {
public:
  explicit judge(std::string_view openapi_json)
      : root_(json::parse(json::string_view{openapi_json.data(), openapi_json.size()})) {
    for (const auto& [name, schema] : components("schemas"))
      refuse_unknown_keywords(schema);
    for (const auto& [name, response] : components("responses"))
      for (const auto* schema : schemas_of(response.as_object()))
        refuse_unknown_keywords(*schema);
  }

  const json::object& components(const char* kind) const {
    return root_.at("components").at(kind).as_object();
  }

  const json::object& paths() const {
    return root_.at("paths").as_object();
  }

  /// What a `$ref` refers to, or the value itself.
  const json::value& resolved(const json::value& value) const {
    const auto* reference = value.as_object().if_contains("$ref");
    if (!reference)
      return value;
    auto pointer = text(*reference);
    if (!pointer.starts_with("#/"))
      throw std::logic_error{"not a reference into the document: " + pointer};
    return resolved(root_.at_pointer(pointer.substr(1)));
  }
  const json::value& resolved(json::value&& value) const = delete;

  void check(
      const json::value& schema, const json::value& value, const std::string& where,
      differences& out) const {
    const auto& rules = schema.as_object();
    if (rules.contains("$ref"))
      check(resolved(schema), value, where, out);
    const auto differs = [&](const std::string& what) {
      out.push_back(where + ": " + what + ", but is " + shown(value));
    };
    if (const auto* type = rules.if_contains("type"); type && !has_type(*type, value))
      return differs("must be " + json::serialize(*type));
    if (const auto* one_of = rules.if_contains("enum");
        one_of && std::ranges::find(one_of->as_array(), value) == one_of->as_array().end())
      differs("must be one of " + json::serialize(*one_of));
    if (const auto* only = rules.if_contains("const"); only && *only != value)
      differs("must be " + json::serialize(*only));
    if (const auto* choices = rules.if_contains("oneOf"))
      check_choices(choices->as_array(), value, where, out);
    if (value.is_number())
      check_number(rules, value.to_number<double>(), differs);
    if (value.is_string())
      check_text(rules, value.get_string(), differs);
    if (value.is_array())
      check_items(rules, value.get_array(), where, out);
    if (value.is_object())
      check_fields(rules, value.get_object(), where, out);
  }

  differences check_answer(const json::object& operation, const seen_answer& answer) const {
    const auto* documented = documented_answer(operation, answer.status);
    if (!documented)
      return {"the status " + std::to_string(answer.status) + " is not documented"};
    differences out;
    check_headers(operation, *documented, answer, out);
    check_body(*documented, answer, out);
    return out;
  }

  /// Every schema of a response with the media types' examples.
  void check_examples(
      const json::value& response, const std::string& where, differences& out) const {
    const auto* content = response.as_object().if_contains("content");
    if (!content)
      return;
    for (const auto& [media, described] : content->as_object())
      if (const auto* example = described.as_object().if_contains("example"))
        check(described.at("schema"), *example, where, out);
  }

private:
  static bool has_type(const json::value& type, const json::value& value) {
    if (type.is_string())
      return is_of_type(value, text(type));
    return std::ranges::any_of(
        type.as_array(), [&](const json::value& one) { return is_of_type(value, text(one)); });
  }

  void check_choices(
      const json::array& choices, const json::value& value, const std::string& where,
      differences& out) const {
    std::size_t fitting = 0;
    differences reasons;
    for (const auto& choice : choices) {
      differences found;
      check(choice, value, where, found);
      fitting += found.empty() ? 1 : 0;
      reasons.insert(reasons.end(), found.begin(), found.end());
    }
    if (fitting == 1)
      return;
    out.push_back(where + ": fits " + std::to_string(fitting) + " of the alternatives");
    out.insert(out.end(), reasons.begin(), reasons.end());
  }

  template <class Differs>
  static void check_number(const json::object& rules, double value, Differs differs) {
    if (const auto* min = rules.if_contains("minimum"); min && value < min->to_number<double>())
      differs("must be at least " + json::serialize(*min));
    if (const auto* max = rules.if_contains("maximum"); max && value > max->to_number<double>())
      differs("must be at most " + json::serialize(*max));
  }

  template <class Differs>
  void check_text(const json::object& rules, const json::string& value, Differs differs) const {
    const auto length = static_cast<double>(code_points(value));
    if (const auto* min = rules.if_contains("minLength");
        min && length < min->to_number<double>())
      differs("must have at least " + json::serialize(*min) + " characters");
    if (const auto* max = rules.if_contains("maxLength");
        max && length > max->to_number<double>())
      differs("must have at most " + json::serialize(*max) + " characters");
    if (const auto* pattern = rules.if_contains("pattern");
        pattern && !patterns_.match(text(*pattern), value))
      differs("must match " + text(*pattern));
  }

  void check_items(
      const json::object& rules, const json::array& items, const std::string& where,
      differences& out) const {
    const auto count = static_cast<double>(items.size());
    if (const auto* min = rules.if_contains("minItems");
        min && count < min->to_number<double>())
      out.push_back(where + ": too few items");
    if (const auto* max = rules.if_contains("maxItems");
        max && count > max->to_number<double>())
      out.push_back(where + ": too many items");
    if (const auto* each = rules.if_contains("items"))
      for (std::size_t i = 0; i < items.size(); ++i)
        check(*each, items[i], where + '[' + std::to_string(i) + ']', out);
  }

  void check_fields(
      const json::object& rules, const json::object& fields, const std::string& where,
      differences& out) const {
    if (const auto* required = rules.if_contains("required"))
      for (const auto& name : required->as_array())
        if (!fields.contains(name.as_string()))
          out.push_back(where + ": lacks " + text(name));
    const auto* properties = rules.if_contains("properties");
    const auto* others = rules.if_contains("additionalProperties");
    for (const auto& field : fields) {
      const auto at = where + '.' + key(field);
      const auto* own = properties ? properties->as_object().if_contains(field.key()) : nullptr;
      if (own)
        check(*own, field.value(), at, out);
      else if (others && others->is_object())
        check(*others, field.value(), at, out);
      else if (others && others->is_bool() && !others->get_bool())
        out.push_back(at + ": is not documented");
    }
  }

  // --- answers

  const json::object* documented_answer(const json::object& operation, int status) const {
    const auto& answers = operation.at("responses").as_object();
    if (const auto* exact = answers.if_contains(std::to_string(status)))
      return &resolved(*exact).as_object();
    const auto* other = answers.if_contains("default");
    if (!other)
      return nullptr;
    const auto& described = resolved(*other).as_object();
    const auto& statuses = described.at("x-statuses").as_array();
    return std::ranges::find(statuses, json::value(status)) == statuses.end() ? nullptr
                                                                              : &described;
  }

  void check_headers(
      const json::object& operation, const json::object& documented, const seen_answer& answer,
      differences& out) const {
    std::set<std::string> known{general_headers.begin(), general_headers.end()};
    if (const auto* headers = documented.if_contains("headers"))
      for (const auto& header : headers->as_object()) {
        auto name = key(header);
        std::ranges::transform(name, name.begin(), [](unsigned char c) {
          return static_cast<char>(std::tolower(c));
        });
        known.insert(name);
        const auto& described = resolved(header.value()).as_object();
        const auto* required = described.if_contains("required");
        const auto found = answer.headers.find(name);
        if (found != answer.headers.end())
          check(described.at("schema"), json::value(found->second), "header " + name, out);
        else if (required && required->as_bool())
          out.push_back("the header " + name + " is missing");
      }
    for (const auto& [name, value] : answer.headers)
      if (!known.contains(name) && !is_of_every_page(name))
        out.push_back("the header " + name + " is not documented");
    const auto is_cached = operation.at("responses").as_object().contains("304");
    if (is_cached && answer.status == 200 && !answer.headers.contains("etag"))
      out.push_back("an answer that may be kept has no ETag");
  }

  static bool is_of_every_page(const std::string& name) {
    return name == "content-security-policy" || name == "x-content-type-options"
        || name == "referrer-policy";
  }

  void check_body(
      const json::object& documented, const seen_answer& answer, differences& out) const {
    const auto* content = documented.if_contains("content");
    if (!content) {
      if (!answer.body.empty())
        out.push_back("there is a body, but none is documented");
      return;
    }
    const auto type = answer.headers.find("content-type");
    if (type == answer.headers.end())
      return out.push_back("there is no Content-Type");
    const auto media = type->second.substr(0, type->second.find(';'));
    const auto* described = content->as_object().if_contains(media);
    if (!described)
      return out.push_back("the media type " + media + " is not documented");
    if (media != "application/json")
      return;
    json::error_code error;
    const auto body = json::parse(answer.body, error);
    if (error)
      return out.push_back("the body is not JSON");
    check(described->at("schema"), body, "body", out);
    if (answer.status < 400 || !body.is_object() || !body.get_object().contains("error"))
      return;
    if (body.at("error").at("status") != answer.status)
      out.push_back("error.status is not the status of the answer");
    if (body.at("error").at("message") != body.at("message"))
      out.push_back("the two messages differ");
  }

  // --- the document itself

  std::vector<const json::value*> schemas_of(const json::object& response) const {
    std::vector<const json::value*> out;
    if (const auto* content = response.if_contains("content"))
      for (const auto& [media, described] : content->as_object())
        out.push_back(&described.at("schema"));
    return out;
  }

  void refuse_unknown_keywords(const json::value& schema) const {
    const auto& rules = schema.as_object();
    for (const auto& rule : rules)
      if (std::ranges::find(known_keywords, std::string_view{key(rule)})
          == known_keywords.end())
        throw std::logic_error{"this judge does not know the keyword " + key(rule)};
    if (rules.contains("$ref"))
      resolved(schema);
    for (const auto* inner : {"items", "additionalProperties"})
      if (const auto* found = rules.if_contains(inner); found && found->is_object())
        refuse_unknown_keywords(*found);
    if (const auto* properties = rules.if_contains("properties"))
      for (const auto& [name, property] : properties->as_object())
        refuse_unknown_keywords(property);
    if (const auto* choices = rules.if_contains("oneOf"))
      for (const auto& choice : choices->as_array())
        refuse_unknown_keywords(choice);
  }

  json::value root_;
  mutable patterns patterns_;
};

contract::contract(std::string_view openapi_json)
    : judge_{std::make_unique<judge>(openapi_json)} {}

contract::~contract() = default;

std::set<std::string> contract::operations() const {
  constexpr std::array<std::string_view, 5> verbs{"get", "post", "put", "patch", "delete"};
  std::set<std::string> out;
  for (const auto& path : judge_->paths())
    for (const auto& item : path.value().as_object()) {
      auto verb = key(item);
      if (std::ranges::find(verbs, std::string_view{verb}) == verbs.end())
        continue;
      std::ranges::transform(verb, verb.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
      });
      out.insert(verb + ' ' + key(path));
    }
  return out;
}

differences contract::check(const std::string& operation, const seen_answer& answer) const {
  const auto blank = operation.find(' ');
  auto verb = operation.substr(0, blank);
  std::ranges::transform(
      verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* path = judge_->paths().if_contains(operation.substr(blank + 1));
  const auto* described = path ? path->as_object().if_contains(verb) : nullptr;
  if (!described)
    return {operation + " is not documented"};
  return judge_->check_answer(described->as_object(), answer);
}

differences
contract::check_value(std::string_view schema_name, const boost::json::value& value) const {
  differences out;
  judge_->check(
      judge_->components("schemas").at({schema_name.data(), schema_name.size()}), value,
      "value", out);
  return out;
}

differences contract::check_examples() const {
  differences out;
  for (const auto& [name, response] : judge_->components("responses"))
    judge_->check_examples(response, {name.data(), name.size()}, out);
  for (const auto& [name, described] : judge_->components("schemas"))
    if (const auto* example = described.as_object().if_contains("example"))
      judge_->check(described, *example, {name.data(), name.size()}, out);
  for (const auto& [name, parameter] : judge_->components("parameters"))
    if (const auto* example = parameter.as_object().if_contains("example"))
      judge_->check(parameter.at("schema"), *example, {name.data(), name.size()}, out);
  return out;
}

const boost::json::object& contract::schema(std::string_view name) const {
  return judge_->components("schemas").at({name.data(), name.size()}).as_object();
}

} // namespace guildhall::test
