#include "core/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <regex>
#include <sstream>

namespace guildhall {
namespace {

/// What one message looks like on standard error.
std::string line_of(log_format format, const std::string& message) {
  std::ostringstream out;
  spdlog::logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(out)};
  logger.set_formatter(make_log_formatter(format));
  logger.warn("{}", message);
  return out.str();
}

TEST(json_quoted, escapes_quotes_backslashes_and_control_characters) {
  EXPECT_EQ(json_quoted(R"(say "hi" \o/)"), R"("say \"hi\" \\o/")");
  EXPECT_EQ(json_quoted("a\nb\tc\rd\x01\x7f"), R"("a\nb\tc\rd\u0001\u007f")");
  EXPECT_EQ(json_quoted({"\0", 1}), R"("\u0000")");
}

TEST(json_quoted, keeps_text_and_replaces_malformed_bytes) {
  EXPECT_EQ(json_quoted("Ярость"), "\"Ярость\"");
  EXPECT_EQ(json_quoted("a\xFFz"), "\"a\uFFFDz\"");
}

TEST(log_lines, of_json_are_one_object_each) {
  const std::regex shape{
      R"re(\{"ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","level":"warning","thread":\d+,"msg":"two\\nlines and \\"quotes\\""\}\n)re"};
  const auto line = line_of(log_format::json, "two\nlines and \"quotes\"");
  EXPECT_TRUE(std::regex_match(line, shape)) << line;
}

TEST(log_lines, of_text_cannot_be_forged_by_a_message) {
  const std::regex shape{
      R"re(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning  name\\n2099 info forged\n)re"};
  const auto line = line_of(log_format::text, "name\n2099 info forged");
  EXPECT_TRUE(std::regex_match(line, shape)) << line;
}

TEST(log_lines, of_text_turn_no_terminal_against_its_reader) {
  const auto shown = [](const std::string& message) {
    const auto line = line_of(log_format::text, message);
    return line.substr(line.find("warning  ") + 9);
  };
  EXPECT_EQ(shown("\x1b[2J\x07"), "\\u001b[2J\\u0007\n");
  EXPECT_EQ(
      shown("a\u009b\u0085\u202e\u200b\u2028\ufeff"),
      "a\\u009b\\u0085\\u202e\\u200b\\u2028\\ufeff\n");
  EXPECT_EQ(shown("\U000e0041\ufdd0"), "\\udb40\\udc41\\ufdd0\n");
  EXPECT_EQ(shown("a\xff\xfe\xed\xa0\x80z"), "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz\n");
  EXPECT_EQ(shown("Ярость \\ \""), "Ярость \\ \"\n");
}

TEST(log_lines, of_json_hold_the_same) {
  const auto line = line_of(log_format::json, "\x1b\u009b\u202e\U000e0041\xff\xc3");
  EXPECT_TRUE(line.contains(R"("msg":"\u001b\u009b\u202e\udb40\udc41)"
                            "\uFFFD\uFFFD\"}"))
      << line;
}

TEST(log_events, are_members_of_the_json_object_and_leave_text_lines_readable) {
  std::ostringstream out;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_st>(out)));
  const auto log_one = [&](log_format format) {
    out.str({});
    spdlog::default_logger()->set_formatter(make_log_formatter(format));
    log_event(
        log::level::warn, "guild.synced",
        {{"guild", std::string_view{"eu/realm/\"x\""}},
         {"status", 200},
         {"duration_ms", 1.25},
         {"error", std::string_view{}}},
        "synced in {} ms", 1.25);
    return out.str();
  };
  const auto json = log_one(log_format::json);
  EXPECT_NE(
      json.find(R"("msg":"synced in 1.25 ms","event":"guild.synced","guild":"eu/realm/\"x\"",)"
                R"("status":200,"duration_ms":1.25})"),
      std::string::npos)
      << json;
  const auto text = log_one(log_format::text);
  EXPECT_TRUE(text.ends_with("warning  synced in 1.25 ms\n")) << text;
  out.str({});
  spdlog::default_logger()->set_formatter(make_log_formatter(log_format::json));
  log::warn("the next line");
  EXPECT_EQ(out.str().find("event"), std::string::npos) << out.str();
  spdlog::set_default_logger(before);
}

TEST(set_log_level, holds_from_then_on) {
  set_up_logging(log_format::text, "info");
  set_log_level("debug");
  EXPECT_TRUE(log::should_log(log::level::debug));
  set_log_level("error");
  EXPECT_FALSE(log::should_log(log::level::info));
}

TEST(set_up_logging, takes_level_names_and_falls_back_to_info) {
  set_up_logging(log_format::text, "error");
  EXPECT_EQ(spdlog::default_logger()->level(), spdlog::level::err);
  set_up_logging(log_format::text, "off");
  EXPECT_EQ(spdlog::default_logger()->level(), spdlog::level::off);
  set_up_logging(log_format::text, "loud");
  EXPECT_EQ(spdlog::default_logger()->level(), spdlog::level::info);
}

} // namespace
} // namespace guildhall
