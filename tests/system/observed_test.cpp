#include "tests/system/support/world.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

/// What guildhall tells of itself: metrics, logs, version, what troubles it.
namespace guildhall::system_test {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class observed : public world {
protected:
  static std::string scraped(const instance& where) {
    return ask(where.admin_port(), {.target = "/metrics"}).body;
  }

  /// The names of the families in a scrape.
  static std::set<std::string> families(const std::string& scrape) {
    std::set<std::string> out;
    std::istringstream lines{scrape};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("# TYPE ")) {
        const auto name = line.substr(7);
        out.insert(name.substr(0, name.find(' ')));
      }
    return out;
  }

  struct documented {
    std::set<std::string> always;
    std::set<std::string> sometimes; ///< marked with *
  };
  static documented on_the_page() {
    documented out;
    std::ifstream page{GUILDHALL_PROJECT_DIR "/docs/metrics.md"};
    const std::regex name{"`((?:guildhall|process)_[a-z_]+)`( \\*)?"};
    for (std::string line; std::getline(page, line);) {
      if (!line.starts_with("| `"))
        continue;
      const auto names = line.substr(0, line.find('|', 1));
      for (std::sregex_iterator at{names.begin(), names.end(), name}, end; at != end; ++at)
        ((*at)[2].matched ? out.sometimes : out.always).insert((*at)[1]);
    }
    return out;
  }

  /// The objects among the lines of a log.
  static std::vector<json::object> lines_of(const std::string& log) {
    std::vector<json::object> out;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);)
      out.push_back(json::parse(line).as_object());
    return out;
  }

  static const json::object* line_with(
      const std::vector<json::object>& lines, const std::string& key,
      const std::string& value) {
    for (const auto& line : lines)
      if (const auto* found = line.if_contains(key); found && *found == json::value(value))
        return &line;
    return nullptr;
  }
};

} // namespace

TEST_F(observed, every_documented_metric_is_scraped_and_every_scraped_one_documented) {
  simulate(quick_simulator({"--world", "20"}));
  auto& guildhall = serve(quick_budget());
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  guildhall.api("/api/guilds/" + std::to_string(guild) + "/members");
  const auto page = on_the_page();
  ASSERT_GT(page.always.size(), 30u);
  eventually("what is measured once a minute is there", 90s, [&] {
    return families(scraped(guildhall)).contains("guildhall_oldest_roster_age_seconds");
  });
  const auto there = families(scraped(guildhall));
  for (const auto& name : page.always)
    EXPECT_TRUE(there.contains(name)) << name << " is on the page only";
  for (const auto& name : there)
    EXPECT_TRUE(page.always.contains(name) || page.sometimes.contains(name))
        << name << " is not on the page";
  const auto text = scraped(guildhall);
  EXPECT_NE(text.find("guildhall_database_job_seconds_count{"), std::string::npos);
  EXPECT_NE(text.find("job=\"claim_guilds\""), std::string::npos);
  EXPECT_TRUE(std::regex_search(
      text, std::regex{"guildhall_build_info\\{[^}]*schema=\"\\d{4}\"[^}]*\\} 1"}));
  EXPECT_TRUE(
      std::regex_search(text, std::regex{"guildhall_guilds_overdue 0"})); // it was just synced
}

TEST_F(observed, version_says_which_revision_and_schema_it_is) {
  const auto said = command({"--version"});
  EXPECT_EQ(said.status, 0);
  EXPECT_TRUE(std::regex_search(
      said.output,
      std::regex{R"(\d+\.\d+\.\d+ \((revision \w+, )?schema \d{4} of release \d+\))"}))
      << said.output;
}

TEST_F(observed, json_logs_have_the_facts_of_syncs_and_requests_as_members) {
  simulate(quick_simulator({"--world", "20"}));
  auto how = quick_budget();
  how["GUILDHALL_LOG_FORMAT"] = "json";
  how["GUILDHALL_LOG_LEVEL"] = "debug";
  auto& guildhall = serve(how);
  const auto address = sim().guilds().at(0);
  mirror(guildhall, address);
  constexpr auto trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const auto answer = guildhall.api(
      "/api/characters", {{"traceparent", std::string{"00-"} + trace + "-00f067aa0ba902b7-01"},
                          {"X-Request-Id", "mine-1"}});
  EXPECT_TRUE(answer.header("traceparent").starts_with(std::string{"00-"} + trace + '-'));
  EXPECT_TRUE(answer.header("traceparent").ends_with("-01"));
  EXPECT_EQ(answer.header("traceparent").find("00f067aa0ba902b7"), std::string::npos)
      << "the span is ours";
  const auto untraced = guildhall.api("/api/characters", {{"X-Request-Id", "mine-2"}});
  EXPECT_EQ(untraced.header("traceparent"), "");
  EXPECT_EQ(guildhall.stop(), 0);

  const auto lines = lines_of(guildhall.child().output());
  const auto* const synced = line_with(lines, "event", "guild.synced");
  ASSERT_TRUE(synced);
  EXPECT_EQ(text(synced->at("guild")), address.realm + '/' + address.slug);
  EXPECT_EQ(text(synced->at("region")), "eu");
  EXPECT_TRUE(synced->at("duration_ms").is_number());
  const auto* const request = line_with(lines, "request_id", "mine-1");
  ASSERT_TRUE(request);
  EXPECT_EQ(text(request->at("event")), "http.request");
  EXPECT_EQ(text(request->at("trace_id")), trace);
  EXPECT_EQ(request->at("status").to_number<int>(), 200);
  EXPECT_TRUE(request->at("duration_ms").is_number());
  EXPECT_EQ(text(request->at("path")), "/api/characters");
  const auto* const alone = line_with(lines, "request_id", "mine-2");
  ASSERT_TRUE(alone);
  EXPECT_EQ(text(alone->at("trace_id")).size(), 32u) << "made where there is none";
}

TEST_F(observed, a_wrong_client_secret_is_told_once_with_what_to_do_and_shown_everywhere) {
  simulate(quick_simulator({"--world", "20"}));
  auto how = quick_budget();
  how["GUILDHALL_BATTLENET_CLIENT_SECRET"] = "wrong";
  auto& guildhall = serve(how);
  track(guildhall, sim().guilds().at(0));
  const auto ready = [&] { return ask(guildhall.admin_port(), {.target = "/ready"}); };
  eventually("it is shown", 20s, [&] {
    return ready().body.find("battlenet.client_secret") != std::string::npos;
  });
  EXPECT_EQ(ready().status, 200) << "reads can be answered";
  eventually("the guild's row says so", 20s, [&] {
    return db.number("select count(*) from tracked_guilds where last_error <> ''") == 1;
  });
  const auto status = command({"status"});
  EXPECT_NE(status.output.find("trouble: Battle.net refuses"), std::string::npos)
      << status.output;
  EXPECT_NE(
      scraped(guildhall).find("guildhall_battlenet_credentials_refused 1"), std::string::npos);
  // However often it is tried.
  eventually("the token was asked for again and again", 30s, [&] {
    return sim().book(0, "token").requests >= 3;
  });
  const auto log = guildhall.child().output();
  EXPECT_EQ(count_of("refuses battlenet.client_id", log), 1u) << log;
  EXPECT_EQ(count_of(" synced eu/", log), 0u) << log;
  EXPECT_EQ(guildhall.stop(), 0);
}

TEST_F(observed, a_client_secret_that_is_accepted_again_is_told_as_well) {
  simulate(quick_simulator({"--world", "20"}));
  sim().add_fault({{"match", "class:token"}, {"status", 401}});
  auto& guildhall = serve(quick_budget());
  const auto job = track(guildhall, sim().guilds().at(0));
  eventually("it is shown", 20s, [&] {
    return ask(guildhall.admin_port(), {.target = "/ready"}).body.find("trouble")
        != std::string::npos;
  });
  sim().clear_faults();
  await_job(guildhall, job, 90s);
  EXPECT_EQ(
      ask(guildhall.admin_port(), {.target = "/ready"}).body.find("trouble"),
      std::string::npos);
}

} // namespace guildhall::system_test
