#include "domain/json_reader.hpp"
#include "domain/moments.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace guildhall::domain {
namespace {

std::string message_of_integer(std::string_view body) {
  json_reader in{body};
  const auto value = in.finish(in.integer("n"));
  return value ? "" : value.error().message;
}

TEST(json_reader, names_the_offset_of_broken_json) {
  const auto offset_in = [](std::string_view body) {
    const auto message = json_reader{body}.finish(0).error().message;
    return message.substr(0, message.find(':'));
  };
  EXPECT_EQ(offset_in(R"({"a": )"), "broken JSON at byte 6");
  EXPECT_EQ(offset_in(R"({"a": tru!})"), "broken JSON at byte 6"); // where the literal starts
  EXPECT_EQ(offset_in(R"({"a": 1,, "b": 2})"), "broken JSON at byte 8");
  EXPECT_EQ(offset_in(R"({"a": 1} x)"), "broken JSON at byte 9");
  EXPECT_EQ(offset_in(""), "broken JSON at byte 0");
}

TEST(json_reader, refuses_what_stands_behind_the_document) {
  EXPECT_TRUE(json_reader{"{} \r\n\t"}.finish(0));
  EXPECT_FALSE(json_reader{"{} x"}.finish(0));
  EXPECT_FALSE(json_reader{"{}{}"}.finish(0));
}

TEST(json_reader, wants_an_object) {
  for (const auto* body : {"[]", "1", "\"a\"", "null", "true"})
    EXPECT_EQ(json_reader{body}.finish(0).error().message, "document: expected an object")
        << body;
}

TEST(json_reader, takes_integers_in_every_spelling) {
  for (const auto* body : {R"({"n":7})", R"({"n":7.0})", R"({"n":70e-1})", R"({"n":0.7e1})"}) {
    json_reader in{body};
    EXPECT_EQ(in.finish(in.integer("n")), 7) << body;
  }
}

TEST(json_reader, refuses_numbers_that_are_no_such_integers) {
  EXPECT_EQ(message_of_integer(R"({"n":1.5})"), "n: expected an integer");
  EXPECT_EQ(message_of_integer(R"({"n":"7"})"), "n: expected an integer");
  EXPECT_EQ(message_of_integer(R"({"n":-1})"), "n: out of range");
  EXPECT_EQ(message_of_integer(R"({"n":9007199254740992})"), "n: out of range");
  EXPECT_EQ(message_of_integer(R"({"n":18446744073709551615})"), "n: out of range");
  EXPECT_EQ(message_of_integer(R"({"n":1e300})"), "n: out of range");
  EXPECT_EQ(message_of_integer(R"({})"), "n: missing");
  EXPECT_EQ(message_of_integer(R"({"n":null})"), "n: missing");
}

TEST(json_reader, refuses_what_a_small_integer_cannot_hold) {
  json_reader in{R"({"n":32768})"};
  EXPECT_EQ(in.finish(in.small_integer("n")).error().message, "n: out of range");
}

TEST(json_reader, takes_the_english_of_a_localised_string) {
  json_reader in{
      R"({"a":{"de_DE":"Krieger","en_US":"Warrior"},"b":{"de_DE":"Magier"},"c":{}})"};
  EXPECT_EQ(in.text("a"), "Warrior");
  EXPECT_EQ(in.text("b"), "Magier");
  EXPECT_FALSE(in.failed());
  in.text("c");
  EXPECT_EQ(in.finish(0).error().message, "c: expected a string");
}

TEST(json_reader, names_the_whole_path) {
  json_reader in{R"({"guild":{"realm":{"id":"x"}},"members":[{},{"character":{"id":"x"}}]})"};
  in.each("members", [&] { in.optional_object("character", [&] { in.integer("id"); }); });
  EXPECT_EQ(in.left_out().first, "members[1].character.id: expected an integer");
  EXPECT_EQ(in.left_out().parts, 1u);
  in.object("guild", [&] { in.object("realm", [&] { in.integer("id"); }); });
  EXPECT_EQ(in.finish(0).error().message, "guild.realm.id: expected an integer");
}

TEST(json_reader, keeps_the_first_fault) {
  json_reader in{R"({"a":1,"b":{}})"};
  in.each("a", [] { ADD_FAILURE() << "no list"; });
  in.integer("b");
  in.text("nothing");
  EXPECT_EQ(in.finish(0).error().message, "a: expected an array");
}

TEST(json_reader, leaves_out_and_counts_what_is_optional_and_cannot_be_read) {
  json_reader in{
      R"({"i":"x","small":99999,"n":"x","t":7,"o":[],"nested":{"id":"x"},"fine":3})"};
  EXPECT_EQ(in.optional_integer("i"), std::nullopt);
  EXPECT_EQ(in.optional_small_integer("small"), std::nullopt);
  EXPECT_EQ(in.optional_number("n", 0, 9), std::nullopt);
  EXPECT_EQ(in.optional_text("t"), std::nullopt);
  EXPECT_FALSE(in.optional_object("o", [] { ADD_FAILURE(); }));
  EXPECT_FALSE(in.optional_object("nested", [&] { in.integer("id"); }));
  EXPECT_FALSE(in.optional_object("absent", [] { ADD_FAILURE(); }));
  EXPECT_EQ(in.optional_integer("fine"), 3);
  EXPECT_TRUE(in.finish(0));
  EXPECT_EQ(in.left_out().parts, 6u);
  EXPECT_EQ(in.left_out().first, "i: expected an integer");
}

TEST(json_reader, takes_only_moments_that_can_be_meant) {
  constexpr time_point now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 6}};
  json_reader in{R"({"zero":0,"minus":-1,"old":1072915199999,"first":1072915200000,
    "skewed":1770000000000,"far":1893456000000,"micro":1767600000000000,"never":9e18,"text":"x"})"};
  for (const auto* unknown :
       {"zero", "minus", "old", "far", "micro", "never", "text", "absent"})
    EXPECT_EQ(in.optional_moment(unknown, now), std::nullopt) << unknown;
  EXPECT_EQ(in.optional_moment("first", now), first_moment);
  EXPECT_TRUE(in.optional_moment("skewed", now)) << "another's clock may be wrong";
  EXPECT_TRUE(in.finish(0));
}

TEST(json_reader, refuses_what_a_database_cannot_keep) {
  EXPECT_EQ(
      json_reader{R"({"a":[{"b":"x\u0000y"}]})"}.finish(0).error().message,
      "a[0].b: NUL in a string");
  EXPECT_FALSE(json_reader{R"({"\u0000":1})"}.finish(0));
  EXPECT_FALSE(json_reader{R"({"a":1e999})"}.finish(0));
  EXPECT_FALSE(json_reader{R"({"a":"\ud800"})"}.finish(0));
  EXPECT_FALSE(json_reader{"{\"a\":\"\xff\"}"}.finish(0));
}

TEST(json_reader, refuses_deep_nesting) {
  const std::string deep =
      "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_FALSE(json_reader{deep}.finish(0));
}

TEST(json_reader, leaves_out_the_elements_of_a_list_that_cannot_be_read) {
  json_reader in{R"({"list":[{"id":1},{"id":"x"},7,null,[],{},
    {"id":2,"inner":[{"n":1},{"n":"?"},{"n":3}]},{"id":3,"inner":5},{"id":4}]})"};
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> numbers;
  in.each("list", [&] {
    const auto id = in.integer("id", 1);
    in.optional_each("inner", [&] {
      const auto number = in.integer("n");
      if (!in.failed())
        numbers.push_back(number);
    });
    if (!in.failed())
      ids.push_back(id);
  });
  in.optional_each("absent", [&] { ADD_FAILURE(); });
  EXPECT_TRUE(in.finish(0));
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 4}));
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(in.left_out().parts, 7u);
  EXPECT_EQ(in.left_out().first, "list[1].id: expected an integer");
}

TEST(json_reader, does_not_take_something_else_for_a_list) {
  json_reader in{R"({"list":{"id":1}})"};
  in.each("list", [] {});
  const auto read = in.finish(0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "list: expected an array");
}

TEST(json_reader, a_failure_can_be_written_down_whatever_the_keys_are) {
  const std::string keys[]{
      R"({"\u0000":1})", R"({"a\u0000b":{"\u0007":1e999}})",
      "{\"" + std::string(100'000, 'k') + R"(":{"x":"\u0000"}})"};
  for (const auto& body : keys) {
    json_reader in{body};
    const auto failed = in.finish(0);
    ASSERT_FALSE(failed);
    const auto& message = failed.error().message;
    EXPECT_LE(message.size(), 300u);
    EXPECT_TRUE(std::ranges::none_of(message, [](unsigned char c) {
      return c < 0x20 || c == 0x7f;
    })) << message;
  }
}

std::string failure_of(std::string_view body) {
  const auto read = json_reader{body}.finish(0);
  return read ? "" : read.error().message;
}

std::string list_of(std::size_t values) {
  std::string body = R"({"a":[0)";
  for (std::size_t i = 3; i < values; ++i)
    body += ",0";
  return body + "]}";
}

TEST(json_reader, gives_up_on_more_values_than_a_document_has) {
  EXPECT_EQ(failure_of(list_of(250'000)), "");
  EXPECT_TRUE(failure_of(list_of(250'001)).starts_with("broken JSON at byte "));
  std::string objects = R"({"a":[{})";
  for (int i = 0; i < 250'000; ++i)
    objects += ",{}";
  EXPECT_TRUE(failure_of(objects + "]}").starts_with("broken JSON at byte "));
}

TEST(json_reader, gives_up_on_an_object_of_too_many_members) {
  std::string body = R"({"a":0)";
  for (int i = 1; i < 10'000; ++i)
    body += ",\"" + std::to_string(i) + "\":0";
  EXPECT_EQ(failure_of(body + "}"), "");
  EXPECT_NE(failure_of(body + R"(,"b":0})"), "");
}

TEST(json_reader, gives_up_on_keys_that_are_none) {
  const auto body = [](std::size_t key) {
    return "{\"" + std::string(key, 'k') + R"(":{"x":1}})";
  };
  EXPECT_EQ(failure_of(body(1'024)), "");
  EXPECT_NE(failure_of(body(1'025)), "");
  EXPECT_NE(failure_of(body(1u << 20)), "");
  EXPECT_LE(failure_of(body(1u << 20)).size(), 100u);
}

TEST(json_reader, takes_a_short_text_or_leaves_it_out) {
  json_reader in{R"({"name":"Ярость","number":7,"empty":null})"};
  EXPECT_EQ(in.short_text("name", 6), "Ярость");
  EXPECT_EQ(in.short_text("name", 5), "");
  EXPECT_EQ(in.left_out().first, "name: too long");
  EXPECT_EQ(in.short_text("number", 5), "");
  EXPECT_EQ(in.left_out().parts, 2u);
  EXPECT_EQ(in.short_text("empty", 5), "");
  EXPECT_EQ(in.short_text("absent", 5), "");
  EXPECT_EQ(in.left_out().parts, 2u);
  EXPECT_TRUE(in.finish(0));
}

} // namespace
} // namespace guildhall::domain
