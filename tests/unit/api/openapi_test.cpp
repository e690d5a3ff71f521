#include "all_rules.hpp"
#include "api/docs/files.hpp"
#include "fixture.hpp"
#include "tests/support/contract.hpp"

#include <algorithm>
#include <set>

/// The document is complete, and says of bodies what the rules say.
namespace guildhall::api::test {
namespace {

const guildhall::test::contract& document() {
  static const guildhall::test::contract known{openapi_json()};
  return known;
}

/// "/api/guilds/:guildId" -> "/api/guilds/{guildId}"
std::string documented_path(const std::string& pattern) {
  std::string out;
  bool in_parameter = false;
  for (const char c : pattern) {
    if (c == '/' && std::exchange(in_parameter, false))
      out += '}';
    if (c == ':') {
      in_parameter = true;
      out += '{';
    } else {
      out += c;
    }
  }
  if (in_parameter)
    out += '}';
  return out;
}

std::set<std::string> operations_of(const http::router& routes) {
  std::set<std::string> out;
  for (const auto& [verb, pattern] : routes.routes())
    out.insert(std::string{to_string(verb)} + ' ' + documented_path(pattern));
  return out;
}

class openapi_test : public api_test {};

TEST_F(openapi_test, every_route_is_documented_and_every_documented_route_is_there) {
  auto there = operations_of(api);
  there.merge(operations_of(admin));
  const auto documented = document().operations();
  for (const auto& operation : there)
    EXPECT_TRUE(documented.contains(operation)) << operation << " is not documented";
  for (const auto& operation : documented)
    EXPECT_TRUE(there.contains(operation)) << operation << " is documented, but not there";
}

TEST_F(openapi_test, examples_are_as_documented) {
  EXPECT_EQ(document().check_examples(), guildhall::test::differences{});
}

// --- bodies

json::object schema_of(std::span<const field_rule> rules, std::string_view type);

json::value types_of(const field_rule& rule, std::string_view name) {
  if (!rule.nullable)
    return json::value(json::string_view(name.data(), name.size()));
  return json::array{json::string_view(name.data(), name.size()), "null"};
}

json::string text(std::string_view value) {
  return json::string(value.data(), value.size());
}

void add_length(json::object& out, const field_rule& rule) {
  if (rule.min > 0)
    out["minLength"] = rule.min;
  if (rule.max != std::numeric_limits<std::int64_t>::max())
    out["maxLength"] = rule.max;
}

void add_choices(json::object& out, const field_rule& rule) {
  json::array values;
  for (const auto value : rule.one_of)
    values.emplace_back(text(value));
  if (rule.nullable)
    values.emplace_back(nullptr);
  out["enum"] = std::move(values);
}

/// The alternatives of an array's items, one for each value of their field `type`.
json::object schema_of_items(std::span<const field_rule> rules) {
  const auto kinds = std::ranges::find(rules, "type", &field_rule::name);
  if (kinds == rules.end())
    return schema_of(rules, {});
  json::array alternatives;
  for (const auto kind : kinds->one_of)
    alternatives.push_back(schema_of(rules, kind));
  return {{"oneOf", std::move(alternatives)}};
}

json::object schema_of(const field_rule& rule) {
  json::object out;
  switch (rule.type) {
  case field_type::boolean:
    out["type"] = types_of(rule, "boolean");
    break;
  case field_type::integer:
    out["type"] = types_of(rule, "integer");
    out["minimum"] = rule.min;
    if (rule.max != std::numeric_limits<std::int64_t>::max())
      out["maximum"] = rule.max;
    break;
  case field_type::string:
    out["type"] = types_of(rule, "string");
    add_length(out, rule);
    if (!rule.one_of.empty())
      add_choices(out, rule);
    if (rule.form)
      out["pattern"] = text(rule.form->pattern);
    break;
  case field_type::object:
    out["type"] = types_of(rule, "object");
    out["x-maxBytes"] = rule.max;
    break;
  case field_type::objects:
    out["type"] = types_of(rule, "array");
    out["minItems"] = rule.min;
    out["maxItems"] = rule.max;
    out["items"] = schema_of_items(rule.items);
    break;
  }
  return out;
}

json::object schema_of(std::span<const field_rule> rules, std::string_view type) {
  json::object properties;
  json::array required;
  for (const auto& rule : rules) {
    if (!rule.only_for_type.empty() && rule.only_for_type != type)
      continue;
    const auto name = text(rule.name);
    properties[name] = !type.empty() && rule.name == "type"
                         ? json::object{{"const", text(type)}}
                         : schema_of(rule);
    if (rule.required)
      required.emplace_back(name);
  }
  json::object out{{"type", "object"}};
  if (!required.empty())
    out["required"] = std::move(required);
  out["properties"] = std::move(properties);
  return out;
}

/// Without what is only for readers.
json::value without_prose(const json::value& schema) {
  if (const auto* list = schema.if_array()) {
    json::array out;
    for (const auto& item : *list)
      out.push_back(without_prose(item));
    return out;
  }
  const auto* object = schema.if_object();
  if (!object)
    return schema;
  json::object out;
  for (const auto& [name, value] : *object)
    if (name == "properties") {
      json::object fields;
      for (const auto& [field, rule] : value.as_object())
        fields[field] = without_prose(rule);
      out[name] = std::move(fields);
    } else if (name != "description" && name != "example") {
      out[name] = without_prose(value);
    }
  return out;
}

TEST_F(openapi_test, bodies_are_documented_field_by_field_as_they_are_checked) {
  for (const auto& [name, rules] : all_rules())
    EXPECT_EQ(without_prose(document().schema(name)), json::value(schema_of(rules->fields, {})))
        << name << " is documented as " << without_prose(document().schema(name));
}

TEST_F(openapi_test, examples_of_bodies_are_accepted) {
  for (const auto& [name, rules] : all_rules())
    if (const auto* example = document().schema(name).if_contains("example")) {
      EXPECT_TRUE(check_body(example->as_object(), *rules)) << name;
    }
}

// --- how it is served

TEST_F(openapi_test, the_description_is_public_and_kept_with_an_etag) {
  const auto got = call(api, http::method::get, "/api/openapi.json");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(got.parsed().at("openapi"), "3.1.0");
  const auto again = call(
      api, http::method::get, "/api/openapi.json", {{"If-None-Match", got.header("ETag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(openapi_test, the_page_and_all_it_refers_to_come_from_here) {
  const auto page = call(api, http::method::get, "/api/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  std::size_t files = 0;
  for (auto at = page.body.find("/api/docs/"); at != std::string::npos;
       at = page.body.find("/api/docs/", at + 1)) {
    const auto target = page.body.substr(at, page.body.find('"', at) - at);
    const auto file = call(api, http::method::get, target);
    EXPECT_EQ(file.status, 200) << target;
    EXPECT_FALSE(file.body.empty()) << target;
    EXPECT_NE(file.header("ETag"), "") << target;
    ++files;
  }
  EXPECT_EQ(files, 4u);
  EXPECT_EQ(page.body.find("://"), std::string::npos) << "nothing comes from elsewhere";
  EXPECT_EQ(page.body.find("<script>"), std::string::npos) << "its policy forbids that";
}

TEST_F(openapi_test, the_media_type_of_every_file_is_documented) {
  const auto described = boost::json::parse(openapi_json());
  const auto& types = described.at_pointer("/components/responses/Asset/content").as_object();
  for (const auto* file :
       {"docs.js", "swagger-ui.css", "favicon-32x32.png", "openapi.json", "index.html"}) {
    const auto got = call(api, http::method::get, std::string{"/api/docs/"} + file);
    ASSERT_EQ(got.status, 200) << file;
    const auto type = std::string{got.header("Content-Type")};
    EXPECT_TRUE(types.contains(type.substr(0, type.find(';')))) << file << " is " << type;
  }
}

TEST_F(openapi_test, the_pages_policy_allows_nothing_from_elsewhere) {
  const auto policy =
      call(api, http::method::get, "/api/docs").header("Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self';")) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("http"), std::string::npos) << policy;
}

TEST_F(openapi_test, assets_are_packed_for_whoever_takes_that) {
  const std::string target = "/api/docs/swagger-ui-bundle.js";
  const auto plain = call(api, http::method::get, target);
  const auto gzip = call(api, http::method::get, target, {{"Accept-Encoding", "gzip"}});
  const auto brotli = call(api, http::method::get, target, {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(gzip.header("Content-Encoding"), "gzip");
  EXPECT_EQ(brotli.header("Content-Encoding"), "br");
  EXPECT_LT(brotli.body.size(), gzip.body.size());
  EXPECT_LT(gzip.body.size(), plain.body.size() / 2);
  EXPECT_NE(gzip.header("ETag"), brotli.header("ETag"));
  EXPECT_EQ(plain.header("Cache-Control"), "public, max-age=86400");
}

TEST_F(openapi_test, other_files_are_not_there) {
  for (const std::string target : {"/api/docs/x", "/api/docs/..%2findex.html", "/api/docs/%00"})
    EXPECT_EQ(call(api, http::method::get, target).status, 404) << target;
}

} // namespace
} // namespace guildhall::api::test
