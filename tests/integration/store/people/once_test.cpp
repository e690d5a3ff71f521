#include "domain/control.hpp"
#include "domain/events.hpp"
#include "domain/rosters.hpp"
#include "domain/sign_ups.hpp"
#include "domain/sync_port.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;

/// What is asked for under a key.
class once : public guild_people {
protected:
  static domain::request_key key(const std::string& name, char digest = 'a') {
    return {name, std::string(32, digest)};
  }
  domain::once<domain::add_roster>
  roster(const std::string& name, const std::string& key_name, char digest = 'a') {
    return {
        {by(master), guild, name},
        key(key_name, digest),
        [this](const domain::roster_row& row) {
          ++told;
          return domain::told_answer{201, "roster " + row.name};
        }};
  }
  std::int64_t rosters() {
    return count("select count(*) from rosters");
  }
  std::int64_t kept() {
    return count("select count(*) from kept_answers");
  }
  std::int64_t swept() {
    const auto report = db->ask(domain::sweep{200, 29 * 24h, std::nullopt});
    return report ? report->answers : -1;
  }

  std::atomic<int> told{0};
};

TEST_F(once, is_done_once_and_answered_alike) {
  const auto first = db->ask(roster("Raid", "k"));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->value.told.status, 201);
  EXPECT_EQ(first->value.told.body, "roster Raid");
  EXPECT_FALSE(first->tags.empty());
  db->exec("update rosters set name = 'Renamed'");
  const auto second = db->ask(roster("Raid", "k"));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->value.told.status, 201);
  EXPECT_EQ(second->value.told.body, "roster Raid") << "as the first time";
  EXPECT_TRUE(second->tags.empty());
  EXPECT_EQ(rosters(), 1);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(audited("roster.create", master), 1);
  ASSERT_TRUE(db->ask(roster("Raid", "K"))) << "another key";
  EXPECT_EQ(rosters(), 2);
}

TEST_F(once, is_not_for_another_request_with_the_same_key) {
  ASSERT_TRUE(db->ask(roster("Raid", "k")));
  const auto other = db->ask(roster("Other", "k", 'b'));
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->value.of_another);
  EXPECT_EQ(rosters(), 1);
  auto officers = roster("Theirs", "k", 'b');
  officers.what.by = by(officer);
  const auto theirs = db->ask(officers);
  ASSERT_TRUE(theirs);
  EXPECT_FALSE(theirs->value.of_another) << "keys are each user's own";
}

TEST_F(once, does_not_count_where_it_failed) {
  db->exec(
      "insert into rosters (guild_id, name) select " + std::to_string(guild.value)
      + ", 'R' || n from generate_series(1, 100) n");
  EXPECT_EQ(code_of(db->ask(roster("Raid", "k"))), ec::limit_reached);
  EXPECT_EQ(kept(), 0);
  db->exec("delete from rosters");
  EXPECT_EQ(code_of(db->ask(roster("Raid", "k"))), ec::none);
  EXPECT_EQ(rosters(), 1);
}

TEST_F(once, holds_for_two_that_arrive_together) {
  const auto other = db->connect();
  const auto watch = db->connect();
  std::future<std::string> late;
  const auto asked = roster("Raid", "k");
  run([&](store::session& s) {
    return s.transaction([&]() -> result<void> {
      EXPECT_TRUE(store::run(s, asked));
      late = std::async(std::launch::async, [&] {
        std::string body;
        test_database::run_on(*other, [&](store::session& theirs) {
          const auto second = store::run(theirs, asked);
          body = second ? second->value.told.body : second.error().message;
        });
        return body;
      });
      for (bool waits = false; !waits && late.wait_for(10ms) != std::future_status::ready;)
        test_database::run_on(*watch, [&](store::session& seen) {
          waits = !seen.exec_raw("select from pg_stat_activity where wait_event_type = 'Lock' "
                                 "and datname = current_database()")
                       .empty();
        });
      return {};
    });
  });
  EXPECT_EQ(late.get(), "roster Raid") << "the answer of the first, once it is there";
  EXPECT_EQ(rosters(), 1);
}

TEST_F(once, is_remembered_for_a_day) {
  ASSERT_TRUE(db->ask(roster("Raid", "k")));
  db->shift_clock(23h);
  EXPECT_EQ(swept(), 0);
  ASSERT_TRUE(db->ask(roster("Raid", "k")));
  EXPECT_EQ(rosters(), 1);
  db->shift_clock(2h);
  ASSERT_TRUE(db->ask(roster("Raid", "k"))) << "also before the sweep";
  EXPECT_EQ(rosters(), 2);
  db->shift_clock(25h);
  EXPECT_EQ(swept(), 1);
  EXPECT_EQ(kept(), 0);
}

TEST_F(once, goes_with_its_user) {
  ASSERT_TRUE(db->ask(roster("Raid", "k")));
  ASSERT_TRUE(run([&](store::session& s) { return store::forget_user(s, master.id); }));
  EXPECT_EQ(kept(), 0);
}

TEST_F(once, has_room_for_so_many_keys_of_one_user) {
  db->exec(
      "insert into kept_answers (user_id, key, digest, status, body) select "
      + std::to_string(master.id.value)
      + ", 'k' || n, sha256('x'), 200, '' from generate_series(1, 1000) n");
  const auto refused = db->ask(roster("Raid", "one more"));
  EXPECT_EQ(code_of(refused), ec::limit_reached);
  EXPECT_EQ(kept(), 1'000);
  EXPECT_EQ(rosters(), 0);
}

TEST_F(once, is_there_for_whatever_people_make) {
  domain::event_change raid;
  raid.title = "Raid night";
  raid.event_type = "Raid";
  raid.start_time = in(24h);
  raid.end_time = in(26h);
  event_id event;
  const domain::once<domain::add_event> made{
      {by(raider), guild, raid}, key("event"), [&](const domain::event_row& row) {
        event = row.id;
        return domain::told_answer{201, row.title};
      }};
  const domain::once<domain::add_event> again = made;
  ASSERT_TRUE(db->ask(made));
  ASSERT_TRUE(db->ask(again));
  EXPECT_EQ(count("select count(*) from events"), 1);
  const domain::once<domain::sign_up> joins{
      {by(raider), event, {"Confirmed", character(1'002), std::nullopt}},
      key("joins"),
      [](const domain::sign_up_row& row) {
        return domain::told_answer{201, row.status};
      }};
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(db->ask(joins)->value.told.body, "Confirmed");
  EXPECT_EQ(count("select count(*) from event_subscriptions"), 1);
}

} // namespace guildhall::test
