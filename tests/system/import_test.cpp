#include "tests/support/old_database.hpp"
#include "tests/system/support/world.hpp"

/// `guildhall import`, as the README tells how to use it.
namespace guildhall::system_test {

namespace {

class moving_in : public world {
protected:
  finished import() {
    return command({"import", old.dsn()});
  }
  /// Every row of every table.
  std::string everything() const {
    std::string out;
    for (const auto& table :
         db.rows("select tablename from pg_tables where schemaname = 'public' order by 1"))
      out += table[0] + '\n'
           + db.value(
               "select string_agg(x::text, E'\\n' order by x::text) from " + table[0] + " x")
           + '\n';
    return out;
  }

  database old{postgres.dsn(postgres.create_empty_database())};
};

void expect_told(const finished& done, const std::string& line) {
  EXPECT_NE(done.output.find(line), std::string::npos) << line << " is not in:\n"
                                                       << done.output;
}

} // namespace

TEST_F(moving_in, changes_nothing_when_it_is_run_again) {
  old.exec(std::string(test::old_migrated_tables));
  old.exec(std::string(test::old_migrated_rows));
  const auto too_early = import();
  EXPECT_NE(too_early.status, 0);
  expect_told(too_early, "run guildhall migrate first");

  ASSERT_EQ(command({"migrate"}).status, 0);
  const auto first = import();
  EXPECT_EQ(first.status, 0) << first.output;
  expect_told(first, "users: 3 read, 3 taken, 0 here already, 0 waiting, 0 not taken");
  expect_told(first, "roster 21: waits: its guild 11 was not fetched yet");
  expect_told(first, "events: 1 read, 1 taken");
  expect_told(first, "run this again");

  const auto before = everything();
  const auto second = import();
  EXPECT_EQ(second.status, 0) << second.output;
  expect_told(second, "users: 3 read, 0 taken, 3 here already");
  EXPECT_EQ(everything(), before);
}

TEST_F(moving_in, what_waits_for_the_sync_is_served_once_it_was_imported) {
  const auto guild = simulate(quick_simulator({"--world", "20"})).guilds().at(0);
  const auto who = sim().members(guild).at(0);
  old.exec(std::string(test::old_schema_tables));
  old.exec(
      "insert into users (id, battle_net_id, battletag) values (1, '501', 'Boss#1');"
      "insert into guilds (id, name, realm, region) values (10, "
      + quoted(guild.slug) + ", " + quoted(guild.realm) + ", " + quoted(guild.region)
      + "); insert into characters (id, user_id, name, realm, class, level, role) values (100, "
        "1, "
      + quoted(who.name) + ", " + quoted(who.realm)
      + ", 'Mage', 80, 'DPS');"
        "insert into events (id, title, event_type, start_time, end_time, created_by, "
        "guild_id) "
        "values (30, 'Wednesday raid', 'Raid', '2025-05-14 18:00', '2025-05-14 21:00', 1, 10);"
        "insert into event_subscriptions (event_id, user_id, character_id, status) "
        "values (30, 1, 100, 'confirmed')");
  ASSERT_EQ(command({"migrate"}).status, 0);
  expect_told(import(), "events: 1 read, 0 taken, 0 here already, 1 waiting");

  auto& guildhall = serve(quick_budget());
  eventually("the guild is mirrored", std::chrono::seconds{60}, [&] {
    return db.number("select count(*) from tracked_guilds where last_synced_at is not null")
        == 1;
  });
  const auto id = std::to_string(guild_id(guild));
  const auto events = [&] { return guildhall.data("/api/events/guild/" + id); };
  EXPECT_TRUE(events().as_array().empty()) << "and is remembered so";

  const auto second = command({"import"}, {{"GUILDHALL_IMPORT_DSN", old.dsn()}});
  EXPECT_EQ(second.status, 0) << second.output;
  expect_told(second, "events: 1 read, 1 taken");
  expect_told(second, "sign-ups: 1 read, 1 taken");
  eventually("the calendar is read anew", std::chrono::seconds{10}, [&] {
    return events().as_array().size() == 1;
  });
  const auto event = events().as_array().at(0);
  EXPECT_EQ(text(event.at("title")), "Wednesday raid");
  const auto signed_up = guildhall.data(
      "/api/events/" + std::to_string(event.at("id").to_number<std::int64_t>())
      + "/subscribers");
  ASSERT_EQ(signed_up.as_array().size(), 1);
  EXPECT_EQ(text(signed_up.as_array().at(0).at("character_name")), who.name);
}

TEST_F(moving_in, a_database_that_cannot_be_read_is_named_without_its_password) {
  ASSERT_EQ(command({"migrate"}).status, 0);
  const auto refused = command({"import", "postgresql://me:not-to-be-told@127.0.0.1:1/old"});
  EXPECT_NE(refused.status, 0);
  expect_told(refused, "the old");
  EXPECT_EQ(refused.output.find("not-to-be-told"), std::string::npos) << refused.output;
}

} // namespace guildhall::system_test
