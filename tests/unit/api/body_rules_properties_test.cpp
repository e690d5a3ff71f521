#include "all_rules.hpp"
#include "core/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

/// Whatever is sent, the outcome is a whitelisted body or a refusal that says what is wrong.
namespace guildhall::api {
namespace {

namespace json = boost::json;

result<json::object> read(std::string body, const body_rules& rules) {
  http::request what;
  what.body = std::move(body);
  what.add_header("Content-Type", "application/json");
  return read_body(what, rules);
}

void expect_clear(const result<json::object>& out, const body_rules& rules) {
  if (!out) {
    const auto status = http_status(out.error().code);
    RC_ASSERT(status == 400);
    RC_ASSERT(out.error().code != ec::validation || !out.error().fields.empty());
    RC_ASSERT(out.error().fields.size() <= max_named_mistakes);
    RC_ASSERT(text::is_utf8(out.error().message));
    return;
  }
  for (const auto& field : *out)
    RC_ASSERT(std::ranges::any_of(rules.fields, [&](const field_rule& rule) {
      return rule.name == std::string_view{field.key().data(), field.key().size()};
    }));
}

/// Values of every type, mostly at the edges of what is allowed.
rc::Gen<json::value> any_value(int depth);

rc::Gen<std::string> any_text() {
  return rc::gen::oneOf(
      rc::gen::map(
          rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')),
          [](std::string text) { return text; }),
      rc::gen::element<std::string>(
          "", " ", "\u00a0", "Raid", "character", "rank", "Tank", "accepted", "eu",
          "2025-05-13T18:00", "a\0b", "ы", std::string(50, 'x'), std::string(51, 'x'),
          std::string(2000, 'y'), std::string{"nul\0", 4}));
}

rc::Gen<json::value> any_value(int depth) {
  auto simple = rc::gen::oneOf(
      rc::gen::just(json::value{nullptr}),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return json::value(b); }),
      rc::gen::map(
          rc::gen::element<std::int64_t>(
              -1, 0, 1, 9, 10, 2147483647, 2147483648, INT64_MAX, INT64_MIN),
          [](std::int64_t n) { return json::value(n); }),
      rc::gen::map(
          rc::gen::element(0.5, -0.0, 1e15, 1e19, 1e300, 5e-324),
          [](double n) { return json::value(n); }),
      rc::gen::just(json::value(UINT64_MAX)),
      rc::gen::map(any_text(), [](const std::string& text) { return json::value(text); }));
  if (depth == 0)
    return simple;
  const auto items =
      rc::gen::resize(4, rc::gen::container<std::vector<json::value>>(any_value(depth - 1)));
  return rc::gen::oneOf(
      simple,
      rc::gen::map(
          items,
          [](const std::vector<json::value>& all) {
            return json::value(json::array(all.begin(), all.end()));
          }),
      rc::gen::map(items, [](const std::vector<json::value>& all) {
        static constexpr std::string_view keys[]{"type", "rankId", "characterId", "role", "x"};
        json::object out;
        for (std::size_t i = 0; i < all.size(); ++i)
          out[json::string_view(keys[i % 5].data(), keys[i % 5].size())] = all[i];
        return json::value(out);
      }));
}

RC_GTEST_PROP(body_rules_properties, any_bytes_are_read_or_refused, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  for (const auto& [name, rules] : test::all_rules())
    expect_clear(read(bytes, *rules), *rules);
}

RC_GTEST_PROP(body_rules_properties, any_values_are_checked, ()) {
  const auto all = test::all_rules();
  const auto& [name, rules] = *rc::gen::elementOf(all);
  json::object body;
  for (const auto& rule : rules->fields)
    if (*rc::gen::inRange(0, 4) > 0)
      body[json::string_view(rule.name.data(), rule.name.size())] = *any_value(2);
  body["unknown"] = *any_value(1);
  expect_clear(read(json::serialize(body), *rules), *rules);
}

RC_GTEST_PROP(body_rules_properties, broken_text_never_gets_through, ()) {
  auto body = std::string{R"({"title":"Raid night","event_type":"Raid","guild_id":7,)"
                          R"("start_time":"2025-05-13T18:00","end_time":"2025-05-13T21:30"})"};
  const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
  body[at] = *rc::gen::arbitrary<char>();
  const auto out = read(body, rules::event_create);
  expect_clear(out, rules::event_create);
  if (out)
    RC_ASSERT(text::is_utf8(json::serialize(*out)));
}

/// What was kept is kept unchanged when it is sent again.
RC_GTEST_PROP(body_rules_properties, canonical_values_stay, ()) {
  const auto all = test::all_rules();
  const auto& [name, rules] = *rc::gen::elementOf(all);
  json::object body;
  for (const auto& rule : rules->fields)
    body[json::string_view(rule.name.data(), rule.name.size())] = *any_value(2);
  if (const auto once = check_body(body, *rules)) {
    const auto twice = check_body(*once, *rules);
    RC_ASSERT(twice.has_value());
    RC_ASSERT(*once == *twice);
  }
}

} // namespace
} // namespace guildhall::api
