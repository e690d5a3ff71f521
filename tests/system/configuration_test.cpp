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

TEST_F(configuration, a_misspelt_variable_ends_every_command_with_the_name_that_is_meant) {
  const settings misspelt{{"GUILDHALL_BATTLENET_CLIENTID", "hidden"}};
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"serve"},
           {"migrate"},
           {"migrate", "--status"},
           {"check-config"},
           {"token", "--operator"},
           {"role", "1", "admin"},
           {"track", "eu", "a", "b"},
           {"untrack", "eu", "a", "b"},
           {"sync-now", "guild", "1"},
           {"pause"},
           {"resume"},
           {"status"},
           {"rederive"},
           {"forget", "user", "1"},
           {"import", "dbname=x"}}) {
    const auto refused = command(words, misspelt);
    EXPECT_EQ(refused.status, 2) << words.front() << '\n' << refused.output;
    EXPECT_NE(
        refused.output.find("did you mean GUILDHALL_BATTLENET_CLIENT_ID?"), std::string::npos)
        << words.front() << '\n'
        << refused.output;
    EXPECT_EQ(refused.output.find("hidden"), std::string::npos);
  }
}

TEST_F(configuration, a_secret_that_everybody_reads_is_warned_of_and_one_to_write_refused) {
  const auto keys = file("keys");
  std::ofstream{keys} << "a:0123456789abcdef0123456789abcdef\n";
  const settings from_file{
      {"GUILDHALL_AUTH_KEYS", ""}, {"GUILDHALL_AUTH_KEYS_FILE", keys.string()}};
  const auto mode = [&](unsigned bits) {
    std::filesystem::permissions(keys, static_cast<std::filesystem::perms>(bits));
  };
  mode(0666);
  expect_refusal(from_file, "chmod o= " + keys.string());
  mode(0644);
  const auto warned = command({"token", "--operator"}, from_file);
  EXPECT_EQ(warned.status, 0);
  EXPECT_NE(warned.output.find("warning"), std::string::npos) << warned.output;
  mode(0640);
  EXPECT_EQ(
      command({"token", "--operator"}, from_file).output.find("warning"), std::string::npos);
}

TEST_F(configuration, checking_it_claims_nothing_about_the_credentials) {
  const auto checked =
      command({"check-config"}, {{"GUILDHALL_BATTLENET_CLIENT_SECRET", "wrong"}});
  EXPECT_EQ(checked.status, 0) << checked.output;
  EXPECT_NE(checked.output.find("shows only when they are asked"), std::string::npos)
      << checked.output;
}

TEST_F(configuration, a_region_that_is_not_synced_is_refused_at_once_by_every_command) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  db.exec(
      "insert into guilds (region, realm_id, bnet_guild_id, realm, realm_name, name, name_key) "
      "values ('us', 1, 2, 'stormrage', 'Stormrage', 'Old', 'old');"
      "insert into tracked_guilds (region, realm, name_slug, requested_by, guild_id) "
      "select region, realm, name_key, 'x', id from guilds");
  const auto id = db.value("select id from guilds");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"track", "us", "stormrage", "my-guild"},
           {"sync-now", "guild", id},
           {"sync-now", "guild", "us/stormrage/old"}}) {
    const auto refused = command(words);
    EXPECT_EQ(refused.status, 1) << words.front();
    EXPECT_NE(
        refused.output.find("The region us is not synced here: battlenet.regions has eu"),
        std::string::npos)
        << refused.output;
  }
  EXPECT_EQ(db.number("select count(*) from jobs"), 0);
  EXPECT_EQ(command({"untrack", "us", "stormrage", "old"}).status, 0);
  EXPECT_EQ(command({"forget", "guild", "us", "stormrage", "Old"}).status, 0);
  EXPECT_EQ(db.value("select name from guilds"), "");
}

TEST_F(configuration, guilds_are_named_as_people_write_them) {
  auto& guildhall = serve(quick_budget());
  const auto guild = sim().guilds().at(0);
  eventually("the realms are known", std::chrono::seconds{20}, [&] {
    return db.number("select count(*) from realms") > 0;
  });
  const auto realm =
      db.value("select names ->> 0 from realms where slug = " + quoted(guild.realm));
  const auto name = text(sim().get("world").at("guilds").at(0).at("name"));
  const auto is_fine = [&](const std::vector<std::string>& words) {
    const auto done = command(words);
    EXPECT_EQ(done.status, 0) << words.front() << ": " << done.output;
    return done.output;
  };
  EXPECT_NE(is_fine({"track", "EU", realm, name}).find(guild.path()), std::string::npos);
  eventually("the guild is known", std::chrono::seconds{20}, [&] {
    return db.number("select count(*) from tracked_guilds where guild_id is not null") == 1;
  });
  await_idle();
  EXPECT_NE(
      is_fine({"sync-now", "guild", "eu", realm, name}).find("queued"), std::string::npos);
  EXPECT_NE(is_fine({"status", "eu", realm, name}).find(guild.path()), std::string::npos);
  EXPECT_NE(
      is_fine({"status", "eu/" + realm + '/' + name}).find(guild.path()), std::string::npos);
  await_idle();

  // Misspelt: the names that come near.
  const auto wrong = guild.slug.substr(0, guild.slug.size() - 1);
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"untrack", "eu", realm, wrong},
           {"status", "eu", realm, wrong},
           {"sync-now", "guild", "eu", realm, wrong},
           {"forget", "guild", "eu", realm, wrong}}) {
    const auto refused = command(words);
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("there: " + guild.slug), std::string::npos) << refused.output;
  }
  const auto no_realm = command({"track", "eu", realm + "x", name});
  EXPECT_EQ(no_realm.status, 1);
  EXPECT_NE(no_realm.output.find("the nearest are " + guild.realm), std::string::npos)
      << no_realm.output;
  is_fine({"track", "eu", realm, wrong});
  eventually("it is not there", std::chrono::seconds{20}, [&] {
    return db.value("select state from tracked_guilds where name_slug = " + quoted(wrong))
        == "not_found";
  });
  const auto seen = is_fine({"status", "eu", realm, wrong});
  EXPECT_NE(
      seen.find(
          "There is no guild " + wrong + " on the realm " + guild.realm
          + " (eu); known there: " + guild.slug),
      std::string::npos)
      << seen;
  EXPECT_EQ(seen.find("404"), std::string::npos) << seen;
  is_fine({"untrack", "eu", realm, wrong});
  is_fine({"untrack", "eu", realm, name});
  is_fine({"forget", "guild", "eu", realm, name});
  EXPECT_EQ(db.value("select name from guilds"), "");
  EXPECT_EQ(guildhall.stop(), 0);
}

TEST_F(configuration, what_is_no_name_is_refused_and_printed_safely) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  for (const auto& odd :
       {std::string{}, std::string{" "}, std::string(100'000, 'x'), std::string{"a\nb\x1b[2J"},
        std::string{"\xff\xfe"}, std::string{"'; drop"}})
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"track", odd, "stormrage", "a"},
             {"track", "eu", "stormrage", odd},
             {"track", "eu", odd, "a"},
             {"untrack", "eu", odd, odd},
             {"status", "eu", odd, odd},
             {"sync-now", "guild", odd},
             {"sync-now", "character", "eu", "stormrage", odd},
             {"forget", "guild", "eu", "stormrage", odd},
             {"forget", "user", odd}}) {
      const auto refused = command(words);
      EXPECT_GT(refused.status, 0) << words.front();
      EXPECT_LT(refused.status, 126) << words.front();
      EXPECT_LT(refused.output.size(), 1'000u);
      EXPECT_EQ(refused.output.find_first_of("\x1b\xff"), std::string::npos) << refused.output;
    }
  EXPECT_EQ(db.number("select count(*) from tracked_guilds"), 0);
}

TEST_F(configuration, without_keys_to_sign_with_it_does_not_start) {
  expect_refusal({{"GUILDHALL_AUTH_KEYS", ""}}, "auth.keys: not set");
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
  expect_refusal(
      {{"GUILDHALL_BATTLENET_OAUTH_HOST", "http://127.0.0.1:9"}}, "use another database");
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
