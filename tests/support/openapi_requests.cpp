#include "tests/support/openapi_requests.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <stdexcept>

namespace guildhall::test {

namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

std::string key(const json::key_value_pair& field) {
  return {field.key().data(), field.key().size()};
}

std::string upper(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string encoded(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos)
      out += c;
    else
      out.append({'%', digits[byte / 16], digits[byte % 16]});
  }
  return out;
}

/// What a program that reads texts stumbles over: NUL, controls, bidi marks, halves of pairs,
/// what is longer once lower-cased, what is no text at all, SQL, paths.
const std::vector<std::string>& odd_texts() {
  static const std::vector<std::string> all{
      "",
      " ",
      "\t\n",
      std::string{"a\0b", 3},
      "\x1b[31m",
      "\xc2\x85\xc2\x9b",
      "\xe2\x80\xae",
      "\xe2\x80\x8b",
      "\xef\xbf\xbf",
      "\xed\xa0\x80",
      "\xff\xfe",
      "\xc0\xaf",
      "\xf0\x9f\x90\x89",
      "\xc4\xb0\xc5\xbf",
      "e\xcc\x81",
      std::string(300, 'x'),
      std::string(5'000, '\''),
      "'; drop table users; --",
      "\\",
      "\"",
      "%",
      "%00",
      "../../etc/passwd",
      "null",
      "true",
      "{}",
      "-1",
      "0",
      "1e400",
      "9223372036854775808",
      "2027-02-30T25:61",
      "0000-00-00T00:00",
      "9999-12-31T23:59:59.999999999-23:59",
      "__proto__",
      "$1",
      "${jndi:ldap://x}",
      "<script>"};
  return all;
}

const std::vector<double>& odd_numbers() {
  static const std::vector<double> all{
      -1, 0, 0.5, 1e300, -1e300, 2147483647, 2147483648.0, 4294967296.0, 9007199254740993.0};
  return all;
}

const std::vector<std::int64_t>& odd_integers() {
  static const std::vector<std::int64_t> all{
      -1, 0, 2'147'483'648, std::numeric_limits<std::int64_t>::max(),
      std::numeric_limits<std::int64_t>::min()};
  return all;
}

std::string nested(std::string_view open, std::string_view close, int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i)
    out += open;
  out += '1';
  for (int i = 0; i < depth; ++i)
    out += close;
  return out;
}

} // namespace

request_maker::request_maker(std::string_view openapi_json, std::uint64_t seed)
    : root_(json::parse(json::string_view{openapi_json.data(), openapi_json.size()})),
      random_{seed} {
  constexpr std::array<std::string_view, 5> verbs{"get", "post", "put", "patch", "delete"};
  for (const auto& path : root_.at("paths").as_object())
    for (const auto& item : path.value().as_object())
      if (std::ranges::find(verbs, std::string_view{key(item)}) != verbs.end())
        operations_.push_back(upper(key(item)) + ' ' + key(path));
  std::ranges::sort(operations_);
}

void request_maker::know(std::string name, json::array values) {
  known_[std::move(name)] = std::move(values);
}

std::size_t request_maker::any_of(std::size_t count) {
  // Not a distribution of the standard library: those differ from one library to the next.
  return static_cast<std::size_t>(random_() % count);
}

bool request_maker::once_in(unsigned times) {
  return any_of(times) == 0;
}

template <class Range>
const auto& request_maker::one_of(const Range& all) {
  return all[any_of(all.size())];
}

const json::value& request_maker::resolved(const json_value& value) const {
  const auto* reference = value.is_object() ? value.get_object().if_contains("$ref") : nullptr;
  return reference ? resolved(root_.at_pointer(text(*reference).substr(1))) : value;
}

json::value request_maker::fitting(const json_value& schema, std::string_view name) {
  const auto& rules = resolved(schema).as_object();
  if (const auto known = known_.find(name); known != known_.end() && !once_in(8))
    return one_of(known->second);
  if (const auto* only = rules.if_contains("const"))
    return *only;
  if (const auto* choices = rules.if_contains("enum"))
    return one_of(choices->as_array());
  if (const auto* choices = rules.if_contains("oneOf"))
    return fitting(one_of(choices->as_array()), name);
  const auto* type = rules.if_contains("type");
  if (!type)
    return odd_value();
  return fitting_type(rules, text(type->is_array() ? one_of(type->get_array()) : *type));
}

json::value request_maker::fitting_type(const json_object& rules, std::string_view type) {
  const auto bound = [&](const char* keyword, std::int64_t otherwise) {
    const auto* found = rules.if_contains(keyword);
    return found ? found->to_number<std::int64_t>() : otherwise;
  };
  if (type == "null")
    return nullptr;
  if (type == "boolean")
    return once_in(2);
  if (type == "string")
    return json::value(fitting_text(rules));
  if (type == "object")
    return fitting_object(rules);
  if (type == "array") {
    json::array out;
    const auto least = bound("minItems", 0);
    const auto count =
        once_in(16) ? bound("maxItems", 50) : least + static_cast<int>(any_of(4));
    for (std::int64_t i = 0; i < count; ++i)
      out.push_back(fitting(rules.at("items"), {}));
    return out;
  }
  const auto least = bound("minimum", 0);
  const auto most = std::max(least, bound("maximum", 1'000'000));
  const std::array<std::int64_t, 4> candidates{
      least, most, least + static_cast<std::int64_t>(any_of(10)), std::min(most, least + 1)};
  return std::min(most, one_of(candidates));
}

json::value request_maker::fitting_object(const json_object& rules) {
  json_object out;
  const auto* required = rules.if_contains("required");
  const auto* properties = rules.if_contains("properties");
  if (!properties)
    return json_object{{"a", json::array{1, nullptr, "x"}}};
  for (const auto& property : properties->as_object()) {
    const auto must = required
                   && std::ranges::find(required->as_array(), json::value(property.key()))
                          != required->as_array().end();
    if (must || once_in(2))
      out[property.key()] = fitting(property.value(), key(property));
  }
  return out;
}

std::string request_maker::fitting_text(const json_object& rules) {
  static const std::vector<std::string> letters{
      "a", "R", "7", "-", "\xc3\xa9", "\xd0\x96", "\xe5\xb7\x9d", "z"};
  const auto* least = rules.if_contains("minLength");
  const auto* most = rules.if_contains("maxLength");
  const auto shortest = std::max<std::size_t>(1, least ? least->to_number<std::size_t>() : 1);
  const auto longest = std::max(shortest, most ? most->to_number<std::size_t>() : 40);
  const auto length = once_in(8) ? longest : std::min(longest, shortest + any_of(12));
  std::string out;
  for (std::size_t i = 0; i < length; ++i)
    out += one_of(letters);
  return out;
}

json::value request_maker::odd_value() {
  switch (any_of(6)) {
  case 0:
    return nullptr;
  case 1:
    return once_in(2);
  case 2:
    return one_of(odd_numbers());
  case 3:
    return one_of(odd_integers());
  case 4:
    return json::array{nullptr, json_object{{"a", json::array{}}}};
  default:
    return json::value(one_of(odd_texts()));
  }
}

std::string request_maker::body_of(const json_value& schema) {
  auto body = fitting(schema, {});
  return once_in(2) ? json::serialize(body) : spoiled(std::move(body));
}

/// As it should not be: a field lacks, is odd, too much or twice, or the whole is no JSON.
std::string request_maker::spoiled(json_value body) {
  auto* fields = body.if_object();
  const auto any_field = [&] {
    return std::string{
        std::next(fields->begin(), static_cast<long>(any_of(fields->size())))->key()};
  };
  if (!fields || fields->empty() || once_in(8)) {
    const std::vector<std::string> wholes{
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{\"name\":\"\xff\"}",
        R"({"name":"\ud800"})",
        R"({"name":"a","name":null})",
        "\xef\xbb\xbf{}",
        R"({"a":1e999})",
        R"({"a":-0.0,})",
        nested("[", "]", 20'000),
        nested("{\"a\":", "}", 10'000),
        std::string(120'000, ' '),
        "{\"title\":\"" + std::string(90'000, 'x') + "\"}"};
    return one_of(wholes);
  }
  switch (any_of(5)) {
  case 0:
    fields->erase(any_field());
    break;
  case 1:
    (*fields)[json::string_view{one_of(odd_texts())}] = odd_value();
    break;
  case 2: { // the last one counts
    auto twice = json::serialize(body);
    twice.pop_back();
    return twice + ",\"" + any_field() + "\":" + json::serialize(odd_value()) + '}';
  }
  case 3: {
    const auto whole = json::serialize(body);
    return whole.substr(0, any_of(whole.size()));
  }
  default:
    (*fields)[any_field()] = odd_value();
  }
  return json::serialize(body);
}

std::string request_maker::parameter(const json_value& described) {
  const auto name = text(described.at("name"));
  if (once_in(4))
    return text(odd_value());
  return text(fitting(described.at("schema"), name));
}

std::string request_maker::query_of(const std::vector<const json_object*>& parameters) {
  static const std::vector<std::string> extras{
      "fields=full",
      "fields=some",
      "include=roster_json,equipment,character_data,member_data_json",
      "include=equipment,roster_json",
      "include=,,equipment,",
      "limit=1",
      "limit=0",
      "limit=-1",
      "limit=100000000000000000000",
      "cursor=x",
      "cursor=%00",
      "cursor=AAAA",
      "x=%ff",
      "=&&=;",
      "a[b]=c"};
  std::string out;
  const auto append = [&](const std::string& pair) { out += (out.empty() ? '?' : '&') + pair; };
  for (const auto* one : parameters)
    if (text(one->at("in")) == "query" && once_in(2))
      append(encoded(text(one->at("name"))) + '=' + encoded(parameter(*one)));
  if (once_in(6))
    append(one_of(extras));
  return out;
}

void request_maker::add_headers(made_request& out) {
  static const std::vector<std::pair<std::string, std::string>> all{
      {"If-Match", "*"},
      {"If-Match", "\"1\""},
      {"If-Match", "W/\"1\", x"},
      {"If-None-Match", "*"},
      {"If-None-Match", "\"x\", W/\"y\""},
      {"If-None-Match", ",,,\""},
      {"Accept-Encoding", "gzip"},
      {"Accept-Encoding", "br;q=0.5, gzip ; q=0, *;q=0"},
      {"Accept-Encoding", "identity;q=0"},
      {"Accept", "text/html"},
      {"Idempotency-Key", "once"},
      {"Idempotency-Key", std::string(300, 'k')},
      {"Origin", "http://localhost:5173"},
      {"Origin", "null"},
      {"X-Forwarded-For", "999.1.1.1, [::1]:80"},
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"traceparent", "ff-0-0-0"},
      {"Cookie", "guildhall_login=\x01; =;;"},
      {"Content-Type", "text/plain"},
      {"Content-Type", "application/json; charset=utf-16"},
      {"Range", "bytes=0-1"},
      {"X-HTTP-Method-Override", "DELETE"}};
  for (auto count = any_of(4); count > 0; --count) {
    const auto& [name, value] = one_of(all);
    if (!once_in(3) || !name.starts_with("Content-"))
      out.headers[name] = value;
  }
}

made_request request_maker::make(const std::string& operation) {
  const auto blank = operation.find(' ');
  made_request out{operation, operation.substr(0, blank), operation.substr(blank + 1)};
  auto verb = out.method;
  std::ranges::transform(
      verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto& described = root_.at("paths").at(out.target).at(verb).as_object();
  std::vector<const json_object*> parameters;
  if (const auto* listed = described.if_contains("parameters"))
    for (const auto& one : listed->as_array())
      parameters.push_back(&resolved(one).as_object());
  for (const auto* one : parameters) {
    if (text(one->at("in")) != "path")
      continue;
    const auto hole = '{' + text(one->at("name")) + '}';
    auto value = encoded(parameter(*one));
    if (const auto at = out.target.find(hole); at != std::string::npos)
      out.target.replace(at, hole.size(), value.empty() ? "%20" : value);
  }
  out.target += query_of(parameters);
  if (once_in(2))
    add_headers(out);
  if (const auto* body = described.if_contains("requestBody"))
    out.body = body_of(resolved(*body).at("content").at("application/json").at("schema"));
  else if (once_in(16))
    out.body = "{}";
  return out;
}

} // namespace guildhall::test
