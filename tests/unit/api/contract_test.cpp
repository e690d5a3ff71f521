#include "tests/support/contract.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

/// The judge of answers notices what it is there for.
namespace guildhall::test {
namespace {

namespace json = boost::json;

constexpr std::string_view document = R"({
  "paths": {"/things/{id}": {"get": {"responses": {
    "200": {"$ref": "#/components/responses/Thing"},
    "204": {"description": "none"},
    "304": {"description": "same"},
    "default": {"$ref": "#/components/responses/Error"}}}}},
  "components": {
    "responses": {
      "Thing": {"headers": {"Retry-After": {"required": true, "schema": {"pattern": "^[0-9]+$"}}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"},
                                         "example": {"id": 0}}}},
      "Error": {"x-statuses": [500], "content": {"application/json": {"schema": {}}}}},
    "parameters": {},
    "schemas": {
      "Id": {"type": "integer", "minimum": 1, "maximum": 9},
      "Thing": {"type": "object", "required": ["id"], "additionalProperties": false,
        "properties": {
          "id": {"$ref": "#/components/schemas/Id"},
          "name": {"type": ["string", "null"], "minLength": 2, "maxLength": 3, "pattern": "^\\p{L}+$"},
          "kind": {"enum": ["a", null]}, "yes": {"const": true},
          "list": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "number"}},
          "either": {"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]},
          "map": {"type": "object", "additionalProperties": {"type": "boolean"}}}}}}})";

const contract& judge() {
  static const contract known{document};
  return known;
}

bool fits(const std::string& value) {
  return judge().check_value("Thing", json::parse(value)).empty();
}

TEST(contract, values_that_fit) {
  for (const auto* value :
       {R"({"id":1})", R"({"id":9.0,"name":"ыыы","kind":null,"yes":true,"list":[1,2.5]})",
        R"({"id":1,"name":null,"either":null,"map":{"x":true}})", R"({"id":1,"either":1.5})"})
    EXPECT_TRUE(fits(value)) << value;
}

TEST(contract, values_that_do_not_fit) {
  for (const auto* value :
       {"{}", "[]", R"({"id":0})", R"({"id":10})", R"({"id":1.5})", R"({"id":"1"})",
        R"({"id":1,"other":1})", R"({"id":1,"name":"a"})", R"({"id":1,"name":"abcd"})",
        R"({"id":1,"name":"a1"})", R"({"id":1,"kind":"b"})", R"({"id":1,"yes":false})",
        R"({"id":1,"list":[]})", R"({"id":1,"list":[1,2,3]})", R"({"id":1,"list":["x"]})",
        R"({"id":1,"either":1})", R"({"id":1,"either":"x"})", R"({"id":1,"map":{"x":1}})"})
    EXPECT_FALSE(fits(value)) << value;
}

differences check(seen_answer answer) {
  return judge().check("GET /things/{id}", answer);
}

TEST(contract, answers_are_judged_by_status_headers_and_body) {
  const std::map<std::string, std::string> headers{
      {"content-type", "application/json; charset=utf-8"},
      {"etag", "\"x\""},
      {"retry-after", "7"}};
  EXPECT_EQ(check({200, headers, R"({"id":1})"}), differences{});
  EXPECT_FALSE(check({201, headers, R"({"id":1})"}).empty());
  EXPECT_FALSE(check({200, headers, R"({"id":0})"}).empty());
  EXPECT_FALSE(check({200, headers, "no JSON"}).empty());
  auto other = headers;
  other["retry-after"] = "soon";
  EXPECT_FALSE(check({200, other, R"({"id":1})"}).empty());
  other = headers;
  other.erase("etag");
  EXPECT_FALSE(check({200, other, R"({"id":1})"}).empty());
  other = headers;
  other["x-secret"] = "1";
  EXPECT_FALSE(check({200, other, R"({"id":1})"}).empty());
  other = headers;
  other["content-type"] = "text/html";
  EXPECT_FALSE(check({200, other, R"({"id":1})"}).empty());
  EXPECT_EQ(check({204, {}, ""}), differences{});
  EXPECT_FALSE(check({204, {}, "x"}).empty());
  EXPECT_EQ(check({500, {{"content-type", "application/json"}}, "{}"}), differences{});
  EXPECT_FALSE(check({501, {{"content-type", "application/json"}}, "{}"}).empty());
  EXPECT_FALSE(judge().check("PUT /things/{id}", {200, headers, R"({"id":1})"}).empty());
}

TEST(contract, an_example_that_does_not_fit_is_named) {
  EXPECT_EQ(judge().check_examples().size(), 1u);
}

TEST(contract, what_it_does_not_know_it_does_not_skip) {
  EXPECT_THROW(
      contract(R"({"paths":{},"components":{"responses":{},"schemas":{"A":{"not":{}}}}})"),
      std::logic_error);
}

} // namespace
} // namespace guildhall::test
