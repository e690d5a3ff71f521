#include "api/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace guildhall::api {
namespace {

template <class T>
std::string written(const T& value) {
  json_writer out;
  out.element(value);
  return std::move(out).take();
}

TEST(json_writer, puts_commas_between_and_nowhere_else) {
  json_writer out;
  out.begin_object();
  out.field("a", 1);
  out.begin_array("b");
  out.element(1);
  out.begin_object();
  out.end_object();
  out.begin_array();
  out.end_array();
  out.element("x");
  out.end_array();
  out.begin_object("c");
  out.field("d", nullptr);
  out.field("e", true);
  out.end_object();
  out.end_object();
  EXPECT_EQ(std::move(out).take(), R"({"a":1,"b":[1,{},[],"x"],"c":{"d":null,"e":true}})");
}

TEST(json_writer, strings_survive_whatever_they_hold) {
  std::string all;
  for (int c = 0; c < 0x80; ++c)
    all += static_cast<char>(c);
  all += "é кириллица 𝄞 \u2028";
  const auto back = boost::json::parse(written(all));
  EXPECT_EQ(std::string_view(back.as_string()), all);
  EXPECT_EQ(written("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
}

TEST(json_writer, numbers_are_exact) {
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(guild_id{12}), "12");
  EXPECT_EQ(written(2456.25), "2456.25");
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
}

TEST(json_writer, what_is_absent_is_null) {
  EXPECT_EQ(written(std::optional<user_id>{}), "null");
  EXPECT_EQ(written(std::optional<user_id>{user_id{3}}), "3");
}

TEST(json_writer, times_have_milliseconds_and_z) {
  using namespace std::chrono;
  const sys_days day{year{2025} / 5 / 13};
  EXPECT_EQ(iso_time(day + 18h), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(iso_time(day + 1h + 2min + 3s + 4567us), "2025-05-13T01:02:03.004Z");
  EXPECT_EQ(iso_time(time_point{microseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(json_writer, spliced_json_loses_its_blanks_but_no_text) {
  EXPECT_EQ(
      written(raw_json{R"({"a": [1, 2], "b c": "x \" y\\", "d": "\\" })"}),
      R"({"a":[1,2],"b c":"x \" y\\","d":"\\"})");
}

} // namespace
} // namespace guildhall::api
