#include "domain/control.hpp"
#include "store/import/import.hpp"
#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/mirror.hpp"
#include "tests/support/old_database.hpp"

#include <algorithm>
#include <map>

namespace guildhall::test {

using namespace std::chrono_literals;

/// An old database beside guildhall's own.
class import_old : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (db)
      old_name = postgres_cluster::shared().create_empty_database();
  }
  void TearDown() override {
    old_connection.reset();
    if (!old_name.empty())
      postgres_cluster::shared().drop_database(old_name);
  }

  store::connection_options old_options() const {
    store::connection_options how = db->options();
    how.dsn = postgres_cluster::shared().dsn(old_name);
    return how;
  }
  void in_old(std::string_view sql) {
    if (!old_connection)
      old_connection = store::connection::open(old_options()).value();
    test_database::run_on(
        *old_connection, [&](store::session& s) { s.exec_raw(std::string(sql)); });
  }

  std::vector<domain::region> synced{domain::region::eu};

  result<store::import_report> try_import() {
    lines.clear();
    auto how = old_options();
    how.read_only = true;
    auto old = store::connection::open(how);
    const auto own = db->connect();
    return store::import_old_database(
        **old, *own, synced, std::chrono::steady_clock::now() + 60s,
        [this](const std::string& line) { lines.push_back(line); });
  }
  /// What became of each table's rows: "taken/here/waiting/left".
  std::map<std::string, std::string> take_over() {
    const auto report = try_import();
    EXPECT_TRUE(report) << report.error().message;
    std::map<std::string, std::string> out;
    if (report)
      for (const auto& table : report->counts) {
        EXPECT_EQ(table.read, table.taken + table.here + table.waiting + table.left);
        out[std::string(table.what)] =
            std::to_string(table.taken) + '/' + std::to_string(table.here) + '/'
            + std::to_string(table.waiting) + '/' + std::to_string(table.left);
      }
    return out;
  }
  bool told(const std::string& beginning, const std::string& part = {}) const {
    return std::ranges::any_of(lines, [&](const auto& line) {
      return line.starts_with(beginning) && line.find(part) != std::string::npos;
    });
  }
  std::string all_lines() const {
    std::string out;
    for (const auto& line : lines)
      out += line + '\n';
    return out;
  }
  /// Every row of every table.
  std::string everything() {
    db->exec(
        "create or replace function everything() returns text language plpgsql as $$"
        " declare t text; part text; out text := ''; begin"
        "  for t in select tablename from pg_tables where schemaname = 'public' order by 1 loop"
        "    execute format('select string_agg(x::text, E''\\n'' order by x::text) from %I x', "
        "t)"
        "      into part;"
        "    out := out || t || E'\\n' || coalesce(part, '') || E'\\n';"
        "  end loop; return out; end $$");
    return scalar("select everything()");
  }

  const std::vector<member> both_members{
      {.id = 1'000, .name = "Bossina", .rank = 0}, {.id = 1'001, .name = "Playerina"}};
  std::string old_name;
  std::unique_ptr<store::connection> old_connection;
  std::vector<std::string> lines;
};

TEST_F(import_old, takes_what_the_migrated_tables_hold) {
  in_old(old_migrated_tables);
  in_old(old_migrated_rows);
  const auto counts = take_over();
  EXPECT_EQ(counts.at("users"), "3/0/0/0") << all_lines();
  EXPECT_EQ(counts.at("guilds"), "2/0/0/0") << all_lines();
  EXPECT_EQ(counts.at("custom rank names"), "1/2/1/0") << all_lines();
  EXPECT_EQ(counts.at("rosters"), "1/0/1/0") << all_lines();
  EXPECT_EQ(counts.at("roster places"), "2/0/2/0") << all_lines();
  EXPECT_EQ(counts.at("events"), "1/0/0/0") << all_lines();
  EXPECT_EQ(counts.at("sign-ups"), "0/0/0/0");
  EXPECT_TRUE(told("sign-ups: none can be read"));

  EXPECT_EQ(
      scalar("select string_agg(concat_ws(' ', bnet_account_id, battletag, region, role), ', ' "
             "order by id) from users"),
      "501 Boss#1 eu admin, 502 Player#2 eu user, 503 Lead#3 guild_leader");
  EXPECT_TRUE(told("user 1", "is an admin here now"));
  EXPECT_TRUE(told("user 3", "without its region \"cn\""));
  EXPECT_EQ(
      scalar(
          "select string_agg(concat_ws('/', region, realm, name_slug), ', ' order by id) from "
          "tracked_guilds"),
      "eu/stormrage/avalerion, eu/stormrage/never-fetched");
  EXPECT_EQ(
      scalar(
          "select concat_ws(' ', region, realm_id, bnet_guild_id, realm, name, name_key) from "
          "guilds"),
      "eu 1 70001 stormrage Avalerion avalerion");
  EXPECT_EQ(
      scalar("select string_agg(rank_id || ' ' || rank_name || ' ' || is_custom, ', ') from "
             "ranks"),
      "1 Warlord true");
  EXPECT_EQ(
      scalar(
          "select string_agg(concat_ws(' ', r.name, c.realm_id, c.bnet_character_id, c.realm, "
          "c.name, c.name_key, m.role), ', ' order by c.id) from roster_members m join rosters "
          "r on r.id = m.roster_id join characters c on c.id = m.character_id"),
      "Mythic 1 1000 stormrage Master master Tank, Mythic 2 1001 area-52 Écho écho Healer")
      << "a realm's id is in the roster, too";
  EXPECT_TRUE(told("character 102 in roster 20", "eu/nobody-knows/nameless")) << all_lines();
  EXPECT_EQ(scalar("select created_at at time zone 'UTC' from rosters"), "2025-01-02 03:04:05");
  EXPECT_EQ(
      scalar("select concat_ws('|', title, description, event_type, start_time = end_time, "
             "start_time at time zone 'UTC', created_by = (select id from users where "
             "bnet_account_id = 501), discord_message_id) from events"),
      "Wednesday raid||Special|t|2025-05-14 18:00:00|t|123456");
}

TEST_F(import_old, makes_nobody_an_owner_and_takes_no_token) {
  in_old(old_migrated_tables);
  in_old(old_migrated_rows);
  take_over();
  EXPECT_EQ(count("select count(*) from characters where user_id is not null"), 0);
  EXPECT_EQ(count("select count(*) from guilds where leader_id is not null"), 0);
  EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 0);
  EXPECT_EQ(everything().find("plain-old-token"), std::string::npos);
}

TEST_F(import_old, changes_nothing_when_it_is_run_again) {
  for (const auto& [tables, rows] :
       {std::pair{old_migrated_tables, old_migrated_rows}, {old_odd_tables, old_odd_rows}}) {
    in_old("drop schema public cascade; create schema public");
    in_old(tables);
    in_old(rows);
    db.emplace();
    take_over();
    const auto before = everything();
    const auto second = take_over();
    EXPECT_EQ(everything(), before);
    for (const auto& [table, counts] : second)
      EXPECT_TRUE(counts.starts_with("0/")) << table << ' ' << counts;
  }
}

TEST_F(import_old, what_waited_is_taken_once_the_sync_has_been_there) {
  in_old(old_schema_tables);
  in_old(old_schema_rows);
  auto counts = take_over();
  EXPECT_EQ(counts.at("users"), "2/0/0/0");
  EXPECT_EQ(counts.at("guilds"), "1/0/0/0");
  EXPECT_EQ(counts.at("events"), "0/0/1/0") << all_lines();
  EXPECT_EQ(counts.at("sign-ups"), "0/0/2/0") << all_lines();
  EXPECT_TRUE(told("rosters: none can be read"));
  EXPECT_TRUE(told("event 30: waits: its guild 10 was not fetched yet")) << all_lines();

  scan(both_members, 1);
  counts = take_over();
  EXPECT_EQ(counts.at("users"), "0/2/0/0");
  EXPECT_EQ(counts.at("events"), "1/0/0/0") << all_lines();
  EXPECT_EQ(counts.at("sign-ups"), "2/0/0/0") << all_lines();
  EXPECT_EQ(
      scalar("select concat_ws('|', title, description, event_type, start_time at time zone "
             "'UTC', "
             "end_time at time zone 'UTC', max_participants, event_details) from events"),
      "Wednesday raid|Bring food|Raid|2025-05-14 18:00:00|2025-05-14 21:30:00|20|"
      "{\"difficulty\": \"Mythic\"}");
  EXPECT_EQ(
      scalar("select string_agg(concat_ws(' ', u.battletag, c.name, s.status), ', ' order by "
             "s.id) "
             "from event_subscriptions s join users u on u.id = s.user_id join characters c on "
             "c.id = s.character_id"),
      "Boss#1 Bossina Confirmed, Player#2 Playerina Tentative");
  EXPECT_EQ(
      scalar(
          "select created_at at time zone 'UTC' from event_subscriptions order by id limit 1"),
      "2025-05-10 10:00:00");
}

TEST_F(import_old, the_sync_goes_on_with_the_imported_rows) {
  in_old(old_migrated_tables);
  in_old(old_migrated_rows);
  in_old("delete from guilds where id = 11");
  take_over();
  scan({{.id = 1'000, .name = "Master", .rank = 0}}, 1);
  EXPECT_EQ(count("select count(*) from guilds"), 1);
  EXPECT_EQ(
      scalar("select string_agg(c.name || ' ' || (m.id is not null), ', ' order by c.id) from "
             "characters c left join guild_members m on m.character_id = c.id"),
      "Master true, Écho false");
  EXPECT_EQ(events("joined"), 0) << "the first scan of a guild logs no joins";
  EXPECT_EQ(
      scalar("select string_agg(rank_name, ', ' order by rank_id) from ranks"),
      "Guild Master, Warlord");
}

TEST_F(import_old, leaves_what_people_changed_here_and_takes_what_is_new) {
  in_old(old_odd_tables);
  in_old(old_odd_rows);
  take_over();
  db->exec("update rosters set name = 'Renamed here' where id = (select min(id) from rosters)");
  db->exec("delete from roster_members");
  db->exec("delete from event_subscriptions");
  db->exec("delete from events where title = 'Dungeon'");
  db->exec("update ranks set rank_name = 'Named here'");
  db->exec("update users set role = 'user', battletag = 'New#1'");
  db->exec("update tracked_guilds set interval_s = 77");
  ASSERT_TRUE(db->ask(domain::untrack{{domain::region::eu, "ревущий-фьорд", "экзорсус"}}));
  const auto before = everything();
  take_over();
  EXPECT_EQ(everything(), before);

  in_old("insert into event_subscriptions values (50, 30, 2, 100, 'Confirmed', null),"
         " (51, 32, 1, 100, 'Confirmed', null)");
  in_old("insert into rosters values (25, 10, 'New', null)");
  in_old("update rosters set name = 'Changed there' where id = 20");
  const auto counts = take_over();
  EXPECT_EQ(counts.at("rosters"), "1/2/0/2");
  EXPECT_EQ(counts.at("sign-ups"), "1/3/0/8") << all_lines();
  EXPECT_TRUE(told("sign-up 51: not taken: its event 32 was deleted here")) << all_lines();
  EXPECT_EQ(
      scalar("select string_agg(name, ', ' order by id) from rosters where name !~ '^x'"),
      "Renamed here, New");
}

TEST_F(import_old, says_of_each_odd_row_what_became_of_it) {
  in_old(old_odd_tables);
  in_old(old_odd_rows);
  const auto counts = take_over();
  EXPECT_EQ(counts.at("users"), "3/1/0/2");
  EXPECT_EQ(counts.at("guilds"), "3/1/0/3");
  EXPECT_EQ(counts.at("custom rank names"), "1/1/0/4");
  EXPECT_EQ(counts.at("rosters"), "2/0/0/2");
  EXPECT_EQ(counts.at("roster places"), "2/1/0/7");
  EXPECT_EQ(counts.at("events"), "2/0/0/3");
  EXPECT_EQ(counts.at("sign-ups"), "2/1/0/7");

  EXPECT_TRUE(told("user 3: is here already", "stays admin"));
  EXPECT_TRUE(told("user 4: not taken", "\"abc\""));
  EXPECT_TRUE(told("user 5: not taken", "null"));
  EXPECT_TRUE(told("guild 12: not taken", "\"cn\""));
  EXPECT_TRUE(told("guild 13: not taken"));
  EXPECT_TRUE(told("guild 14: not taken"));
  EXPECT_TRUE(told("guild 15: taken", "excluded from sync"));
  EXPECT_EQ(
      scalar(
          "select string_agg(realm || '/' || name_slug, ', ' order by id) from tracked_guilds"),
      "stormrage/avalerion, ревущий-фьорд/экзорсус");
  EXPECT_TRUE(told("rank 77 of guild 10: not taken"));
  EXPECT_TRUE(told("rank 1 of guild ?: not taken"));
  EXPECT_TRUE(told("rank 1 of guild 12: not taken: its guild 12 was not taken"));
  EXPECT_TRUE(told("rank 1 of guild 11: is here already"));
  EXPECT_TRUE(told("roster 22: not taken: it belongs to no guild"));
  EXPECT_TRUE(told("roster 23: not taken: its guild 99 was not taken"));
  EXPECT_EQ(
      scalar("select string_agg(left(name, 20) || char_length(name), ', ' order by id) from "
             "rosters"),
      "Roster 209, xxxxxxxxxxxxxxxxxxxx50");
  EXPECT_TRUE(told("character 101 in roster 20: not taken", "region"));
  EXPECT_TRUE(told("character 102 in roster 20: not taken", "no name"));
  EXPECT_TRUE(told("character 104 in roster 20: not taken", "somebody else"));
  EXPECT_TRUE(told("character 999 in roster 20: not taken", "not in the old database"));
  EXPECT_TRUE(told("character ? in roster 21: not taken"));
  EXPECT_TRUE(told("event 31: not taken: it belongs to no guild"));
  EXPECT_TRUE(told("event 33: not taken", "no time"));
  EXPECT_EQ(
      scalar("select string_agg(concat_ws('|', title, char_length(description), event_type, "
             "start_time at time zone 'UTC', end_time - start_time, created_by is null, "
             "coalesce(max_participants::text, '-'), event_details is null), ', ' order by id) "
             "from "
             "events"),
      "Special: MC|1000|Special|2025-05-14 18:00:00|00:00:00|t|-|t, "
      "Dungeon|0|Dungeon|2025-05-14 16:00:00|00:00:00|f|5|t");
  EXPECT_TRUE(told("sign-up 41: is here already"));
  EXPECT_TRUE(told("sign-up 42: not taken", "\"maybe\""));
  EXPECT_TRUE(told("sign-up 43: not taken: it names no character"));
  EXPECT_TRUE(told("sign-up 44: not taken: its user 4 was not taken"));
  EXPECT_TRUE(told("sign-up 45: not taken"));
  EXPECT_TRUE(told("sign-up 46: not taken: its event 33 was not taken"));
  EXPECT_TRUE(told("sign-up 48: not taken", "null"));
  EXPECT_TRUE(told("sign-up 49: not taken: it belongs to no user"));
}

TEST_F(import_old, a_guild_of_a_region_that_is_not_synced_waits_for_it) {
  in_old(old_migrated_tables);
  in_old(old_migrated_rows);
  synced = {domain::region::us};
  EXPECT_EQ(take_over().at("guilds"), "0/0/2/0") << all_lines();
  EXPECT_TRUE(told("guild 10: waits", "battlenet.regions has us")) << all_lines();
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 0);
  EXPECT_EQ(count("select count(*) from jobs"), 0);
  EXPECT_EQ(count("select count(*) from rosters"), 1) << "what people wrote is taken";
  synced.push_back(domain::region::eu);
  EXPECT_EQ(take_over().at("guilds"), "2/0/0/0") << all_lines();
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 2);
}

TEST_F(import_old, a_guild_of_a_realm_that_there_is_not_is_left_and_the_others_are_taken) {
  in_old(old_migrated_tables);
  in_old(old_migrated_rows);
  in_old("insert into guilds (id, name, realm, region) values (90, 'Lost', 'stormrag', 'eu')");
  ASSERT_TRUE(db->ask(domain::set_realms{
      domain::region::eu, {{realm_id{1}, "stormrage", {"Stormrage"}}}, true}));
  EXPECT_EQ(take_over().at("guilds"), "2/0/0/1") << all_lines();
  EXPECT_TRUE(told("guild 90: not taken", "the nearest are stormrage")) << all_lines();
}

TEST_F(import_old, does_not_bring_back_who_was_forgotten) {
  in_old(old_schema_tables);
  in_old(old_schema_rows);
  take_over();
  scan(both_members, 1);
  ASSERT_TRUE(db->run([&](store::session& s) {
    return store::forget_user(
        s, user_id{count("select id from users where bnet_account_id = 501")});
  }));
  ASSERT_TRUE(db->run([&](store::session& s) {
    return store::forget_character(
        s, character_id{count("select id from characters where bnet_character_id = 1001")});
  }));
  const auto counts = take_over();
  EXPECT_EQ(counts.at("users"), "0/1/0/1") << all_lines();
  EXPECT_EQ(counts.at("sign-ups"), "0/0/1/1") << all_lines();
  EXPECT_TRUE(told("sign-up 40: not taken: its user 1 was forgotten here")) << all_lines();
  EXPECT_EQ(count("select count(*) from users"), 1);
  EXPECT_EQ(columns_with("playerina"), "");
}

TEST_F(import_old, reads_large_tables_in_batches) {
  in_old(old_schema_tables);
  in_old("insert into users (battle_net_id, battletag) select n, 'Player#' || n from "
         "generate_series(1, 1234) n");
  EXPECT_EQ(take_over().at("users"), "1234/0/0/0");
  EXPECT_EQ(count("select count(*) from users"), 1'234);
}

TEST_F(import_old, takes_one_old_database_only) {
  in_old(old_schema_tables);
  in_old("insert into users (id, battle_net_id, battletag) values (1, '501', 'Boss#1')");
  take_over();
  in_old("update users set battle_net_id = '777'");
  const auto again = try_import();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ec::conflict);
  EXPECT_EQ(count("select count(*) from users where bnet_account_id = 777"), 0);
}

TEST_F(import_old, fails_where_nothing_can_be_read) {
  const auto nothing = try_import();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ec::validation);

  in_old("create table users (id integer, name text); create table guilds (name text)");
  EXPECT_FALSE(try_import()) << "tables of these names, but without what is needed";

  in_old("create table tracked_guilds (id integer); create table sync_queue (id integer)");
  const auto own = try_import();
  ASSERT_FALSE(own);
  EXPECT_NE(own.error().message.find("database of guildhall"), std::string::npos);
}

} // namespace guildhall::test
