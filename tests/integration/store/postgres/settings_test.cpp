#include "store/mirror/rederive.hpp"
#include "store/people/users.hpp"
#include "store/postgres/change_feed.hpp"
#include "store/postgres/upstream.hpp"
#include "tests/integration/store/mirror.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <algorithm>
#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;

class budget : public mirror {
protected:
  domain::budget_loan borrow(
      const std::string& instance, double rate, std::int64_t wanted, std::int64_t people = 0,
      std::int64_t unspent = 0) {
    const auto loan = db->ask(domain::borrow_budget{
        instance, {rate, wanted, people}, {.rate = 80, .per_hour = 1'000}, unspent});
    EXPECT_TRUE(loan) << loan.error().message;
    return loan.value_or(domain::budget_loan{});
  }
};

TEST_F(budget, the_shares_of_all_instances_never_exceed_the_rate) {
  EXPECT_DOUBLE_EQ(borrow("a", 80, 10).rate, 80);
  EXPECT_DOUBLE_EQ(borrow("b", 80, 10).rate, 0) << "all of it is lent";
  EXPECT_DOUBLE_EQ(borrow("a", 80, 10).rate, 40) << "another one waits";
  EXPECT_DOUBLE_EQ(borrow("b", 80, 10).rate, 40);
  db->shift_clock(1min); // a's share is void
  EXPECT_DOUBLE_EQ(borrow("b", 80, 10).rate, 80);
}

TEST_F(budget, two_instances_at_once_lend_the_hour_once) {
  std::vector<std::future<std::int64_t>> instances;
  for (const std::string name : {"a", "b"})
    instances.push_back(std::async(std::launch::async, [this, name] {
      const auto connection = db->connect();
      std::int64_t got = 0;
      for (int i = 0; i < 50; ++i)
        test_database::run_on(*connection, [&](store::session& s) {
          const auto loan = store::run(
              s, domain::borrow_budget{name, {40, 25, 5}, {.rate = 80, .per_hour = 1'000}, 0});
          got += loan.value().background + loan.value().people;
        });
      return got;
    }));
  std::int64_t total = 0;
  for (auto& instance : instances)
    total += instance.get();
  EXPECT_EQ(total, 1'000);
}

TEST_F(budget, the_background_leaves_a_fifth_to_people) {
  EXPECT_EQ(borrow("a", 80, 2'000).background, 800);
  EXPECT_EQ(borrow("a", 80, 100).background, 0);
  EXPECT_EQ(borrow("a", 80, 0, 150).people, 150);
  EXPECT_EQ(borrow("a", 80, 0, 150).people, 50);
}

TEST_F(budget, what_is_given_back_can_be_lent_again_and_the_hour_slides) {
  EXPECT_EQ(borrow("a", 80, 500).background, 500);
  EXPECT_EQ(borrow("a", 80, 500, 0, 400).spent_last_hour, 600);
  db->shift_clock(59min);
  EXPECT_EQ(borrow("a", 80, 500).background, 200);
  db->shift_clock(2min);
  EXPECT_EQ(borrow("a", 80, 500).background, 500);
}

TEST_F(budget, what_one_instance_has_met_the_others_hear_with_their_next_loan) {
  EXPECT_EQ(borrow("b", 80, 10).slowed, domain::slowdown{});
  domain::slowdown met{.factor = 0.5, .pause = 10s, .regions = {}};
  met.regions[static_cast<std::size_t>(domain::region::eu)] = 3'600s;
  ASSERT_TRUE(db->ask(domain::borrow_budget{
      .instance = "a",
      .request = {},
      .limits = {.rate = 80, .per_hour = 1'000},
      .unspent = 0,
      .met = met}));
  const auto heard = borrow("b", 80, 10).slowed;
  EXPECT_DOUBLE_EQ(heard.factor, 0.5);
  EXPECT_GT(heard.pause, 8s);
  EXPECT_LE(heard.pause, 10s);
  EXPECT_GT(heard.regions[static_cast<std::size_t>(domain::region::eu)], 3'590s);
  EXPECT_EQ(heard.regions[static_cast<std::size_t>(domain::region::us)], 0s);

  db->shift_clock(12s); // two seconds after its end
  const auto later = borrow("b", 80, 10).slowed;
  EXPECT_EQ(later.pause, 0s);
  EXPECT_NEAR(later.factor, 0.7, 0.1);
  db->shift_clock(1h);
  EXPECT_EQ(borrow("b", 80, 10).slowed, domain::slowdown{});
}

TEST_F(budget, what_a_second_instance_meets_shortens_nothing) {
  const auto meet = [&](const std::string& name, double factor, std::chrono::seconds pause) {
    const auto loan = db->ask(domain::borrow_budget{
        .instance = name,
        .request = {},
        .limits = {.rate = 80, .per_hour = 1'000},
        .unspent = 0,
        .met = domain::slowdown{.factor = factor, .pause = pause, .regions = {}}});
    return loan.value().slowed;
  };
  meet("a", 0.25, 40s);
  const auto slowed = meet("b", 0.5, 5s);
  EXPECT_DOUBLE_EQ(slowed.factor, 0.25);
  EXPECT_GT(slowed.pause, 38s);
}

class upstream : public mirror {};

TEST_F(upstream, a_database_mirrors_one_battle_net) {
  const auto check = [&](const std::string& api, const std::string& oauth) {
    return db->run([&](store::session& s) {
      return store::check_upstream(s, {{"eu", api}}, oauth);
    });
  };
  EXPECT_TRUE(check("https://eu.api", "https://oauth"));
  EXPECT_TRUE(check("https://eu.api", "https://oauth"));
  const auto other = check("http://127.0.0.1:8090", "https://oauth");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ec::upstream_mismatch);
  EXPECT_NE(other.error().message.find("https://eu.api"), std::string::npos);
  EXPECT_NE(other.error().message.find("http://127.0.0.1:8090"), std::string::npos);
  EXPECT_EQ(
      check("https://eu.api", "http://127.0.0.1:8090").error().code, ec::upstream_mismatch);
  EXPECT_TRUE(db->run([&](store::session& s) {
    return store::check_upstream(
        s, {{"eu", "https://eu.api"}, {"us", "https://us.api"}}, "https://oauth");
  })) << "a region may be added";
}

class users : public mirror {};

TEST_F(users, a_role_is_given_by_id_or_battletag) {
  db->exec("insert into users (bnet_account_id, battletag) values (1, 'Wolf#1234')");
  const auto role = [&](std::string_view who, std::string_view what) {
    return db->run([&](store::session& s) { return store::set_role(s, who, what); });
  };
  ASSERT_TRUE(role("Wolf#1234", "admin"));
  EXPECT_EQ(scalar("select role from users"), "admin");
  ASSERT_TRUE(role(scalar("select id from users"), "user"));
  EXPECT_EQ(scalar("select role from users"), "user");
  EXPECT_EQ(role("Nobody#1", "admin").error().code, ec::not_found);
  EXPECT_EQ(role("12345678901234567890", "admin").error().code, ec::not_found);
  EXPECT_EQ(role("Wolf#1234", "king").error().code, ec::validation);
  db->exec("insert into users (bnet_account_id, battletag) values (2, 'Wolf#1234')");
  const auto several = role("Wolf#1234", "admin");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, ec::conflict);
  EXPECT_TRUE(several.error().message.ends_with(
      scalar("select string_agg(id::text, ', ' order by id) from users")));
  EXPECT_EQ(count("select count(*) from users where role = 'admin'"), 0);
}

class periods : public mirror {
protected:
  result<bool> set(std::int64_t period) {
    return db->ask(domain::set_period{domain::region::eu, period});
  }
};

TEST_F(periods, a_new_week_spreads_older_documents_of_players_over_six_hours) {
  track();
  const auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
  EXPECT_TRUE(set(900).value());
  for (const auto& work : claim_members(guild)) {
    const auto who = std::ranges::find(members, work.identity.bnet_id.value, &member::id);
    auto outcome = outcome_of(work, {.who = *who}, 1);
    outcome.arrived.push_back({domain::document::mythic, "{}", version(1), "1"});
    outcome.period_id = 900;
    ASSERT_TRUE(apply(outcome));
  }
  db->exec("update sync_queue set due_at = app_now() + interval '3 days' where character_id is "
           "not null;"
           "update characters set last_login_at = app_now() - interval '1 week';"
           "update characters set last_login_at = app_now() - interval '9 weeks' where "
           "bnet_character_id >= 1020");
  EXPECT_FALSE(set(900).value());
  EXPECT_EQ(
      count("select count(*) from sync_queue where character_id is not null and due_at < "
            "app_now() + "
            "interval '7 h'"),
      0);
  EXPECT_TRUE(set(901).value());
  EXPECT_EQ(
      count("select count(*) from sync_queue where character_id is not null and due_at < "
            "app_now() + "
            "interval '6 h'"),
      20);
  EXPECT_GT(
      count("select count(distinct date_trunc('minute', due_at)) from sync_queue where "
            "character_id is not null and due_at < app_now() + interval '6 h'"),
      5);
  EXPECT_EQ(
      count("select count(*) from sync_queue where tracked_guild_id is not null and due_at <= "
            "(select "
            "min(due_at) from sync_queue where character_id is not null)"),
      1);
  EXPECT_FALSE(set(899).value()) << "an older answer is no news";
  EXPECT_EQ(scalar("select region || ' ' || period_id from periods"), "eu 901");
}

class projections : public mirror {};

TEST_F(projections, are_rebuilt_from_the_stored_documents) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  db->exec("update characters set role = 'DPS', level = 1, average_item_level = 0");
  const auto rebuild = [&](character_id after, int limit, bool all) {
    return db->run([&](store::session& s) { return store::rederive(s, after, limit, all); })
        .value();
  };
  EXPECT_EQ(rebuild({}, 100, false).looked_at, 0) << "the projection is the current one";
  const auto first = rebuild({}, 6, true);
  EXPECT_EQ(first.changed, 6);
  EXPECT_FALSE(first.done);
  const auto second = rebuild(first.last, 6, true);
  EXPECT_EQ(second.changed, 4);
  EXPECT_TRUE(second.done);
  EXPECT_EQ(
      count("select count(*) from characters where role = 'Tank' and level = 80 and "
            "average_item_level = 480"),
      10);
  EXPECT_EQ(rebuild({}, 100, true).changed, 0);
  db->exec("update characters set projection = 0, role = null where bnet_character_id = 1000");
  EXPECT_EQ(rebuild({}, 100, false).changed, 1);
}

class feed : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (db)
      listen = open(db->dsn());
  }
  static std::unique_ptr<store::change_feed> open(const std::string& dsn) {
    auto opened = store::change_feed::open({.dsn = dsn});
    EXPECT_TRUE(opened);
    return opened ? std::move(*opened) : nullptr;
  }
  /// Everything that arrives until it has been quiet for a moment.
  std::vector<std::string> heard() {
    std::vector<std::string> out;
    for (;;) {
      const auto changes = listen->wait(200ms);
      EXPECT_TRUE(changes);
      if (!changes || changes->empty())
        break;
      for (const auto& one : *changes)
        out.push_back(one.channel + " " + one.payload);
    }
    std::ranges::sort(out);
    return out;
  }
  std::unique_ptr<store::change_feed> listen;
};

TEST_F(feed, tells_of_changes_and_of_nothing_else) {
  track();
  EXPECT_EQ(heard(), std::vector<std::string>{"guildhall_sync "});
  const auto members = crowd(3);
  const auto guild = scan(members, 1).guild;
  auto seen = heard();
  EXPECT_EQ(seen.size(), 4u) << "the guild and three characters";
  EXPECT_TRUE(std::ranges::binary_search(
      seen, "guildhall_change guild:" + std::to_string(guild.value)));
  auto same = outcome_of(claim(), members, 1, {});
  same.work.roster_document.last_modified = version(1);
  apply(same);
  EXPECT_TRUE(heard().empty()) << "nothing changed";
  const auto work = claim_members(guild, 1).front();
  ASSERT_TRUE(apply(outcome_of(work, {.who = members[0]}, 1)));
  seen = heard();
  EXPECT_EQ(
      seen, (std::vector<std::string>{
                "guildhall_change character:" + std::to_string(work.character.value),
                "guildhall_change guild:" + std::to_string(guild.value)}));
}

TEST_F(feed, tells_at_once_when_an_instance_has_met_429s) {
  domain::borrow_budget loan{
      .instance = "a",
      .request = {.wanted_rate = 80, .wanted = 10},
      .limits = {.rate = 80, .per_hour = 1'000},
      .unspent = 0};
  ASSERT_TRUE(db->ask(loan));
  EXPECT_TRUE(heard().empty());
  loan.met = domain::slowdown{.factor = 0.5, .pause = 0s, .regions = {}};
  ASSERT_TRUE(db->ask(loan));
  EXPECT_EQ(heard(), std::vector<std::string>{"guildhall_budget "});
}

TEST_F(feed, proves_itself_and_keeps_what_arrives_meanwhile) {
  db->exec("notify guildhall_change, 'guild:1 character:2'");
  EXPECT_TRUE(listen->prove(2s));
  const auto changes = listen->wait(0ms);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ((*changes)[0].payload, "guild:1");
  EXPECT_EQ((*changes)[1].payload, "character:2");
}

TEST_F(feed, a_quiet_dead_connection_is_noticed) {
  tcp_proxy proxy(postgres_cluster::shared().port());
  listen = open(postgres_cluster::shared().tcp_dsn(db->name(), proxy.port()));
  EXPECT_TRUE(listen->prove(2s));
  proxy.black_hole(true);
  EXPECT_TRUE(listen->wait(100ms)) << "it looks like a quiet one";
  const auto proof = listen->prove(500ms);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().code, ec::database_down);
}

TEST_F(feed, a_terminated_backend_is_noticed_and_an_open_feed_hears_again) {
  postgres_cluster::shared().terminate_backends(db->name());
  EXPECT_FALSE(listen->prove(2s));
  listen = open(db->dsn());
  db->exec("notify guildhall_change, 'guild:1'");
  EXPECT_EQ(heard().size(), 1u);
}

TEST_F(feed, can_be_interrupted) {
  auto waiting = std::async(std::launch::async, [&] { return listen->wait(60s); });
  EXPECT_EQ(waiting.wait_for(100ms), std::future_status::timeout);
  listen->interrupt();
  ASSERT_EQ(waiting.wait_for(5s), std::future_status::ready);
}

} // namespace guildhall::test
