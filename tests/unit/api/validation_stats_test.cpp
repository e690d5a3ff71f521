#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

class validation_stats_test : public api_test {
protected:
  validation_stats_test() {
    domain::validation_stats profile;
    profile.document = "profile";
    profile.total = 200;
    profile.malformed = 3;
    profile.in_part = 2;
    profile.last_time = moment(evening);
    profile.causes = {{"level: not a number", 3}};
    people.validation_answer = std::vector<domain::validation_stats>{profile};
  }
};

TEST_F(validation_stats_test, admins_see_what_failed) {
  become({}, "admin");
  EXPECT_EQ(
      get("/api/admin/validation-stats").parsed(), json::parse(R"({"success": true, "data": {
        "profile": {"totalValidations": 200, "completeFailures": 3, "partialFailures": 2,
                    "lastValidationTime": "2025-05-13T18:00:00.000Z", "failureRatio": 0.015,
                    "topFailures": [{"field": "level: not a number", "count": 3}]}}})"));
  EXPECT_EQ(
      send(method::post, "/api/admin/validation-stats/reset").parsed().at("message"),
      "Validation statistics have been reset.");
  EXPECT_EQ(people.last_write, "reset validation");
}

TEST_F(validation_stats_test, nobody_else_does) {
  become({{.guild = guild_id{7}, .best_rank = 0, .is_leader = true}}, "guild_leader");
  const auto refused = get("/api/admin/validation-stats");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.parsed().at("message"), "Insufficient permissions. Admin role required.");
  EXPECT_EQ(send(method::post, "/api/admin/validation-stats/reset").status, 403);
  EXPECT_EQ(people.last_write, "");
}

} // namespace
} // namespace guildhall::api::test
