#include "domain/crawling/price.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

class looks : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    track();
    guild = scan(members, 1).guild;
  }

  domain::checked_character checked(const domain::character_work& work) {
    return {
        .lease = work.lease,
        .character = work.character,
        .unchanged = {domain::document::profile},
        .next_due = in(8h),
        .look = look,
        .made_at = in(0s)};
  }
  std::string row_of(character_id who) {
    return scalar(
        "select concat_ws(' ', changes, exposure, per_hour, weight, priced_at, "
        "seen_as_of = '2026-01-06 10:00:00+00') from sync_queue where character_id = "
        + std::to_string(who.value));
  }

  const std::vector<member> members = crowd(10);
  static constexpr time_point tuesday{std::chrono::seconds{1'767'693'600}};
  const domain::look_record look{
      .seen = {.changes = 1.5, .exposure = 12, .as_of = tuesday},
      .per_hour = 0.125,
      .weight = 3,
      .price = 0.25};
  guild_id guild;
};

TEST_F(looks, are_kept_with_what_arrived_and_with_what_was_only_checked) {
  const auto work = claim_members(guild, 2);
  ASSERT_EQ(work.size(), 2u);
  auto outcome = outcome_of(work[0], {.who = members[0], .guild = bnet_guild}, 1);
  outcome.look = look;
  ASSERT_TRUE(apply(outcome));
  ASSERT_TRUE(db->ask(domain::checked_characters{{checked(work[1])}}));
  EXPECT_EQ(row_of(work[0].character), "1.5 12 0.125 3 0.25 t");
  EXPECT_EQ(row_of(work[1].character), "1.5 12 0.125 3 0.25 t");
}

TEST_F(looks, that_saw_nothing_leave_what_is_known) {
  auto work = claim_members(guild, 1).at(0);
  ASSERT_TRUE(db->ask(domain::checked_characters{{checked(work)}}));
  work = claim_member(guild, work.identity.bnet_id.value);
  EXPECT_EQ(work.seen.changes, 1.5);
  EXPECT_EQ(work.seen.exposure, 12);
  EXPECT_EQ(work.seen.as_of, tuesday);
  auto again = checked(work);
  again.look.reset();
  ASSERT_TRUE(db->ask(domain::checked_characters{{again}}));
  EXPECT_EQ(row_of(work.character), "1.5 12 0.125 3 0.25 t");
}

TEST_F(looks, know_whose_freshness_matters_more_and_whose_less) {
  sync_members(guild, members, 1);
  const auto claimed = [&](std::size_t i) { return claim_member(guild, members[i].id).why; };
  EXPECT_EQ(claimed(0), domain::interest{});

  db->exec(
      "insert into users (bnet_account_id, last_login_at) values (1, app_now());"
      "update characters set user_id = (select id from users) where bnet_character_id = "
      + std::to_string(members[1].id));
  EXPECT_EQ(claimed(1), domain::interest{.own_of_visitor = true});
  db->exec("update users set last_login_at = app_now() - interval '8 days'");
  EXPECT_EQ(claimed(1), domain::interest{});

  db->exec(
      "insert into rosters (guild_id, name) select id, 'Raid' from guilds;"
      "insert into roster_members (roster_id, character_id) select r.id, c.id from rosters r, "
      "characters c where c.bnet_character_id = "
      + std::to_string(members[2].id)
      + "; insert into events (guild_id, title, event_type, start_time, end_time) select id, "
        "'Tonight', 'Raid', app_now() + interval '3 h', app_now() + interval '6 h' from "
        "guilds");
  EXPECT_EQ(claimed(2), domain::interest{.expected_soon = true});
  db->exec("update events set start_time = app_now() + interval '2 days', "
           "end_time = app_now() + interval '3 days'");
  EXPECT_EQ(claimed(2), domain::interest{});

  db->exec(
      "update characters set level = 60, last_login_at = app_now() - interval '1 year' "
      "where bnet_character_id = "
      + std::to_string(members[3].id));
  EXPECT_EQ(claimed(3), domain::interest{.left_behind = true});
  db->exec("update characters set last_login_at = app_now() - interval '1 day'");
  EXPECT_EQ(claimed(3), domain::interest{});
}

TEST_F(looks, tell_when_the_guild_plays) {
  const auto evening = in(-3h);
  const auto play = [&](std::vector<time_point> when) {
    const auto work = claim_again();
    ASSERT_TRUE(db->ask(domain::finish_guild{
        .lease = work.lease,
        .tracked = work.tracked,
        .guild = guild,
        .next_roster_due = in(4h),
        .made_at = in(0s),
        .played = std::move(when)}));
  };
  play({evening, evening, in(-30h)});
  play({evening});
  play({}); // nobody: nothing is written
  const auto played = claim_again().played;
  ASSERT_EQ(played.counts.size(), domain::hour_counts::size);
  EXPECT_TRUE(played.as_of);
  EXPECT_NEAR(*std::ranges::max_element(played.counts), 3, 0.1) << "younger ones count more";
}

class pricing : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    track();
    guild = scan(crowd(10), 1).guild;
  }
  /// All have been looked at, and change so often.
  void looked_at(double per_hour, double priced_at = 0) {
    db->exec(
        "update sync_queue set due_at = app_now() + interval '8 h', per_hour = "
        + std::to_string(per_hour)
        + ", priced_at = " + (priced_at > 0 ? std::to_string(priced_at) : "null")
        + " where character_id is not null");
  }
  std::optional<domain::call_price> solve(std::int64_t per_hour = 36'000) {
    return db
        ->ask(domain::price_calls{
            .limits = {.rate = 80, .per_hour = per_hour, .people_share = 0.2}, .floor = floor})
        .value();
  }
  double hours_left() {
    return std::stod(scalar("select extract(epoch from max(due_at) - app_now()) / 3600 from "
                            "sync_queue where character_id is not null"));
  }

  const double floor = domain::floor_price(45min);
  guild_id guild;
};

TEST_F(pricing, is_the_floor_where_there_is_enough) {
  looked_at(0.1);
  const auto price = solve();
  ASSERT_TRUE(price);
  EXPECT_DOUBLE_EQ(price->price, floor);
  EXPECT_GT(price->demand, 0);
  EXPECT_NEAR(price->supply, 28'800 - 0.75, 0.01) << "one guild, three calls in four hours";
  EXPECT_DOUBLE_EQ(std::stod(scalar("select price from api_budget")), floor);
}

TEST_F(pricing, is_solved_by_one_instance_every_five_minutes) {
  looked_at(0.1);
  EXPECT_TRUE(solve());
  EXPECT_FALSE(solve());
  db->shift_clock(5min);
  EXPECT_TRUE(solve());
}

TEST_F(pricing, holds_up_no_loan_and_gives_way_to_whoever_was_first) {
  looked_at(0.1);
  result<std::optional<domain::call_price>> ours;
  EXPECT_TRUE(while_held(
      "select from api_budget for update",
      [&](store::session& s) {
        ours = store::run(s, domain::price_calls{.limits = {}, .floor = floor});
      },
      [](store::session& s) {
        s.exec_raw("update api_budget set price = 7, priced_as_of = app_now()");
      }))
      << "only its last statement waits";
  ASSERT_TRUE(ours);
  EXPECT_FALSE(*ours);
  EXPECT_EQ(scalar("select price from api_budget"), "7");
}

TEST_F(pricing, knows_that_nobody_waits_for_longer_than_they_may) {
  looked_at(0.0001);
  const auto long_waits = solve();
  db->shift_clock(5min);
  const auto short_waits =
      db->ask(domain::price_calls{.limits = {}, .floor = floor, .bounds = {.longest = 1h}});
  ASSERT_TRUE(long_waits && short_waits && *short_waits);
  EXPECT_GE((*short_waits)->demand, 10) << "ten characters, each once an hour";
  EXPECT_LT(long_waits->demand, 2);
}

TEST_F(pricing, rises_until_what_is_asked_for_is_what_there_is) {
  looked_at(0.5);
  const auto before = solve(10);
  ASSERT_TRUE(before);
  auto now = before;
  for (int half_hours = 0; half_hours < 24; ++half_hours) {
    db->shift_clock(30min);
    now = solve(10);
    ASSERT_TRUE(now);
  }
  EXPECT_GT(now->price, floor);
  EXPECT_NEAR(now->demand, 0.95 * now->supply, 0.01 * now->supply);
}

TEST_F(pricing, is_not_driven_by_those_who_were_never_looked_at) {
  const auto price = solve(10);
  ASSERT_TRUE(price);
  EXPECT_DOUBLE_EQ(price->price, floor);
  EXPECT_EQ(price->demand, 0);
}

TEST_F(pricing, that_has_fallen_far_makes_due_sooner_what_was_reckoned_by_it) {
  looked_at(0.1, 4 * floor);
  ASSERT_TRUE(solve());
  EXPECT_NEAR(hours_left(), 8, 0.01);
  finish(claim_again(), guild);
  EXPECT_NEAR(hours_left(), 4, 0.01);
  finish(claim_again(), guild);
  EXPECT_NEAR(hours_left(), 4, 0.01) << "once";
}

TEST_F(pricing, that_has_fallen_a_little_changes_nothing) {
  looked_at(0.1, 1.9 * floor);
  ASSERT_TRUE(solve());
  finish(claim_again(), guild);
  EXPECT_NEAR(hours_left(), 8, 0.01);
}

TEST_F(pricing, that_has_fallen_does_not_end_the_waiting_of_what_failed) {
  looked_at(0.1, 4 * floor);
  db->exec("update sync_queue set attempts = 2, attempts_class = 'transient' "
           "where character_id is not null");
  ASSERT_TRUE(solve());
  finish(claim_again(), guild);
  EXPECT_NEAR(hours_left(), 8, 0.01);
}

} // namespace guildhall::test
