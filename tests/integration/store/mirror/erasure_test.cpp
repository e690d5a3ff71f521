#include "domain/accounts.hpp"
#include "domain/control.hpp"
#include "domain/onboarding.hpp"
#include "domain/sign_ups.hpp"
#include "store/mirror/rederive.hpp"
#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::document;

namespace {

constexpr std::int64_t marked_id = 1'005;

} // namespace

/// A guild one member of which is called Zzmarker, in every place that a name can get to.
class erasure : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (!db)
      return;
    track();
    members = crowd(30);
    members[5].name = "Zzmarkerold";
    guild = scan(members, 1).guild;
    members[5].name = "Zzmarker";
    scan(members, 2);
    marked = id_of(marked_id);
  }

  character_id id_of(std::int64_t bnet_id) {
    return character_id{count(
        "select id from characters where bnet_character_id = " + std::to_string(bnet_id))};
  }
  domain::standing arrive(std::int64_t account, const std::string& battletag) {
    return db
        ->ask(domain::record_login{
            {.account = bnet_account_id{account},
             .battletag = battletag,
             .region = domain::region::eu,
             .sealed_token = "sealed",
             .becomes_admin = false}})
        .value();
  }
  void onboard(user_id user, const std::vector<member>& characters) {
    domain::account_list list{domain::region::eu, {}};
    for (const auto& one : characters)
      list.characters.push_back(
          {bnet_character_id{one.id},
           one.name,
           {realm_id{one.realm_id}, one.realm, ""},
           one.level,
           one.class_id});
    const auto done = db->ask(domain::onboard{{user, {list}, false}, {}});
    ASSERT_TRUE(done) << done.error().message;
  }

  /// Documents of everybody, those of the marked one with the name in all of them, and what
  /// people and failures wrote of it.
  void write_it_everywhere() {
    for (const auto& work : claim_members(guild)) {
      const auto who = std::ranges::find(members, work.identity.bnet_id.value, &member::id);
      ASSERT_NE(who, members.end());
      auto outcome = outcome_of(work, {.who = *who, .guild = bnet_guild}, 1);
      if (who->id == marked_id) {
        for (const auto what :
             {document::equipment, document::mythic, document::professions, document::raids})
          outcome.arrived.push_back({what, R"({"character":"Zzmarker"})", version(1), "1"});
        outcome.columns.professions = R"(["Zzmarker"])";
        outcome.columns.raid_kills = R"(["Zzmarker"])";
        outcome.failed = {
            {document::toys, domain::failure_class::transient, "GET /zzmarker: 500", in(1min)}};
      }
      ASSERT_TRUE(apply(outcome));
    }
    const auto id = std::to_string(marked.value);
    db->exec(
        "insert into users (bnet_account_id, battletag, last_login_at) "
        "values (78, 'Owner#1', app_now());"
        "update characters set user_id = (select id from users where bnet_account_id = 78) "
        "where id = "
        + id
        + ";insert into jobs (kind, target, state, character_id, message, finished_at) values "
          "('sync_character', 'character "
        + id + "', 'failed', " + id
        + ", 'Zzmarker is not there', app_now());"
          "insert into jobs (kind, target, state, character_id, message) values "
          "('sync_character', 'character "
        + id + "', 'running', " + id
        + ", 'zzmarker: 500');"
          "insert into pending_transfers (guild_id, leaver_id, joiner_id) values ("
        + std::to_string(guild.value) + ", " + id + ", " + std::to_string(id_of(1'006).value)
        + ");"
          "insert into events (guild_id, title, event_type, start_time, end_time) select "
        + std::to_string(guild.value)
        + ", 'Raid night', 'Raid', app_now(), app_now();"
          "insert into event_subscriptions (event_id, user_id, character_id, status, note) "
          "select e.id, u.id, "
        + id
        + ", 'Confirmed', 'Zzmarker is late' from events e, users u;"
          "insert into audit_log (user_id, guild_id, action, before, after) select s.user_id, "
        + std::to_string(guild.value)
        + ", 'event.subscribe', to_jsonb(s), to_jsonb(s) from event_subscriptions s;"
          "insert into audit_log (guild_id, action, subject, before, after) select id, 'x', "
          "'Zzmarker', '\"zzmarker\"', '{\"title\": \"With Zzmarker!\"}' from guilds;"
          "insert into audit_log (guild_id, action, after) select id, 'kept', "
          "'{\"title\": \"Zzmark\"}' from guilds;"
          "insert into jobs (kind, target, state, guild_id, message, finished_at) select "
          "'track', "
          "'x', 'failed', id, 'profile of zzmarker: 500', app_now() from guilds;"
          "update tracked_guilds set last_error = 'GET /stormrage/zzmarker: 404';"
          "update document_states set error_detail = 'members: Zzmarker' where document = "
          "'roster';"
          "insert into kept_answers (user_id, key, digest, status, body) select id, 'named', "
          "sha256('x'), 201, '{\"name\":\"Zzmarker\"}' from users;"
          "insert into kept_answers (user_id, key, digest, status, body) select id, 'its id', "
          "sha256('x'), 201, '{\"character_id\":"
        + id
        + ",\"old\":\"zzmarkerbefore\"}' from users;"
          "insert into kept_answers (user_id, key, digest, status, body) select id, 'other', "
          "sha256('x'), 201, '{\"character_id\":"
        + id
        + "0}' from users;"
          // Took an address from it, which that event tells by the name.
          "insert into guild_events (kind, seen_at, region, guild_id, guild_realm_id, "
          "bnet_guild_id, character_id, realm_id, bnet_character_id, other_realm_id, "
          "other_bnet_character_id, old_name) select 'address_taken_over', app_now(), 'eu', "
          "g.id, g.realm_id, g.bnet_guild_id, c.id, c.realm_id, c.bnet_character_id, 1, "
        + std::to_string(marked_id)
        + ", 'Zzmarker' from guilds g, characters c where c.bnet_character_id = 1007");
    for (const auto* column :
         {"audit_log.after",
          "audit_log.before",
          "characters.equipment_json",
          "characters.mythic_profile_json",
          "characters.name ",
          "characters.name_key",
          "characters.professions",
          "characters.profile_json",
          "characters.raid_kills",
          "characters.raids_json",
          "document_states.error_detail",
          "event_subscriptions.note",
          "guild_events.new_name",
          "guild_events.old_name",
          "guild_members.character_name",
          "guild_members.member_data_json",
          "guilds.roster_json",
          "jobs.message",
          "kept_answers.body",
          "tracked_guilds.last_error"})
      EXPECT_NE((columns_with("zzmarker") + ' ').find(column), std::string::npos)
          << column << " should hold it before";
  }

  void forget_marked() {
    ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_character(s, marked); }));
  }
  void call_gone() {
    db->exec("update sync_queue set due_at = app_now(), lease_token = null, leased_until = "
             "null where character_id is not null");
    for (const auto& work : claim_members(guild))
      if (work.character == marked) {
        domain::character_outcome gone;
        gone.work = work;
        gone.gone = true;
        gone.next_due = in(24h);
        ASSERT_TRUE(apply(gone));
      }
  }
  std::string member_names() {
    return scalar(
        "select count(*) filter (where character_name is not null) || ' of ' || count(*) "
        "from guild_members where left_at is null");
  }
  std::string name_now() {
    return scalar("select name from characters where id = " + std::to_string(marked.value));
  }
  std::string roster_version() {
    return scalar("select last_modified from document_states where document = 'roster'");
  }

  std::vector<member> members;
  guild_id guild;
  character_id marked;
};

TEST_F(erasure, a_forgotten_character_is_named_nowhere) {
  write_it_everywhere();
  forget_marked();
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(
      scalar("select user_id from characters where id = " + std::to_string(marked.value)), "")
      << "it is nobody's now";
  EXPECT_EQ(
      count("select count(*) from jobs where finished_at is null and kind = "
            "'sync_character'"),
      0);
  EXPECT_EQ(scalar("select jsonb_array_length(roster_json -> 'members') from guilds"), "29");
  EXPECT_EQ(open_rows(), 30) << "it is a member all the same";
  EXPECT_EQ(scalar("select string_agg(key, ' ') from kept_answers"), "other");
  EXPECT_EQ(count("select count(*) from audit_log where after ? 'character_id'"), 1)
      << "what was done stays written down";
  EXPECT_EQ(scalar("select after ->> 'title' from audit_log where action = 'kept'"), "Zzmark");
}

TEST_F(erasure, a_forgotten_character_stays_so_whoever_lists_it) {
  write_it_everywhere();
  forget_marked();
  EXPECT_EQ(roster_version(), "") << "the next roster is to be a whole one";
  scan(members, 3);
  EXPECT_EQ(columns_with("zzmarker"), "") << "the same roster again";
  members[5].rank = 7;
  members[5].level = 79;
  members[5].name = "Zzmarkernew";
  scan(members, 4);
  EXPECT_EQ(columns_with("zzmarker"), "") << "a roster that renames it";
  scan(crowd(5), 5, {.count = 5});
  scan(members, 6);
  EXPECT_EQ(columns_with("zzmarker"), "") << "left and came back";
  EXPECT_EQ(count("select count(*) from guild_events where kind = 'returned'"), 25);

  const auto owner = count("select id from users where bnet_account_id = 78");
  onboard(user_id{owner}, {members[5]});
  EXPECT_EQ(columns_with("zzmarker"), "") << "an account list that was fetched before";
  EXPECT_EQ(
      scalar("select user_id from characters where id = " + std::to_string(marked.value)), "");

  EXPECT_EQ(db->ask(domain::sync_character{marked}).error().code, ec::conflict)
      << "nobody knows what to ask for";
  ASSERT_TRUE(db->run(
      [&](store::session& s) { return store::rederive(s, character_id{0}, 1'000, true); }));
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(
      count(
          "select count(*) from sync_queue where due_at < 'infinity' and character_id = "
          + std::to_string(marked.value)),
      0);
}

TEST_F(erasure, a_profile_that_was_on_its_way_names_no_forgotten_character) {
  db->exec("update sync_queue set due_at = app_now() where character_id is not null");
  const auto work = claim_members(guild);
  const auto mine = std::ranges::find(work, marked, &domain::character_work::character);
  ASSERT_NE(mine, work.end());
  forget_marked();
  EXPECT_EQ(apply(outcome_of(*mine, {.who = members[5]}, 3)).error().code, ec::lease_lost);
  // Whatever puts it into the queue again.
  db->exec(
      "insert into sync_queue (character_id, guild_id, priority, due_at, lease_token, "
      "leased_until) values ("
      + std::to_string(marked.value) + ", " + std::to_string(guild.value)
      + ", 2, app_now(), 4711, app_now() + interval '1 min')");
  auto late = *mine;
  late.lease = {
      queue_entry_id{count("select id from sync_queue where lease_token = 4711")},
      lease_token{4711}};
  ASSERT_TRUE(apply(outcome_of(late, {.who = members[5]}, 3)));
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(count("select count(*) from sync_queue where lease_token = 4711"), 0);
}

TEST_F(erasure, a_login_ends_the_forgetting) {
  const auto before = arrive(77, "Player#77").id;
  onboard(before, {members[5]});
  forget_marked();
  onboard(before, {members[5]});
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(arrive(77, "Player#77").id, before);
  onboard(before, {members[5]});
  EXPECT_EQ(name_now(), "Zzmarker");
  EXPECT_EQ(
      scalar("select user_id from characters where id = " + std::to_string(marked.value)),
      std::to_string(before.value));
  scan(members, 3);
  EXPECT_EQ(scalar("select jsonb_array_length(roster_json -> 'members') from guilds"), "30");
  EXPECT_EQ(member_names(), "30 of 30");
}

TEST_F(erasure, whom_battle_net_calls_gone_is_named_nowhere) {
  write_it_everywhere();
  call_gone();
  EXPECT_EQ(columns_with("zzmarker"), "");
  scan(members, 3);
  EXPECT_EQ(columns_with("zzmarker"), "") << "a roster that lists it still";
  members[5].name = "Zzmarker1f3a";
  scan(members, 4);
  EXPECT_EQ(columns_with("zzmarker"), "") << "a roster that lists the dead";
  EXPECT_EQ(
      scalar(
          "select user_id is not null from characters where id = "
          + std::to_string(marked.value)),
      "t")
      << "it is still its player's: only the account list says otherwise";
}

TEST_F(erasure, another_id_at_its_address_erases_it_the_same) {
  write_it_everywhere();
  db->exec("update sync_queue set due_at = app_now() where character_id is not null");
  for (const auto& work : claim_members(guild))
    if (work.character == marked) {
      auto other = members[5];
      other.id = 90'000;
      ASSERT_TRUE(apply(outcome_of(work, {.who = other}, 3)));
    }
  EXPECT_EQ(columns_with("zzmarker"), "");
  scan(members, 4);
  EXPECT_EQ(columns_with("zzmarker"), "");
}

TEST_F(erasure, whom_a_roster_calls_something_else_was_not_gone) {
  call_gone();
  members[5].name = "Anothername";
  const auto applied = scan(members, 3);
  EXPECT_EQ(applied.joined, 0);
  EXPECT_EQ(name_now(), "Anothername");
  EXPECT_EQ(member_names(), "30 of 30");
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(
      count(
          "select count(*) from sync_queue where due_at < 'infinity' and character_id = "
          + std::to_string(marked.value)),
      1);
}

TEST_F(erasure, what_became_of_a_character_is_forgotten_with_it) {
  auto moved = members[5];
  moved.id = 60'000;
  members[5] = moved;
  const auto work = claim_again();
  const auto applied = apply(outcome_of(work, members, 3, {}));
  ASSERT_EQ(applied.transfers.size(), 1u);
  ASSERT_TRUE(db->ask(domain::settle_transfer{work.lease, applied.transfers.front(), true}));
  marked = id_of(60'000);
  forget_marked();
  EXPECT_EQ(columns_with("zzmarker"), "");
}

TEST_F(erasure, a_forgotten_guild_is_named_nowhere_and_nobody_who_was_only_there) {
  write_it_everywhere();
  db->exec("update characters set user_id = null; delete from users");
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_guild(s, guild); }));
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(columns_with("avalerion"), "");
  EXPECT_EQ(count("select count(*) from jobs where finished_at is null"), 0);
}

TEST_F(erasure, nothing_is_named_30_days_after_the_last_proof) {
  write_it_everywhere();
  db->exec("update users set battletag = 'Zzmarker#1'");
  EXPECT_EQ(sweep_all().characters, 0) << "everything is proven";
  db->shift_clock(30 * 24h);
  const auto swept = sweep_all();
  EXPECT_EQ(columns_with("zzmarker"), "");
  EXPECT_EQ(swept.battletags, 1);
  EXPECT_GT(swept.events, 0);
  EXPECT_EQ(count("select count(*) from characters where bnet_character_id > 0"), 30);
  EXPECT_GT(events("renamed"), 0) << "what happened stays, without names";
}

TEST_F(erasure, a_forgotten_user_is_named_nowhere) {
  write_it_everywhere();
  forget_marked();
  const auto user = count("select id from users");
  db->exec("update users set battletag = 'Zzmarker#1';"
           "update tracked_guilds set requested_by = 'Zzmarker#1';"
           "insert into login_attempts (state_hash, region, expires_at) values (sha256('a'), "
           "'eu', app_now());"
           "insert into jobs (kind, target, requested_by, finished_at, state) values "
           "('track', 'x', 'Zzmarker#1', app_now(), 'done');"
           "update events set created_by = (select id from users), title = 'Zzmarker calls', "
           "description = 'zzmarker', event_details = '[\"Zzmarker\"]';"
           "update event_subscriptions set note = 'Zzmarker';"
           "update audit_log set subject = 'Zzmarker', after = '{\"by\": \"Zzmarker\"}' where "
           "user_id is not null");
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_user(s, user_id{user}); }));
  EXPECT_EQ(columns_with("zzmarker"), "");
}

TEST_F(erasure, whoever_is_a_member_elsewhere_or_somebodys_outlives_a_forgotten_guild) {
  write_it_everywhere();
  const domain::guild_address other{domain::region::eu, "stormrage", "rivals"};
  track(other);
  auto rivals = crowd(10, 4'000);
  rivals.push_back(members[9]);
  db->exec("update tracked_guilds set roster_due_at = case name_slug when 'rivals' then "
           "app_now() else 'infinity' end; update sync_queue set due_at = app_now() where "
           "tracked_guild_id is not null");
  auto work = claim();
  for (; work.address != other; work = claim())
    finish(work, guild);
  const auto there = apply(outcome_of(work, rivals, 20, {.guild = 70'002, .name = "Rivals"}));
  finish(work, there.guild);
  db->exec("update guilds set roster_json = null where bnet_guild_id = 70002"); // made up alike

  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_guild(s, guild); }));
  EXPECT_EQ(
      scalar(
          "select name || ' in ' || guild_id from characters where bnet_character_id = 1009"),
      members[9].name + " in " + std::to_string(there.guild.value));
  EXPECT_EQ(name_now(), "Zzmarker") << "it is somebody's";
  EXPECT_EQ(
      scalar(
          "select guild_id is null and profile_json is not null from characters where id = "
          + std::to_string(marked.value)),
      "t");
  EXPECT_EQ(columns_with("avalerion"), "") << "but the guild leaves no trace with them";
  EXPECT_EQ(
      count(
          "select count(*) from guild_members where guild_id = " + std::to_string(guild.value)
          + " and (left_at is null or character_name is not null or member_data_json is not "
            "null)"),
      0);
  EXPECT_EQ(
      scalar(
          "select coalesce(q.guild_id::text, '-') from sync_queue q where character_id = "
          + std::to_string(marked.value)),
      "-");
  EXPECT_EQ(
      scalar("select q.guild_id from sync_queue q join characters c on c.id = q.character_id "
             "where c.bnet_character_id = 1009"),
      std::to_string(there.guild.value));
  EXPECT_EQ(count("select count(*) from characters where name is not null"), 12);
}

TEST_F(erasure, an_honest_roster_brings_back_whoever_was_erased_for_want_of_proof) {
  db->exec(
      "update characters set verified_at = app_now() - interval '40 days' where id = "
      + std::to_string(marked.value)
      + "; update document_states set checked_at = app_now() - interval '30 days'");
  sweep_all();
  EXPECT_EQ(name_now(), "");
  scan(members, 3);
  EXPECT_EQ(name_now(), "Zzmarker");
  EXPECT_EQ(
      count(
          "select count(*) from sync_queue where due_at <= app_now() and character_id = "
          + std::to_string(marked.value)),
      1);
}

TEST_F(erasure, jobs_end_with_whatever_they_waited_for) {
  const auto open = [&] {
    return count("select count(*) from jobs where finished_at is null");
  };
  sync_members(guild, members, 3);
  ASSERT_TRUE(db->ask(domain::sync_character{id_of(1'010)}));
  ASSERT_TRUE(db->ask(domain::sync_character{id_of(1'011)}));
  ASSERT_TRUE(db->ask(domain::sync_character{id_of(1'012)}));
  db->exec("update jobs set finished_at = app_now(), state = 'done' where kind = 'track'");
  EXPECT_EQ(open(), 3);
  ASSERT_TRUE(
      db->run([&](store::session& s) { return store::forget_character(s, id_of(1'010)); }));
  EXPECT_EQ(open(), 2);
  EXPECT_EQ(
      scalar(
          "select state || ': ' || message from jobs where character_id = "
          + std::to_string(id_of(1'010).value)),
      "failed: erased");
  members.erase(members.begin() + 11);
  scan(members, 4);
  EXPECT_EQ(open(), 1) << "nobody keeps a leaver fresh";
  ASSERT_TRUE(db->ask(domain::untrack{address}));
  EXPECT_EQ(open(), 0) << "nor the members of a guild that is not tracked";
}

TEST_F(erasure, a_sign_up_outlives_the_battletag_of_whoever_signed_up) {
  write_it_everywhere();
  db->exec("update users set last_login_at = app_now() - interval '30 days', created_at = "
           "app_now() - interval '1 year'");
  sweep_all();
  const auto shown =
      db->ask(domain::sign_ups_of{event_id{count("select id from events")}}).value();
  ASSERT_EQ(shown.list.size(), 1u);
  EXPECT_EQ(shown.list.front().battletag, "a former user");
}

TEST_F(erasure, of_a_guild_leaves_no_rank_that_counts_somebody) {
  ASSERT_GT(count("select count(*) from ranks where member_count > 0"), 0);
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_guild(s, guild); }));
  EXPECT_EQ(count("select count(*) from ranks where member_count > 0"), 0);
}

TEST_F(erasure, of_a_character_leaves_no_licence_that_tells_whose_it_was) {
  const auto user = arrive(5, "Tag#5").id;
  domain::account_list list{domain::region::eu, {}};
  list.characters.push_back(
      {bnet_character_id{marked_id}, "Zzmarker", {realm_id{1}, "stormrage", ""}, 80, 1, 31});
  ASSERT_TRUE(db->ask(domain::onboard{{user, {list}, false}, {}}));
  ASSERT_EQ(count("select count(*) from characters where licence_id is not null"), 1);
  forget_marked();
  EXPECT_EQ(count("select count(*) from characters where licence_id is not null"), 0);
}

TEST_F(erasure, of_a_battletag_forgets_it_where_its_user_asked_for_something) {
  arrive(5, "Zzowner#5");
  db->exec("update jobs set requested_by = 'Zzowner#5';"
           "update tracked_guilds set requested_by = 'Zzowner#5'");
  db->shift_clock(31 * 24h);
  sweep_all();
  EXPECT_EQ(columns_with("zzowner"), "");
}

} // namespace guildhall::test
