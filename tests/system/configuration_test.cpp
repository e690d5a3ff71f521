#include "tests/system/support/world.hpp"

#include <atomic>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

/// How guildhall starts, refuses to start, and stands a database that comes and goes.
namespace guildhall::system_test {

namespace {

class configuration : public world {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--world", "20"}));
  }

  /// Starts `serve` and expects it to end by itself, saying so.
  void expect_refusal(const settings& overrides, const std::string& sentence) {
    const auto refused = command({"serve"}, overrides);
    EXPECT_NE(refused.status, 0);
    EXPECT_LT(refused.status, 126) << "ended by a signal";
    EXPECT_NE(refused.output.find(sentence), std::string::npos) << refused.output;
  }
};

} // namespace

TEST_F(configuration, a_wrong_password_or_an_unknown_database_ends_the_start_with_a_sentence) {
  const auto migrated = postgres.create_database(); // and with it the guarded user
  expect_refusal(
      {{"GUILDHALL_DATABASE_DSN", postgres.guarded_dsn(migrated, "wrong")}},
      "the database refuses our user or password");
  expect_refusal(
      {{"GUILDHALL_DATABASE_DSN", postgres.dsn("nowhere")}}, "the database does not exist");
}

TEST_F(configuration, a_schema_that_does_not_fit_ends_the_start_whoever_migrates) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  const auto change = [&](const std::string& sql) { db.exec(sql); };
  for (const auto* migrates : {"true", "false"}) {
    const settings how{{"GUILDHALL_DATABASE_MIGRATE_ON_START", migrates}};
    change("insert into schema_migrations (version, name, checksum, release, applied_at) "
           "values (9999, 'later', 'x', 9, now())");
    expect_refusal(how, "the database is at release 9");
    change("delete from schema_migrations where version = 9999;"
           "update schema_migrations set checksum = 'x' || checksum where version = 1");
    expect_refusal(how, "was changed after it had been applied");
    change("update schema_migrations set checksum = substr(checksum, 2) where version = 1");
  }
  change("delete from schema_migrations where version = (select max(version) from "
         "schema_migrations)");
  expect_refusal(
      {{"GUILDHALL_DATABASE_MIGRATE_ON_START", "false"}}, "run guildhall migrate first");
}

TEST_F(configuration, every_mistake_in_the_file_is_named_at_once) {
  const auto wrong = file("wrong.toml");
  std::ofstream{wrong} << "[http]\nport = 99999\nprot = 1\n[sync]\nlease = \"soon\"\n";
  const auto refused = command(
      {"serve"}, {{"GUILDHALL_CONFIG", wrong.string()},
                  {"GUILDHALL_HTTP_PORT", ""}, // as good as not set
                  {"GUILDHALL_HTTP_IO_THREADS", "many"}});
  EXPECT_EQ(refused.status, 2);
  for (const auto* name : {"http.port", "http.prot", "sync.lease", "http.io_threads"})
    EXPECT_NE(refused.output.find(name), std::string::npos) << name << " is not named:\n"
                                                            << refused.output;
}

TEST_F(configuration, a_document_that_there_is_not_is_named_and_ends_the_start) {
  expect_refusal({{"GUILDHALL_SYNC_DOCUMENTS", "imaginary"}}, "sync.documents: \"imaginary\"");
}

TEST_F(configuration, optional_documents_are_mirrored_and_shown_where_they_are_switched_on) {
  const auto address = sim().guilds().at(0);
  auto& without = serve(quick_budget());
  mirror(without, address);
  EXPECT_EQ(sim().book(0, "raids").requests, 0);
  EXPECT_EQ(without.stop(), 0);
  auto switched_on = quick_budget();
  switched_on["GUILDHALL_SYNC_DOCUMENTS"] = "raids";
  auto& guildhall = serve(switched_on);
  refresh(guildhall, guild_id(address));
  const auto raider = db.value("select min(id) from characters where raid_kills <> '[]'");
  ASSERT_NE(raider, "");
  const auto target = "/api/characters/" + raider;
  EXPECT_EQ(guildhall.api(target).body.find("raid_kills"), std::string::npos);
  EXPECT_NE(
      guildhall.api(target + "?fields=full").body.find(R"("documents":{"raid_kills":[{)"),
      std::string::npos);
}

TEST_F(configuration, a_database_of_another_upstream_is_refused) {
  EXPECT_EQ(serve(quick_budget()).stop(), 0);
  expect_refusal(
      {{"GUILDHALL_BATTLENET_API_HOSTS", "eu=https://eu.api.blizzard.com"}},
      "use another database");
}

TEST_F(configuration, a_port_that_is_taken_ends_the_start_with_a_sentence) {
  auto& first = serve(quick_budget());
  expect_refusal(
      {{"GUILDHALL_HTTP_PORT", std::to_string(first.port())}}, std::to_string(first.port()));
  expect_refusal(
      {{"GUILDHALL_ADMIN_PORT", std::to_string(first.admin_port())}},
      std::to_string(first.admin_port()));
  EXPECT_EQ(first.probe("/ready"), 200);
}

TEST_F(configuration, a_database_that_is_down_is_waited_for) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  const auto minted = command({"token", "--admin", "--user", "Tester#1234"}).output;
  const std::map<std::string, std::string> token{
      {"Authorization", "Bearer " + minted.substr(0, minted.find('\n'))}};
  postgres.stop();
  auto& guildhall = launch(quick_budget());
  eventually("guildhall lives", std::chrono::seconds{10}, [&] {
    return guildhall.probe("/live") == 200;
  });
  EXPECT_EQ(guildhall.probe("/ready"), 503);
  const auto read = guildhall.api("/api/guilds/id/1", token);
  EXPECT_TRUE(read.status == 503 || read.status == 504) << read.status;
  EXPECT_FALSE(read.header("retry-after").empty());

  postgres.start();
  guildhall.await_ready(std::chrono::seconds{10});
  mirror(guildhall, sim().guilds().at(0));
  expect_mirrored(sim().guilds().at(0));
}

TEST_F(configuration, commands_work_on_the_same_database_as_the_service) {
  const auto guild = sim().guilds().at(0);
  EXPECT_EQ(command({"migrate"}).status, 0);
  EXPECT_NE(command({"migrate", "--status"}).output.find("applied"), std::string::npos);
  EXPECT_EQ(command({"track", "eu", guild.realm, guild.slug}).status, 0);
  auto& guildhall = serve(quick_budget()); // finds what was asked for while it was not there
  eventually("the guild is mirrored", std::chrono::seconds{20}, [&] {
    return db.number("select count(*) from characters where last_synced_at is not null") > 0;
  });
  await_idle();
  expect_mirrored(guild);
  const auto seen = command({"status"});
  EXPECT_EQ(seen.status, 0);
  EXPECT_NE(seen.output.find(guild.path()), std::string::npos) << seen.output;

  // A running service hears of a command through the database.
  EXPECT_EQ(command({"pause"}).status, 0);
  sim().post(
      "world/join",
      boost::json::object{{"guild", guild.realm + '/' + guild.slug}, {"name", "Newcomer"}});
  const auto mark = sim().now_ms();
  EXPECT_EQ(command({"sync-now", "guild", guild.path()}).status, 0);
  EXPECT_TRUE(guildhall.admin("GET", "/status").json().at("data").at("paused").as_bool());
  EXPECT_EQ(sim().book(mark, "roster").requests, 0);
  EXPECT_EQ(command({"resume"}).status, 0);
  eventually("the newcomer is there", std::chrono::seconds{20}, [&] {
    return db.number(
               "select count(*) from characters where name = 'Newcomer' and last_synced_at is "
               "not null")
        == 1;
  });
  EXPECT_EQ(command({"rederive", "--all"}).status, 0);
  EXPECT_EQ(command({"untrack", "eu", guild.realm, guild.slug}).status, 0);
  EXPECT_EQ(db.number("select count(*) from tracked_guilds"), 0);
  EXPECT_NE(command({"untrack", "eu", guild.realm, guild.slug}).status, 0);
  EXPECT_NE(command({"track", "eu", guild.realm, "not a slug!"}).status, 0);
}

TEST_F(configuration, a_restart_of_the_database_under_load_answers_503_and_504_at_worst) {
  auto& guildhall = serve(quick_budget());
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  const auto base = "/api/guilds/" + std::to_string(guild);
  const auto db_name = db.value("select current_database()");
  guildhall.api(base + "/members");

  std::atomic<bool> over{false};
  std::atomic<int> good{0};
  std::atomic<int> late{0};
  std::atomic<int> odd{0};
  std::atomic<int> dead{0};
  {
    std::vector<std::jthread> readers;
    for (const auto* what : {"/freshness", "/members", "/freshness"})
      readers.emplace_back([&, target = base + what] {
        while (!over) {
          const auto answer = guildhall.api(target);
          if (answer.status == 200)
            ++good;
          else if (
              (answer.status == 503 || answer.status == 504)
              && !answer.header("retry-after").empty())
            ++late;
          else
            ++odd;
          if (guildhall.probe("/live") != 200)
            ++dead;
        }
      });
    const at_end finish{[&] { over = true; }};
    eventually("there is load", std::chrono::seconds{10}, [&] { return good > 50; });
    postgres.stop();
    eventually("the database is missed", std::chrono::seconds{20}, [&] { return late > 0; });
    eventually("it is not ready", std::chrono::seconds{10}, [&] {
      return guildhall.probe("/ready") == 503;
    });
    postgres.start();
    eventually("reads work again", std::chrono::seconds{20}, [&] {
      return guildhall.api(base + "/freshness").status == 200;
    });
    guildhall.await_ready();

    const auto late_before = late.load();
    postgres.terminate_backends(db_name);
    const auto good_before = good.load();
    eventually(
        "reads work again", std::chrono::seconds{10}, [&] { return good > good_before + 50; });
    std::cout << late - late_before << " late answers after every backend was terminated\n";
    over = true;
  }
  EXPECT_EQ(odd, 0) << "an answer that is none of 200, 503 and 504 with Retry-After";
  EXPECT_EQ(dead, 0) << "it was not live all the time";
}

} // namespace guildhall::system_test
