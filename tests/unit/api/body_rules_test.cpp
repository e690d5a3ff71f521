#include "api/body_rules.hpp"
#include "api/rules/accounts.hpp"
#include "api/rules/characters.hpp"
#include "api/rules/events.hpp"
#include "api/rules/ranks.hpp"
#include "api/rules/roster_members.hpp"
#include "api/rules/rosters.hpp"
#include "api/rules/sign_ups.hpp"
#include "api/rules/tracking.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace guildhall::api {
namespace {

namespace json = boost::json;

http::request sent(std::string body, std::string_view type = "application/json") {
  http::request what;
  what.body = std::move(body);
  what.add_header("Content-Type", type);
  return what;
}

result<json::object> read(const std::string& body, const body_rules& rules) {
  return read_body(sent(body), rules);
}

/// What is kept, as JSON text; the message of a refusal.
std::string kept(const std::string& body, const body_rules& rules) {
  const auto out = read(body, rules);
  return out ? json::serialize(*out) : out.error().message;
}

mistakes mistakes_in(const std::string& body, const body_rules& rules) {
  const auto out = read(body, rules);
  return out ? mistakes{} : out.error().fields;
}

ec outcome(const std::string& body, const body_rules& rules = rules::roster) {
  const auto out = read(body, rules);
  return out ? ec::none : out.error().code;
}

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  while (count-- > 0)
    out += text;
  return out;
}

TEST(read_body, keeps_only_what_a_rule_names) {
  EXPECT_EQ(
      kept(R"({"name":"Raid","guild_id":7,"id; drop table":1,"__proto__":{}})", rules::roster),
      R"({"name":"Raid"})");
  EXPECT_EQ(kept(R"({"class":"Mage","user_id":1})", rules::character_update), "{}");
}

TEST(read_body, takes_the_last_of_a_field_given_twice) {
  EXPECT_EQ(kept(R"({"name":"a","name":"b"})", rules::roster), R"({"name":"b"})");
  EXPECT_EQ(outcome(R"({"name":"a","name":1})"), ec::validation);
}

TEST(read_body, names_all_mistakes_at_once) {
  const auto found = mistakes_in(
      R"({"title":"ab","event_type":"Party","start_time":"soon","max_participants":0,
          "guild_id":"7","description":4})",
      rules::event_create);
  EXPECT_EQ(
      found,
      (mistakes{
          {"title", "Event title must be at least 3 characters"},
          {"event_type", "Event type must be one of: Raid, Dungeon, Special"},
          {"start_time", "Start time must be a time like 2025-05-13T18:00 or "
                         "2025-05-13T18:00:00.000Z"},
          {"end_time", "End time is required"},
          {"max_participants", "Max participants must be an integer from 1 to 2147483647"},
          {"guild_id", "Guild ID must be a positive integer"},
          {"description", "Event description must be a string"}}));
}

TEST(read_body, says_the_contracts_sentences) {
  const auto only = [](const std::string& body, const body_rules& rules) {
    const auto found = mistakes_in(body, rules);
    return found.empty() ? "" : found.begin()->second;
  };
  const auto fifty_one = R"(":")" + std::string(51, 'x') + "\"}";
  EXPECT_EQ(only("{}", rules::rank_update), "Rank name is required");
  EXPECT_EQ(only(R"({"rank_name":""})", rules::rank_update), "Rank name is required");
  EXPECT_EQ(only(R"({"rank_name":null})", rules::rank_update), "Rank name is required");
  EXPECT_EQ(
      only(R"({"rank_name)" + fifty_one, rules::rank_update),
      "Rank name cannot exceed 50 characters");
  EXPECT_EQ(
      only("{\"rank_name\":\" \\u00a0\\u3000\\t\"}", rules::rank_update),
      "Rank name cannot be empty or only whitespace");
  EXPECT_EQ(only("{}", rules::roster), "Roster name is required");
  EXPECT_EQ(
      only(R"({"name)" + fifty_one, rules::roster), "Roster name cannot exceed 50 characters");
  EXPECT_EQ(only("{}", rules::refresh), "Refresh token is required");
  EXPECT_EQ(
      only(R"({"userId":0,"role":"user"})", rules::role), "User ID must be a positive integer");
  EXPECT_EQ(
      only(R"({"userId":1,"role":"king"})", rules::role),
      "Role must be one of: user, guild_leader, admin");
  EXPECT_EQ(
      only(R"({"region":"cn","realm":"x","name":"y"})", rules::tracked_guild),
      "Region must be one of: us, eu, kr, tw");
  EXPECT_EQ(
      kept("{}", rules::roster), R"(Validation error: Roster name is required at "name")");
}

TEST(read_body, counts_characters_and_not_bytes) {
  EXPECT_EQ(outcome("{\"name\":\"" + times(50, "ы") + "\"}"), ec::none);
  EXPECT_EQ(outcome("{\"name\":\"" + times(50, "🐉") + "\"}"), ec::none);
  EXPECT_EQ(outcome("{\"name\":\"" + times(51, "ы") + "\"}"), ec::validation);
}

TEST(read_body, trims_names) {
  EXPECT_EQ(
      kept("{\"name\":\" \\u00a0Main raid\\n \"}", rules::roster), R"({"name":"Main raid"})");
}

TEST(read_body, what_is_left_of_a_trimmed_text_is_long_enough) {
  EXPECT_EQ(
      mistakes_in(R"({"title":"  a  "})", rules::event_update),
      (mistakes{{"title", "Event title must be at least 3 characters"}}));
}

TEST(read_body, numbers_are_whole_and_in_range) {
  const auto id = [](const std::string& text) {
    return kept(R"({"characterId":)" + text + "}", rules::character_sync);
  };
  const std::string refused =
      R"(Validation error: Character ID must be a positive integer at "characterId")";
  EXPECT_EQ(id("7"), R"({"characterId":7})");
  EXPECT_EQ(id("7.0"), R"({"characterId":7})");
  EXPECT_EQ(id("1e3"), R"({"characterId":1000})");
  EXPECT_EQ(id("9223372036854775807"), R"({"characterId":9223372036854775807})");
  for (const auto* text :
       {"0", "-1", "1.5", "9223372036854775808", "18446744073709551616", "1e19", "1e300",
        "\"7\"", "true", "[7]", "{}", "null"})
    EXPECT_TRUE(
        id(text) == refused
        || id(text).starts_with("Validation error: Character ID is required"))
        << text << ": " << id(text);
  EXPECT_NE(outcome(R"({"characterId":1e400})", rules::character_sync), ec::none);
  EXPECT_NE(
      outcome(R"({"characterId":)" + std::string(5000, '9') + "}", rules::character_sync),
      ec::none);
}

TEST(read_body, additions_are_checked_by_their_type) {
  EXPECT_EQ(
      kept(
          R"({"characterId":1,"additions":[{"type":"character","characterId":5,"rankId":3},
              {"type":"rank","rankId":0,"characterId":"x","role":"Healer"},
              {"type":"rank","rankId":9,"role":null}]})",
          rules::roster_additions),
      R"({"additions":[{"type":"character","characterId":5},)"
      R"({"type":"rank","rankId":0,"role":"Healer"},{"type":"rank","rankId":9,"role":null}]})");
  EXPECT_EQ(
      mistakes_in(
          R"({"additions":[{"type":"rank","rankId":10},7,{"characterId":1},{"type":"character"},
              {"type":"guild"},{"type":"rank","rankId":1,"role":"Bard"}]})",
          rules::roster_additions),
      (mistakes{
          {"additions.0.rankId", "Rank ID must be an integer from 0 to 9"},
          {"additions.1", "Additions must be an array of objects"},
          {"additions.2.type", "Type is required"},
          {"additions.3.characterId", "Character ID is required"},
          {"additions.4.type", "Type must be one of: character, rank"},
          {"additions.5.role", "Role must be one of: Tank, Healer, DPS, Unknown"}}));
  for (const auto* body :
       {"{}", R"({"additions":[]})", R"({"additions":null})", R"({"additions":{}})",
        R"({"additions":"x"})"})
    EXPECT_EQ(outcome(body, rules::roster_additions), ec::validation) << body;
}

TEST(read_body, names_no_more_mistakes_than_anybody_reads) {
  EXPECT_EQ(
      mistakes_in(R"({"additions":[)" + times(900, "1,") + "1]}", rules::roster_additions)
          .size(),
      max_named_mistakes);
  EXPECT_EQ(
      mistakes_in(
          R"({"additions":[)" + times(1000, R"({"type":"rank","rankId":1},)")
              + R"({"type":"rank","rankId":1}]})",
          rules::roster_additions),
      (mistakes{{"additions", "Additions cannot exceed 1000 items"}}));
}

TEST(read_body, takes_what_the_web_client_sends_for_an_event) {
  EXPECT_EQ(
      kept(
          R"({"title":"Raid night","description":"","event_type":"Raid",
              "start_time":"2025-05-13T18:00","end_time":"2025-05-13T21:30",
              "max_participants":25,"guild_id":7,"created_by":1})",
          rules::event_create),
      R"({"title":"Raid night","description":"","event_type":"Raid",)"
      R"("start_time":"2025-05-13T18:00:00.000Z","end_time":"2025-05-13T21:30:00.000Z",)"
      R"("max_participants":25,"guild_id":7})");
  EXPECT_EQ(kept("{}", rules::event_update), "{}");
  EXPECT_EQ(
      kept(R"({"guild_id":9,"max_participants":null})", rules::event_update),
      R"({"max_participants":null})");
}

TEST(read_body, an_event_does_not_end_before_it_begins) {
  EXPECT_EQ(
      mistakes_in(
          R"({"start_time":"2025-05-13T18:00","end_time":"2025-05-13T19:30+02:00"})",
          rules::event_update),
      (mistakes{{"end_time", "End time must be after start time"}}));
  EXPECT_EQ(
      outcome(
          R"({"start_time":"2025-05-13T18:00","end_time":"2025-05-13T18:00"})",
          rules::event_update),
      ec::none);
}

TEST(parse_event_time, takes_the_forms_of_the_contract_and_nothing_else) {
  const auto canonical = [](std::string_view text) {
    return rules::event_time.canonical(text).value_or("refused");
  };
  EXPECT_EQ(canonical("2025-05-13T18:00"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(canonical("2025-05-13T18:00:07"), "2025-05-13T18:00:07.000Z");
  EXPECT_EQ(canonical("2025-05-13T18:00:00.5Z"), "2025-05-13T18:00:00.500Z");
  EXPECT_EQ(canonical("2025-05-13T18:00:00.123456789Z"), "2025-05-13T18:00:00.123Z");
  EXPECT_EQ(canonical("2025-01-01T00:30:00+02:00"), "2024-12-31T22:30:00.000Z");
  EXPECT_EQ(canonical("2024-02-29T12:00Z"), "2024-02-29T12:00:00.000Z");
  for (const auto* text :
       {"",
        "2025-05-13",
        "2025-05-13 18:00",
        "2025-5-13T18:00",
        "2025-02-29T12:00",
        "2025-13-01T00:00",
        "2025-00-01T00:00",
        "2025-05-13T24:00",
        "2025-05-13T18:60",
        "2025-05-13T18:00:60",
        "2025-05-13T18:00:00.",
        "2025-05-13T18:00:00.Z",
        "2025-05-13T18:00:00.1234567890Z",
        "2025-05-13T18:00z",
        "2025-05-13T18:00+2:00",
        "2025-05-13T18:00+24:00",
        "2025-05-13T18:00ZZ",
        "1969-12-31T23:59",
        "3000-01-01T00:00",
        "0000-01-01T00:00",
        "+025-05-13T18:00",
        "-025-05-13T18:00",
        "infinity",
        "now",
        "2025-05-13T18:00\n"})
    EXPECT_EQ(canonical(text), "refused") << text;
}

TEST(read_body, sign_up_states_in_any_letter_case) {
  const auto status = [](const std::string& text) {
    const auto out = read(R"({"character_id":1,"status":")" + text + "\"}", rules::sign_up);
    return out ? text_in(*out, "status").value() : out.error().fields.at("status");
  };
  EXPECT_EQ(status("Confirmed"), "Confirmed");
  EXPECT_EQ(status("accepted"), "Confirmed");
  EXPECT_EQ(status("TENTATIVE"), "Tentative");
  EXPECT_EQ(status("declined"), "Declined");
  EXPECT_EQ(status("maybe"), "Status must be one of: Confirmed, Tentative, Declined");
}

TEST(read_body, slugs_hold_any_letters) {
  EXPECT_EQ(
      kept(
          R"({"region":"eu","realm":"РЕВУЩИЙ-фьорд","name":"Чайка"})", rules::character_create),
      R"({"name":"Чайка","realm":"ревущий-фьорд","region":"eu"})");
  EXPECT_EQ(
      mistakes_in(R"({"region":"eu","realm":"a b","name":"Zoe"})", rules::character_create),
      (mistakes{{"realm", "Realm slug must be lowercase with hyphens only"}}));
}

TEST(read_body, nul_characters_are_refused_where_they_would_be_stored) {
  EXPECT_EQ(
      mistakes_in("{\"name\":\"a\\u0000b\"}", rules::roster),
      (mistakes{{"name", "Roster name must not contain NUL characters"}}));
  EXPECT_EQ(
      mistakes_in(R"({"event_details":{"a":[{"b":"\u0000"}]}})", rules::event_update).size(),
      1u);
  EXPECT_EQ(mistakes_in(R"({"event_details":{"\u0000":1}})", rules::event_update).size(), 1u);
  EXPECT_EQ(outcome("{\"name\":\"a\",\"other\":\"\\u0000\"}"), ec::none);
}

TEST(read_body, text_that_is_no_unicode_is_refused) {
  for (const auto* body :
       {"{\"name\":\"\\ud800\"}", "{\"name\":\"\\udc00\"}", "{\"name\":\"\\ud800\\u0041\"}",
        "{\"name\":\"\\udc00\\ud800\"}", "{\"x\":\"\\ud800\",\"name\":\"a\"}",
        "{\"name\":\"\xff\"}", "{\"name\":\"\xc0\xaf\"}", "{\"name\":\"\xed\xa0\x80\"}",
        "{\"name\":\"\xf4\x90\x80\x80\"}", "{\"\xff\":1,\"name\":\"a\"}",
        "{\"name\":\"\xe2\x82\"}"})
    EXPECT_EQ(outcome(body), ec::bad_request) << body;
  EXPECT_EQ(outcome("{\"name\":\"\\ud83d\\udc09\"}"), ec::none);
}

TEST(read_body, free_json_is_bounded_by_what_the_database_makes_of_it) {
  const auto details = [](const std::string& json) {
    return outcome(R"({"event_details":)" + json + "}", rules::event_update);
  };
  EXPECT_EQ(details(R"({"bosses":["a",1,2.5,null,true,{"x":{}}]})"), ec::none);
  EXPECT_EQ(details("null"), ec::none);
  EXPECT_EQ(details("[]"), ec::validation);
  EXPECT_EQ(details("{\"a\":\"" + std::string(40'000, 'x') + "\"}"), ec::validation);
  // PostgreSQL writes each of these with 300 digits.
  EXPECT_EQ(details("{\"a\":[" + times(200, "1e300,") + "1]}"), ec::validation);
  EXPECT_EQ(details("{\"a\":[" + times(200, "1e-300,") + "1]}"), ec::validation);
}

TEST(read_body, what_is_no_json_object_is_unreadable) {
  for (const std::string body :
       {"", " ", "{", "[]", "null", "7", "\"x\"", "{\"name\":}", "{\"name\":\"a\"} x",
        "{'name':1}", "{\"name\":NaN}", "\xef\xbb\xbf{\"name\":\"a\"}"})
    EXPECT_EQ(outcome(body), ec::bad_request) << body;
  EXPECT_EQ(outcome(std::string(100'000, '[')), ec::bad_request);
  EXPECT_EQ(outcome(times(20'000, "{\"a\":") + "1" + times(20'000, "}")), ec::bad_request);
  EXPECT_EQ(
      read_body(sent("{}", "text/plain"), rules::roster).error().code,
      ec::unsupported_media_type);
  EXPECT_EQ(read_body(sent("{}", ""), rules::roster).error().code, ec::unsupported_media_type);
  EXPECT_EQ(
      read_body(sent("{\"name\":\"a\"}", "Application/JSON ; charset=utf-8"), rules::roster)
          .has_value(),
      true);
}

} // namespace
} // namespace guildhall::api
