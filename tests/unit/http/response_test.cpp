#include "http/reply_slot.hpp"
#include "http/response.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace guildhall::http {
namespace {

namespace json = boost::json;

TEST(error_response, carries_the_envelope_and_the_message_at_top_level_too) {
  const auto answer = error_response({ec::not_found, "Guild with ID 7 not found"});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(json::parse(*answer.body), json::parse(R"({"success":false,
                      "error":{"message":"Guild with ID 7 not found","code":"NOT_FOUND","status":404},
                      "message":"Guild with ID 7 not found"})"));
  EXPECT_EQ(answer.headers.find("Retry-After"), std::string::npos);
  EXPECT_NE(answer.headers.find("Cache-Control: no-store\r\n"), std::string::npos);
}

TEST(error_response, lists_the_fields_of_a_validation_failure) {
  failure why{ec::validation, "Validation error"};
  why.fields["guildId"] = "Guild ID must be a positive integer";
  const auto body = json::parse(*error_response(why).body);
  EXPECT_EQ(
      body.at("error").at("details"),
      json::parse(
          R"({"type":"validation","fields":{"guildId":"Guild ID must be a positive integer"}})"));
}

TEST(error_response, tells_people_what_they_can_do_and_nothing_of_the_inside) {
  for (const auto code :
       {ec::deadline_expired, ec::database_down, ec::database_error, ec::internal,
        ec::schema_mismatch, ec::wrong_credentials, ec::upstream_down, ec::overloaded}) {
    const auto answer = error_response({code, "character: statement character"});
    const auto body = json::parse(*answer.body);
    EXPECT_EQ(body.at("message").as_string(), default_message(code)) << to_string(code);
    EXPECT_EQ(answer.body->find("statement"), std::string::npos) << to_string(code);
  }
  const auto off = error_response({ec::unavailable, "Login is not configured here"});
  EXPECT_EQ(json::parse(*off.body).at("message"), "Login is not configured here");
}

TEST(error_response, escapes_what_a_client_sent) {
  const auto answer = error_response({ec::not_found, "no \"x\"\n\x01 here"});
  EXPECT_EQ(json::parse(*answer.body).at("message"), "no \"x\"\n\x01 here");
}

TEST(error_response, says_when_to_try_again) {
  const auto header = [](const failure& why) {
    const auto answer = error_response(why);
    const auto at = answer.headers.find("Retry-After: ");
    return at == std::string::npos ? -1 : std::stoi(answer.headers.substr(at + 13));
  };
  EXPECT_EQ(header({ec::overloaded, {}}), 1);
  EXPECT_EQ(header({ec::deadline_expired, {}}), 1);
  EXPECT_EQ(header({ec::database_down, {}, wall_now() + std::chrono::milliseconds{2'500}}), 3);
  EXPECT_EQ(header({ec::database_down, {}, wall_now() - std::chrono::hours{1}}), 1);
  EXPECT_EQ(header({ec::forbidden, {}}), -1);
  EXPECT_EQ(header({ec::outcome_unknown, {}}), -1)
      << "it may be there: tried again it is doubled";
}

TEST(error_response, names_the_scheme_with_401) {
  EXPECT_NE(
      error_response({ec::missing_token, {}}).headers.find("WWW-Authenticate: Bearer\r\n"),
      std::string::npos);
}

TEST(response, a_header_value_cannot_bring_a_second_header) {
  response answer;
  answer.add_header("X-A", "b\r\nSet-Cookie: c=d");
  EXPECT_EQ(answer.headers, "X-A: bSet-Cookie: c=d\r\n");
}

class recording_target final : public reply_target {
public:
  void deliver(std::uint64_t turn, response answer) noexcept override {
    statuses.emplace_back(turn, answer.status);
  }
  bool go_on(std::move_only_function<void()>& work) noexcept override {
    work();
    return true;
  }
  std::vector<std::pair<std::uint64_t, int>> statuses;
};

TEST(reply_slot, answers_once) {
  const auto target = std::make_shared<recording_target>();
  {
    reply_slot slot{target, 3, {}};
    slot.send(json_response(200, "{}"));
    slot.send(json_response(201, "{}"));
    slot.fail({ec::internal, {}});
  }
  EXPECT_EQ(target->statuses, (std::vector<std::pair<std::uint64_t, int>>{{3, 200}}));
}

TEST(reply_slot, dropped_without_an_answer_answers_503) {
  const auto target = std::make_shared<recording_target>();
  {
    reply_slot slot{target, 1, {}};
    const auto moved = std::move(slot);
  }
  EXPECT_EQ(target->statuses, (std::vector<std::pair<std::uint64_t, int>>{{1, 503}}));
}

} // namespace
} // namespace guildhall::http
