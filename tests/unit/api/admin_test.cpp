#include "fixture.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

class admin_test : public api_test {
protected:
  static domain::job_row job() {
    domain::job_row out;
    out.id = {3};
    out.kind = "track";
    out.target = "eu/stormrage/avalerion";
    out.state = domain::job_state::running;
    out.guild_id = guild_id{7};
    out.total = 418;
    out.done = 17;
    out.failed = 1;
    out.created_at = moment(evening);
    out.started_at = moment(evening + 5);
    return out;
  }
};

TEST_F(admin_test, tracking_a_guild_answers_202_and_the_job) {
  control.job_answer = job();
  const auto got = operate(
      method::post, "/guilds", R"({"region":"eu","realm":"stormrage","name":"Avalerion"})");
  EXPECT_EQ(got.status, 202);
  EXPECT_EQ(got.header("Location"), "/jobs/3");
  EXPECT_EQ(control.last_call, "track eu/stormrage/avalerion by ops");
  EXPECT_EQ(operations.last<domain::track>().synced, with.regions);
  EXPECT_EQ(got.parsed(), json::parse(R"({"success": true, "data": {
        "id": 3, "kind": "track", "target": "eu/stormrage/avalerion", "state": "running",
        "guild_id": 7, "character_id": null, "total": 418, "done": 17, "failed": 1,
        "message": null, "created_at": "2025-05-13T18:00:00.000Z",
        "started_at": "2025-05-13T18:00:00.005Z", "finished_at": null}})"));
}

TEST_F(admin_test, a_realm_may_be_written_as_a_name) {
  control.job_answer = job();
  operate(
      method::post, "/guilds", R"({"region":"eu","realm":" Aggra (Português) ","name":"A B"})");
  EXPECT_EQ(control.last_call, "track eu/Aggra (Português)/a-b by ops");
}

TEST_F(admin_test, a_bad_address_is_refused_before_anybody_is_asked) {
  EXPECT_EQ(
      operate(method::post, "/guilds", R"({"region":"xx","realm":"","name":""})").status, 400);
  EXPECT_EQ(operate(method::post, "/guilds", "nonsense").status, 400);
  EXPECT_EQ(operate(method::post, "/guilds").status, 415);
  EXPECT_EQ(control.last_call, "");
}

TEST_F(admin_test, untracking_has_no_body) {
  const auto got = operate(method::del, "/guilds/eu/stormrage/avalerion");
  EXPECT_EQ(got.status, 204);
  EXPECT_EQ(got.body, "");
  EXPECT_EQ(control.last_call, "untrack eu/stormrage/avalerion");
}

TEST_F(admin_test, sync_now_and_its_progress) {
  control.job_answer = job();
  EXPECT_EQ(operate(method::post, "/guilds/7/sync").status, 202);
  EXPECT_EQ(control.last_call, "sync guild 7");
  EXPECT_EQ(operations.last<domain::sync_guild>().synced, with.regions);
  EXPECT_EQ(operate(method::post, "/characters/9/sync").header("Location"), "/jobs/3");
  EXPECT_EQ(control.last_call, "sync character 9");
  EXPECT_EQ(operations.last<domain::sync_character>().synced, with.regions);
  const auto shown = operate(method::get, "/jobs/3");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.header("Cache-Control"), "no-store");
  EXPECT_EQ(shown.parsed().at("data").at("done"), 17);
  EXPECT_EQ(operate(method::get, "/jobs/x").status, 400);
  control.job_answer = fail(ec::not_found, "Job with ID 4 not found");
  EXPECT_EQ(operate(method::get, "/jobs/4").status, 404);
}

TEST_F(admin_test, pause_and_resume_say_what_is_now) {
  EXPECT_EQ(
      operate(method::post, "/pause").parsed(),
      json::parse(R"({"success":true,"data":{"paused":true}})"));
  EXPECT_EQ(control.last_call, "pause");
  EXPECT_EQ(
      operate(method::post, "/resume").parsed(),
      json::parse(R"({"success":true,"data":{"paused":false}})"));
  EXPECT_EQ(control.last_call, "resume");
}

TEST_F(admin_test, status_shows_queue_budget_guilds_and_errors) {
  domain::sync_overview seen;
  seen.paused = true;
  seen.guilds_due = 2;
  seen.characters_running = 12;
  seen.hour_limit = 36000;
  seen.hour_spent = 1234;
  seen.price = 0.25;
  seen.demand = 900;
  seen.supply = 28'000;
  domain::tracked_guild_row guild;
  guild.id = {1};
  guild.address = {domain::region::eu, "stormrage", "avalerion"};
  guild.guild_id = guild_id{7};
  guild.state = "active";
  guild.last_error = "throttled";
  seen.guilds = {guild};
  seen.last_errors = {{"guild 7", "roster", "transient", "503", moment(evening)}};
  seen.doubts = {{domain::region::eu, "profile", moment(evening)}};
  seen.pauses = {{std::nullopt, moment(evening)}, {domain::region::kr, moment(evening)}};
  control.overview_answer = seen;
  EXPECT_EQ(operate(method::get, "/status").parsed(), json::parse(R"({"success": true, "data": {
        "paused": true,
        "guilds": {"due": 2, "running": 0}, "characters": {"due": 0, "running": 12},
        "budget": {"hour_limit": 36000, "hour_spent": 1234, "price_hours": 0.25,
                   "calls_wanted": 900, "calls_supplied": 28000},
        "tracked": [{"id": 1, "region": "eu", "realm": "stormrage", "name": "avalerion",
                     "guild_id": 7, "state": "active", "running": false,
                     "last_synced_at": null, "due_at": null, "last_error": "throttled"}],
        "last_errors": [{"at": "2025-05-13T18:00:00.000Z", "entity": "guild 7",
                         "document": "roster", "error_class": "transient",
                         "detail": "503"}],
        "doubts": [{"region": "eu", "document": "profile",
                    "since": "2025-05-13T18:00:00.000Z"}],
        "pauses": [{"region": null, "until": "2025-05-13T18:00:00.000Z"},
                   {"region": "kr", "until": "2025-05-13T18:00:00.000Z"}]}})"));
}

TEST_F(admin_test, failures_keep_their_status) {
  control.overview_answer = fail(ec::overloaded);
  EXPECT_EQ(operate(method::get, "/status").status, 503);
  control.done_answer = fail(ec::database_down);
  EXPECT_EQ(operate(method::post, "/pause").status, 503);
}

} // namespace
} // namespace guildhall::api::test
