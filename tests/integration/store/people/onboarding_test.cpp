#include "domain/accounts.hpp"
#include "domain/onboarding.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

class people : public mirror {
protected:
  domain::standing arrive(std::int64_t account, bool admin = false) {
    return db
        ->ask(domain::record_login{
            {.account = bnet_account_id{account},
             .battletag = "Player#" + std::to_string(account),
             .region = domain::region::eu,
             .sealed_token = std::string{"\x00\xff sealed", 9},
             .becomes_admin = admin}})
        .value();
  }
  /// With a battletag that stands in the configuration.
  domain::standing arrive_named(std::int64_t account, const std::string& battletag) {
    return db
        ->ask(domain::record_login{
            {.account = bnet_account_id{account},
             .battletag = battletag,
             .region = domain::region::eu,
             .sealed_token = "sealed",
             .named_by_tag = true}})
        .value();
  }
  static constexpr std::int64_t licence = 7;
  static domain::account_character listed(const member& who) {
    return {
        bnet_character_id{who.id},
        who.name,
        {realm_id{who.realm_id}, who.realm, ""},
        who.level,
        who.class_id,
        licence};
  }
  result<domain::onboarded> onboard_list(user_id user, domain::account_list list) {
    return db->ask(domain::onboard{{user, {std::move(list)}, true}, {}});
  }
  void shift(const std::string& by) {
    db->exec("update app_clock set shift = shift + interval '" + by + "'");
  }
  result<domain::onboarded> onboard(
      user_id user, const std::vector<member>& characters, domain::discovery policy = {},
      bool finished = true) {
    domain::account_list list{domain::region::eu, {}, {}};
    for (const auto& one : characters)
      list.characters.push_back(listed(one));
    list.licences.push_back({licence, characters.size()});
    return db->ask(domain::onboard{{user, {list}, finished}, policy});
  }
  domain::standing standing(user_id user) {
    return db->ask(domain::standing_of{user}).value();
  }
  std::string owner(std::int64_t bnet_id) {
    return scalar(
        "select coalesce(user_id, 0) from characters where bnet_character_id = "
        + std::to_string(bnet_id));
  }
  static std::string text(user_id id) {
    return std::to_string(id.value);
  }
};

TEST_F(people, a_user_is_found_by_the_account_whatever_the_battletag) {
  const auto first = arrive(77);
  EXPECT_EQ(first.role, "user");
  EXPECT_EQ(first.account, bnet_account_id{77});
  scalar("update users set battletag = 'Before#1' returning 1");
  const auto again = arrive(77);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.battletag, "Player#77");
  EXPECT_NE(arrive(78).id, first.id);
}

TEST_F(people, named_admins_become_admins_and_a_given_role_stays) {
  const auto user = arrive(77);
  EXPECT_EQ(arrive(77, true).role, "admin");
  EXPECT_EQ(arrive(77, false).role, "admin");
  const auto row = db->ask(domain::set_role{{user}, user.id, "guild_leader"});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->role, "guild_leader");
  EXPECT_EQ(arrive(77).role, "guild_leader");
  EXPECT_EQ(count("select count(*) from audit_log where action = 'user.role'"), 1);
}

TEST_F(people, a_state_comes_back_once_and_in_time) {
  const std::string hash(32, 'h');
  const auto close = [&] { return db->ask(domain::close_login{hash}); };
  const auto open = [&] { return db->ask(domain::open_login{hash, domain::region::kr}); };
  EXPECT_EQ(close().error().code, ec::not_found);
  ASSERT_TRUE(open());
  EXPECT_EQ(close().value(), domain::region::kr);
  EXPECT_EQ(close().error().code, ec::not_found);
  ASSERT_TRUE(open());
  scalar("update login_attempts set expires_at = app_now() - interval '1 s' returning 1");
  EXPECT_EQ(close().error().code, ec::not_found);
  EXPECT_EQ(count("select count(*) from login_attempts"), 0);
}

TEST_F(people, logging_out_moves_the_moment_from_which_tokens_count) {
  const auto user = arrive(77);
  for (auto before = user.tokens_valid_since; const int again : {1, 2}) {
    ASSERT_TRUE(db->ask(domain::revoke_tokens{user.id}));
    const auto now = standing(user.id).tokens_valid_since;
    EXPECT_GE(now - before, 1ms) << again;
    before = std::chrono::floor<std::chrono::milliseconds>(now);
  }
}

TEST_F(people, sign_ups_follow_a_character_to_its_new_id_once_the_list_shows_it) {
  track();
  const auto members = crowd(5);
  const auto guild = scan(members, 1).guild;
  const auto user = arrive(77).id;
  ASSERT_EQ(onboard(user, {members[3]}).value().linked, 1);
  db->exec(
      "insert into events (guild_id, title, event_type, start_time, end_time, created_by) "
      "values ("
      + std::to_string(guild.value)
      + ", 'Raid', 'Raid', app_now(), app_now() + interval '1 hour', " + text(user)
      + "); insert into event_subscriptions (event_id, user_id, character_id, status) select "
        "e.id, "
      + text(user)
      + ", c.id, 'Confirmed' from events e, characters c where bnet_character_id = "
      + std::to_string(members[3].id)
      + "; insert into guild_events (kind, seen_at, region, character_id, realm_id, "
        "bnet_character_id, other_realm_id, other_bnet_character_id) select 'transferred', "
        "app_now(), region, id, realm_id, bnet_character_id, 1, 9000 from characters where "
        "bnet_character_id = "
      + std::to_string(members[3].id));
  const auto signed_up =
      "select bnet_character_id from event_subscriptions s join characters c on "
      "c.id = s.character_id";
  ASSERT_TRUE(onboard(user, {members[3]}));
  EXPECT_EQ(scalar(signed_up), std::to_string(members[3].id)) << "it is not listed yet";
  ASSERT_TRUE(onboard(user, {member{.id = 9'000, .name = "Newcomer"}}));
  EXPECT_EQ(scalar(signed_up), "9000");
}

TEST_F(people, a_list_of_which_parts_cannot_be_read_unlinks_nobody) {
  track();
  const auto members = crowd(5);
  scan(members, 1);
  const auto user = arrive(77).id;
  ASSERT_EQ(onboard(user, {members[0], members[3]}).value().linked, 2);
  domain::account_list list{domain::region::eu, {listed(members[4])}, {}, false};
  const auto done = db->ask(domain::onboard{{user, {list}, true}, {}}).value();
  EXPECT_EQ(done.linked, 1);
  EXPECT_EQ(done.unlinked, 0);
  EXPECT_EQ(owner(members[0].id), text(user));
}

TEST_F(people, the_list_links_characters_makes_the_leader_and_creates_the_unknown) {
  track();
  const auto members = crowd(5);
  const auto guild = scan(members, 1).guild;
  const auto user = arrive(77).id;
  EXPECT_FALSE(standing(user).is_member(guild));

  const member stranger{.id = 9'000, .name = "Newcomer", .level = 10};
  const auto done = onboard(user, {members[0], members[3], stranger}).value();
  EXPECT_EQ(done.linked, 3);
  EXPECT_EQ(owner(members[0].id), text(user));
  EXPECT_EQ(owner(members[3].id), text(user));
  EXPECT_EQ(owner(9'000), text(user));
  const auto who = standing(user);
  EXPECT_TRUE(who.leads(guild));
  EXPECT_TRUE(who.is_officer(guild));
  EXPECT_EQ(who.guilds.size(), 1u);
  EXPECT_EQ(who.guilds.front().best_rank, 0);
  EXPECT_EQ(
      count("select count(*) from sync_queue q join characters c on c.id = q.character_id "
            "where c.user_id is not null and q.priority = 0 and q.due_at <= app_now()"),
      3);
  EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 0)
      << "the token is gone once it is not needed";
}

TEST_F(people, what_was_looked_at_a_moment_ago_is_not_queued_by_the_next_login) {
  const auto user = arrive(77).id;
  const member fresh{.id = 9'000, .name = "Fresh", .level = 10};
  const member stale{.id = 9'001, .name = "Stale", .level = 10};
  const member hidden{.id = 9'002, .name = "Hidden", .level = 10};
  ASSERT_TRUE(onboard(user, {fresh, stale, hidden}));
  const auto looked_at = [&](const char* name, const char* ago) {
    db->exec(
        std::string{"insert into document_states (character_id, document, state, checked_at) "
                    "select id, 'profile', 'ok', app_now() - interval '"}
        + ago + "' from characters where name = '" + name + '\'');
  };
  looked_at("Fresh", "9 min");
  looked_at("Stale", "11 min");
  db->exec("insert into document_states (character_id, document, state, error_class, failures, "
           "failed_at) select id, 'profile', 'not_found', 'not_found', 1, app_now() "
           "from characters where name = 'Hidden'");
  db->exec("update sync_queue set due_at = app_now() + interval '8 hours', priority = 2");
  ASSERT_TRUE(onboard(user, {fresh, stale, hidden}));
  EXPECT_EQ(
      scalar("select string_agg(c.name, ',') from sync_queue q join characters c on c.id = "
             "q.character_id where q.due_at <= app_now()"),
      "Stale");
}

TEST_F(people, a_newer_list_moves_a_character_and_the_leader_with_it) {
  track();
  const auto members = crowd(3);
  const auto guild = scan(members, 1).guild;
  const auto first = arrive(77).id;
  const auto second = arrive(78).id;
  ASSERT_TRUE(onboard(first, {members[0], members[1]}));
  ASSERT_TRUE(onboard(second, {members[0]}));
  EXPECT_EQ(owner(members[0].id), text(second));
  EXPECT_TRUE(standing(second).leads(guild));
  EXPECT_FALSE(standing(first).leads(guild));
  EXPECT_TRUE(standing(first).is_member(guild));
}

TEST_F(people, who_is_not_listed_any_more_is_unlinked_by_a_second_list) {
  track();
  const auto members = crowd(3);
  const auto guild = scan(members, 1).guild;
  const auto user = arrive(77).id;
  ASSERT_TRUE(onboard(user, {members[0], members[1]}));
  arrive(77);
  const auto once = onboard(user, {members[1]}).value();
  EXPECT_EQ(once.unlinked, 0);
  EXPECT_EQ(once.missing, 1);
  EXPECT_TRUE(standing(user).leads(guild));
  EXPECT_EQ(
      count("select count(*) from users where sealed_tokens is not null and onboarding_due_at "
            "between app_now() + interval '14 min' and app_now() + interval '16 min'"),
      1)
      << "for the second list";
  shift("14 min");
  EXPECT_EQ(onboard(user, {members[1]})->unlinked, 0);
  shift("1 min 1 s");
  const auto twice = onboard(user, {members[1]}).value();
  EXPECT_EQ(twice.unlinked, 1);
  EXPECT_EQ(twice.linked, 0);
  EXPECT_EQ(owner(members[0].id), "0");
  EXPECT_FALSE(standing(user).leads(guild));
  EXPECT_EQ(scalar("select coalesce(leader_id, 0) from guilds"), "0");
  EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 0);
  EXPECT_EQ(count("select count(*) from characters where licence_id is not null"), 1);
}

TEST_F(people, a_list_that_shows_a_character_again_takes_the_first_one_back) {
  const auto user = arrive(77).id;
  const std::vector<member> both{{.id = 9'000, .name = "One"}, {.id = 9'001, .name = "Two"}};
  ASSERT_TRUE(onboard(user, both));
  EXPECT_EQ(onboard(user, {both[0]})->missing, 1);
  shift("20 min");
  EXPECT_EQ(onboard(user, both)->missing, 0);
  shift("20 min");
  EXPECT_EQ(onboard(user, {both[0]})->unlinked, 0);
  EXPECT_EQ(owner(9'001), text(user));
}

TEST_F(people, a_list_that_says_little_unlinks_only_a_day_later) {
  const auto user = arrive(77).id;
  const std::vector<member> both{{.id = 9'000, .name = "One"}, {.id = 9'001, .name = "Two"}};
  const std::vector<domain::account_list> little{
      {domain::region::eu, {}, {}},                       // empty, or a 404
      {domain::region::eu, {}, {{licence, 0}}},           // the licence, without anybody
      {domain::region::eu, {}, {{licence, 3, false}}},    // what is on it cannot be read
      {domain::region::eu, {listed(both[0])}, {{8, 1}}}}; // another licence only
  for (const auto& list : little) {
    ASSERT_TRUE(onboard(user, both));
    arrive(77);
    EXPECT_EQ(onboard_list(user, list)->unlinked, 0);
    EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 0)
        << "the next login will tell";
    shift("23 h");
    EXPECT_EQ(onboard_list(user, list)->unlinked, 0);
    shift("1 h 1 s");
    EXPECT_GE(onboard_list(user, list)->unlinked, 1);
    EXPECT_EQ(owner(9'001), "0");
  }
}

TEST_F(people, a_character_of_an_unknown_licence_is_unlinked_a_day_later) {
  const auto user = arrive(77).id;
  const std::vector<member> both{{.id = 9'000, .name = "One"}, {.id = 9'001, .name = "Two"}};
  ASSERT_TRUE(onboard(user, both));
  db->exec("update characters set licence_id = null"); // linked by an earlier release
  EXPECT_EQ(onboard(user, {both[0]})->unlinked, 0);
  shift("1 h");
  EXPECT_EQ(onboard(user, {both[0]})->unlinked, 0);
  shift("23 h 1 s");
  EXPECT_EQ(onboard(user, {both[0]})->unlinked, 1);
}

TEST_F(people, an_empty_battletag_overwrites_nothing) {
  const auto user = arrive_named(77, "Known#1");
  EXPECT_EQ(arrive_named(77, "").battletag, "Known#1");
  EXPECT_EQ(arrive_named(78, "").battletag, "");
  EXPECT_EQ(user.role, "admin");
}

TEST_F(people, a_battletag_makes_an_admin_of_the_first_account_with_it_only) {
  EXPECT_EQ(arrive_named(77, "Boss#1").role, "admin");
  EXPECT_EQ(arrive_named(78, "Boss#1").role, "user") << "the tag was given away";
  EXPECT_EQ(arrive_named(77, "Boss#1").role, "admin");
  EXPECT_EQ(arrive_named(78, "Second#1").role, "admin");
  ASSERT_TRUE(db->run([&](store::session& s) {
    return store::forget_user(
        s, user_id{count("select id from users where bnet_account_id = 77")});
  }));
  EXPECT_EQ(arrive_named(79, "Boss#1").role, "user") << "a forgotten admin's tag stays taken";
}

TEST_F(people, who_is_an_admin_under_the_tag_already_is_meant_by_it) {
  db->exec(
      "insert into users (bnet_account_id, battletag, role) values (77, 'Boss#1', 'admin')");
  EXPECT_EQ(arrive_named(78, "Boss#1").role, "user");
  EXPECT_EQ(arrive_named(77, "Boss#1").role, "admin");
}

TEST_F(people, a_region_that_did_not_answer_unlinks_nobody_and_keeps_the_token) {
  const auto user = arrive(77).id;
  ASSERT_TRUE(onboard(user, {{.id = 9'000, .name = "Mine"}}, {}, false));
  EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 1);
  ASSERT_TRUE(db->ask(domain::onboard{{user, {}, false}, {}}));
  EXPECT_EQ(owner(9'000), text(user));
}

TEST_F(people, nameless_and_lowest_characters_are_taken_as_they_are) {
  const auto user = arrive(77).id;
  ASSERT_TRUE(onboard(
      user, {{.id = 9'000, .name = ""},
             {.id = 9'001, .name = "Bank", .level = 0},
             {.id = 9'002, .name = "bank", .level = 3}}));
  EXPECT_EQ(count("select count(*) from characters"), 1) << "one per address, none without";
  EXPECT_EQ(count("select count(*) from characters where level = 0 or level = 3"), 1);
}

TEST_F(people, whoever_was_erased_comes_back_with_the_next_list) {
  const auto user = arrive(77).id;
  const member away{.id = 9'000, .name = "Away", .level = 10};
  ASSERT_TRUE(onboard(user, {away}));
  db->exec("update characters set verified_at = app_now() - interval '30 days'");
  ASSERT_TRUE(db->ask(domain::sweep{10, 29 * 24h}));
  EXPECT_EQ(scalar("select name from characters"), "");
  ASSERT_TRUE(onboard(user, {{.id = 9'000, .name = ""}}));
  EXPECT_EQ(count("select count(*) from sync_queue"), 0) << "nobody knows what to ask for";
  ASSERT_TRUE(onboard(user, {away}));
  EXPECT_EQ(scalar("select name from characters where erased_at is null"), "Away");
  EXPECT_EQ(count("select count(*) from characters"), 1);
  EXPECT_EQ(count("select count(*) from sync_queue where due_at <= app_now()"), 1);
}

TEST_F(people, pending_lists_are_claimed_by_one_and_come_back_later) {
  arrive(77);
  const auto claim = [&] { return db->ask(domain::pending_onboardings{5}).value(); };
  EXPECT_TRUE(claim().empty()) << "whoever took the login has it in hand";
  scalar("update users set onboarding_due_at = app_now() returning 1");
  const auto due = claim();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due.front().account, bnet_account_id{77});
  EXPECT_EQ(due.front().sealed_token, (std::string{"\x00\xff sealed", 9}));
  EXPECT_TRUE(claim().empty());
  int tries = 0;
  for (int minutes = 0; minutes < 24 * 60; minutes += 5) {
    shift("5 min");
    tries += static_cast<int>(claim().size());
  }
  EXPECT_GE(tries, 6);
  EXPECT_LE(tries, 10) << "a list that is never to be had";
}

TEST_F(people, guilds_of_users_are_tracked_up_to_the_cap_where_that_is_configured) {
  track();
  const auto members = crowd(3);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  scalar(
      "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, name_slug) "
      "values ('eu', 1, 80001, 'stormrage', 'Other', 'other'), "
      "('eu', 1, 80002, 'stormrage', 'Third', 'third') returning id");
  const auto user = arrive(77).id;
  const std::vector<member> own{{.id = 9'000, .name = "One"}, {.id = 9'001, .name = "Two"}};
  ASSERT_TRUE(onboard(user, own));
  scalar("update characters c set candidate_id = g.id from guild_candidates g "
         "where g.bnet_guild_id = c.bnet_character_id - 9000 + 80001 returning 1");
  ASSERT_TRUE(onboard(user, own));
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 1) << "none by default";
  ASSERT_TRUE(onboard(user, own, {.of_users = true, .max_guilds = 2}));
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 2) << "the cap counts all of them";
  ASSERT_TRUE(onboard(user, own, {.of_users = true, .max_guilds = 10}));
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 3);
}

TEST_F(people, a_user_who_is_gone_is_onboarded_no_more) {
  EXPECT_EQ(onboard(user_id{999}, {}).error().code, ec::not_found);
}

} // namespace guildhall::test
