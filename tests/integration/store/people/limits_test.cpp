#include "domain/events.hpp"
#include "domain/onboarding.hpp"
#include "domain/ranks.hpp"
#include "domain/rosters.hpp"
#include "domain/sign_ups.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;

/// What counts before it adds, while another does the same and has not committed yet.
class limits : public guild_people {
protected:
  /// The code of the second, which begins when the first has written.
  template <domain::operation First, domain::operation Second>
  ec beside(const First& first, const Second& second) {
    const auto other = db->connect();
    const auto watch = db->connect();
    std::future<ec> late;
    run([&](store::session& s) {
      return s.transaction([&]() -> result<void> {
        EXPECT_EQ(code_of(store::run(s, first)), ec::none);
        late = std::async(std::launch::async, [&] {
          ec code = ec::internal;
          test_database::run_on(*other, [&](store::session& theirs) {
            code = code_of(store::run(theirs, second));
          });
          return code;
        });
        await_waiting(*watch, late);
        return {};
      });
    });
    return late.get();
  }

  /// Until the other waits for a lock, or is done.
  void await_waiting(store::connection& watch, const std::future<ec>& late) {
    for (bool waits = false; !waits && late.wait_for(10ms) != std::future_status::ready;)
      test_database::run_on(watch, [&](store::session& seen) {
        waits = !seen.exec_raw("select from pg_stat_activity where wait_event_type = 'Lock' "
                               "and datname = current_database()")
                     .empty();
      });
  }

  domain::event_change raid() {
    domain::event_change out;
    out.title = "Raid night";
    out.event_type = "Raid";
    out.start_time = in(24h);
    out.end_time = *out.start_time + 2h;
    return out;
  }
  std::string text(guild_id id) {
    return std::to_string(id.value);
  }
};

TEST_F(limits, of_rosters_hold_for_two_writers_at_once) {
  db->exec(
      "insert into rosters (guild_id, name) select " + text(guild)
      + ", 'R' || n from generate_series(1, 99) n");
  EXPECT_EQ(
      beside(
          domain::add_roster{by(master), guild, "A"},
          domain::add_roster{by(master), guild, "B"}),
      ec::limit_reached);
  EXPECT_EQ(count("select count(*) from rosters"), 100);
}

TEST_F(limits, of_events_hold_for_two_writers_at_once) {
  db->exec(
      "insert into events (guild_id, title, event_type, start_time, end_time, created_by) "
      "select "
      + text(guild) + ", 'Raid', 'Raid', now(), now(), " + std::to_string(master.id.value)
      + " from generate_series(1, 1999) n");
  EXPECT_EQ(
      beside(
          domain::add_event{by(raider), guild, raid()},
          domain::add_event{by(officer), guild, raid()}),
      ec::limit_reached);
  EXPECT_EQ(count("select count(*) from events"), 2'000);
}

TEST_F(limits, of_one_authors_events_hold_for_two_requests_at_once) {
  db->exec(
      "insert into events (guild_id, title, event_type, start_time, end_time, created_by, "
      "created_at) select "
      + text(guild) + ", 'Raid', 'Raid', app_now(), app_now() + interval '1 h', "
      + std::to_string(raider.id.value)
      + ", app_now() - interval '2 days' from generate_series(1, 99) n");
  EXPECT_EQ(
      beside(
          domain::add_event{by(raider), guild, raid()},
          domain::add_event{by(raider), guild, raid()}),
      ec::limit_reached);
  EXPECT_EQ(count("select count(*) from events"), 100);
}

TEST_F(limits, of_an_events_places_hold_for_two_who_sign_up_at_once) {
  auto what = raid();
  what.max_participants = 1;
  const auto event = db->ask(domain::add_event{by(master), guild, what})->value.id;
  EXPECT_EQ(
      beside(
          domain::sign_up{by(raider), event, {"Confirmed", character(1'002), std::nullopt}},
          domain::sign_up{by(officer), event, {"Confirmed", character(1'001), std::nullopt}}),
      ec::conflict);
}

TEST_F(limits, of_a_rosters_places_hold_for_two_writers_at_once) {
  const auto roster = db->ask(domain::add_roster{by(master), guild, "A"})->value.id;
  db->exec(
      "insert into characters (region, realm_id, bnet_character_id, realm) select 'eu', 9, n, "
      "'stormrage' from generate_series(1, 999) n;"
      "insert into roster_members (roster_id, character_id) select "
      + std::to_string(roster.value) + ", id from characters where realm_id = 9");
  domain::roster_addition one;
  one.character = character(1'001);
  domain::roster_addition two;
  two.character = character(1'002);
  EXPECT_EQ(
      beside(
          domain::add_places{by(master), roster, {one}},
          domain::add_places{by(master), roster, {two}}),
      ec::limit_reached);
}

TEST_F(limits, of_a_version_hold_for_two_who_name_a_rank_that_was_not_there) {
  domain::rank_edit first;
  first.rank_id = 42;
  first.name = "First";
  auto second = first;
  second.name = "Second";
  EXPECT_EQ(
      beside(
          domain::set_rank{by(master, 0), guild, first},
          domain::set_rank{by(master, 0), guild, second}),
      ec::precondition_failed);
}

TEST_F(limits, of_tracked_guilds_hold_for_two_who_log_in_at_once) {
  db->exec(
      "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, name_slug) "
      "values ('eu', 1, 80001, 'stormrage', 'Other', 'other'), "
      "('eu', 1, 80002, 'stormrage', 'Third', 'third')");
  const auto logs_in = [&](const domain::standing& who, std::int64_t bnet) {
    const member own{.id = bnet, .name = bnet == 9'000 ? "One" : "Two"};
    domain::account_list list{domain::region::eu, {}};
    list.characters.push_back(
        {bnet_character_id{own.id}, own.name, {realm_id{1}, "stormrage", ""}, 80, 1});
    return domain::onboard{{who.id, {list}, true}, {.of_users = true, .max_guilds = 2}};
  };
  const auto a = logs_in(raider, 9'000);
  const auto b = logs_in(stranger, 9'001);
  ASSERT_TRUE(db->ask(a));
  ASSERT_TRUE(db->ask(b));
  db->exec("update characters c set candidate_id = g.id from guild_candidates g "
           "where g.bnet_guild_id = c.bnet_character_id - 9000 + 80001");
  EXPECT_EQ(beside(a, b), ec::none);
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 2);
}

} // namespace guildhall::test
