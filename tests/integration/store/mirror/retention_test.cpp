#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "store/postgres/change_feed.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::document;

class retention : public mirror {
protected:
  static constexpr auto marker = "Zzmarker";

  /// Tables of which any row shows the marker, whatever its columns are called.
  std::string tables_with(const std::string& text) {
    std::string found;
    for (auto i = count("select count(*) from pg_tables where schemaname = 'public'");
         i-- > 0;) {
      const auto table = scalar(
          "select tablename from pg_tables where schemaname = 'public' order by 1 offset "
          + std::to_string(i) + " limit 1");
      if (count("select count(*) from " + table + " t where t::text ilike '%" + text + "%'")
          > 0)
        found += table + " ";
    }
    return found;
  }

  /// The marker in every place that the sync writes a player's data to.
  guild_id mirror_marked() {
    track();
    members = crowd(30);
    members[5].name = "Zzmarkerold";
    members[6].name = "Zzmarkergone";
    const auto guild = scan(members, 1).guild;
    members[5].name = marker;
    auto transferred = members[6];
    transferred.id = 60'000;
    members[6] = transferred; // left and joined: a transfer to check
    scan(members, 2);
    for (const auto& work : claim_members(guild)) {
      const auto who = std::ranges::find(members, work.identity.bnet_id.value, &member::id);
      auto outcome = outcome_of(work, {.who = *who, .extra = R"(,"title":"Zzmarker")"}, 1);
      for (const auto what : {document::equipment, document::mythic, document::professions})
        outcome.arrived.push_back({what, R"({"character":"Zzmarker"})", version(1), "1"});
      outcome.failed = {
          {document::toys, domain::failure_class::transient, "GET /zzmarker: 500", in(1min)}};
      EXPECT_TRUE(apply(outcome));
    }
    return guild;
  }

  std::vector<member> members;
};

TEST_F(retention, nothing_of_a_player_is_left_30_days_after_the_last_proof) {
  mirror_marked();
  const auto before = tables_with(marker);
  for (const auto* table :
       {"characters", "document_states", "guild_events", "guild_members", "guilds"})
    EXPECT_NE(before.find(table), std::string::npos) << table << " should hold it before";
  EXPECT_EQ(sweep_all().characters, 0) << "everything is proven";

  db->shift_clock(30 * 24h);
  sweep_all();
  EXPECT_EQ(tables_with(marker), "");
  // The rows with their ids stay, so that foreign keys hold.
  EXPECT_EQ(count("select count(*) from characters where bnet_character_id > 0"), 31);
  EXPECT_EQ(open_rows(), 30);
  EXPECT_GT(events("renamed"), 0);
}

TEST_F(retention, a_roster_that_was_confirmed_proves_the_names_it_lists_and_no_document) {
  mirror_marked();
  db->shift_clock(28 * 24h);
  scan(members, 3);
  db->shift_clock(2 * 24h);
  sweep_all();
  EXPECT_EQ(
      count(
          "select count(*) from characters where profile_json is not null or equipment_json is "
          "not null or professions is not null or role is not null"),
      0);
  EXPECT_EQ(count("select count(*) from document_states where character_id is not null"), 0);
  EXPECT_EQ(
      count("select count(*) from characters c join guild_members m on m.character_id = c.id "
            "where left_at is null and c.name is not null"),
      30);
  EXPECT_EQ(count("select count(*) from guilds where roster_json is not null"), 1);
  // Nobody confirms it any more.
  db->shift_clock(29 * 24h);
  sweep_all();
  EXPECT_EQ(tables_with(marker), "");
}

TEST_F(retention, a_404_only_starts_the_clock) {
  members = crowd(10);
  const auto guild = mirrored(members);
  db->shift_clock(20 * 24h);
  db->exec("update sync_queue set due_at = app_now() where character_id is not null");
  for (const auto& work : claim_members(guild)) {
    domain::character_outcome failed;
    failed.work = work;
    failed.failed = {{document::profile, domain::failure_class::not_found, "404", in(24h)}};
    failed.next_due = in(24h);
    ASSERT_TRUE(apply(failed));
  }
  EXPECT_EQ(sweep_all().characters, 0);
  EXPECT_EQ(count("select count(*) from characters where profile_json is not null"), 10);
  db->shift_clock(10 * 24h);
  EXPECT_GT(sweep_all().characters, 0);
  EXPECT_EQ(count("select count(*) from characters where profile_json is not null"), 0);
}

TEST_F(retention, whoever_is_erased_comes_back_with_the_next_roster) {
  members = crowd(10);
  const auto guild = mirrored(members);
  db->shift_clock(30 * 24h);
  sweep_all();
  EXPECT_EQ(count("select count(*) from characters where name is not null"), 0);
  const auto applied = scan(members, 2);
  EXPECT_EQ(applied.joined, 0);
  EXPECT_EQ(events("renamed"), 0) << "it was never called nothing";
  EXPECT_EQ(
      count("select count(*) from characters where name_key is not null and erased_at is null"),
      10);
  EXPECT_EQ(claim_members(guild).size(), 10u);
  EXPECT_EQ(sweep_all().characters, 0);
}

TEST_F(retention, users_tokens_logins_and_old_candidates_go) {
  db->exec(
      "insert into users (bnet_account_id, sealed_tokens, tokens_stored_at) values (1, 'x', "
      "app_now()), (2, 'x', app_now() - interval '25 h');"
      "insert into login_attempts (state_hash, region, expires_at) values (sha256('a'), 'eu', "
      "app_now() - interval '1 s'), (sha256('b'), 'eu', app_now() + interval '1 min');"
      "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, name_slug, "
      "last_seen_at) values ('eu', 1, 1, 's', 'a', 'a', app_now() - interval '40 days'), "
      "('eu', 1, "
      "2, 's', 'b', 'b', app_now())");
  EXPECT_EQ(sweep_all().users, 1);
  EXPECT_EQ(scalar("select bnet_account_id from users where sealed_tokens is not null"), "1");
  EXPECT_EQ(count("select count(*) from login_attempts"), 1);
  EXPECT_EQ(scalar("select name from guild_candidates"), "b");
}

TEST_F(retention, forgetting_a_character_erases_it_at_once) {
  mirror_marked();
  const character_id id{count("select id from characters where name = 'Zzmarker'")};
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_character(s, id); }));
  EXPECT_EQ(
      scalar(
          "select coalesce(name, '') || (profile_json is null) from characters where id = "
          + std::to_string(id.value)),
      "true");
  EXPECT_EQ(
      count(
          "select count(*) from guild_events where character_id = " + std::to_string(id.value)
          + " and (old_name is not null or new_name is not null)"),
      0);
  EXPECT_EQ(
      db->run(
            [](store::session& s) { return store::forget_character(s, character_id{99'999}); })
          .error()
          .code,
      ec::not_found);
}

TEST_F(retention, forgetting_a_guild_erases_it_and_its_members) {
  const auto guild = mirror_marked();
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_guild(s, guild); }));
  EXPECT_EQ(tables_with(marker), "");
  EXPECT_EQ(open_rows(), 0);
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 0);
  EXPECT_EQ(count("select count(*) from sync_queue"), 0);
  EXPECT_EQ(count("select count(*) from guilds where name = ''"), 1);
}

TEST_F(retention, forgetting_a_user_unties_what_was_theirs) {
  track();
  scan(crowd(10), 1);
  db->exec(
      "insert into users (bnet_account_id, battletag, sealed_tokens, tokens_stored_at) values "
      "(1, "
      "'Zzmarker#1', 'x', app_now());"
      "update characters set user_id = (select id from users) where bnet_character_id = 1000;"
      "insert into audit_log (user_id, action, after) select id, 'rename', '\"Zzmarker\"' from "
      "users");
  const user_id id{count("select id from users")};
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_user(s, id); }));
  EXPECT_EQ(tables_with(marker), "");
  EXPECT_EQ(count("select count(*) from characters where user_id is not null"), 0);
  EXPECT_EQ(open_rows(), 10);
}

TEST_F(retention, whoever_shows_a_forgotten_user_is_told) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  db->exec("insert into users (bnet_account_id) values (1), (2);"
           "update characters set user_id = (select min(id) from users) "
           "where bnet_character_id = 1000;"
           "insert into events (guild_id, title, event_type, start_time, end_time, created_by) "
           "select g.id, 'Raid', 'Raid', app_now(), app_now(), (select max(id) from users) "
           "from guilds g;"
           "insert into event_subscriptions (event_id, user_id, character_id, status) "
           "select e.id, c.user_id, c.id, 'Confirmed' from events e, characters c "
           "where c.user_id is not null");
  const user_id id{count("select min(id) from users")};
  auto feed = store::change_feed::open(db->options());
  ASSERT_TRUE(feed);
  ASSERT_TRUE(db->run([&](store::session& s) { return store::forget_user(s, id); }));
  const auto heard = (*feed)->wait(5s);
  ASSERT_TRUE(heard);
  std::vector<std::string> tags;
  for (const auto& change : *heard)
    tags.push_back(change.payload);
  EXPECT_EQ(
      tags,
      (std::vector{
          "character:" + scalar("select id from characters where bnet_character_id = 1000"),
          "event:" + scalar("select id from events"), "guild:" + std::to_string(guild.value),
          "user:" + std::to_string(id.value)}));
  EXPECT_EQ(count("select count(*) from event_subscriptions"), 0);
}

TEST_F(retention, each_sweep_goes_on_until_nothing_is_left_and_counts_what_it_took) {
  db->exec(
      "insert into login_attempts (state_hash, region, expires_at) select "
      "sha256(n::text::bytea), 'eu', app_now() - interval '1 s' from generate_series(1, 175) n;"
      "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, name_slug, "
      "last_seen_at) select 'eu', 1, n, 's', 'c', 'c-' || n, app_now() - interval '40 days' "
      "from generate_series(1, 130) n;"
      "insert into jobs (kind, target, state, finished_at) select 'track', 'x', 'done', "
      "app_now() - interval '30 days' from generate_series(1, 120) n;"
      "insert into audit_log (action, at) select 'x', app_now() - n * interval '1 day' from "
      "generate_series(1, 90) n;"
      "insert into users (bnet_account_id, battletag, last_login_at, created_at) select n, "
      "'Old#' || n, app_now() - interval '30 days', app_now() - interval '1 year' from "
      "generate_series(1, 110) n;"
      "insert into users (bnet_account_id, battletag, last_login_at, created_at) values (500, "
      "'New#1', app_now() - interval '28 days', app_now() - interval '1 year'), (501, "
      "'Imported#1', null, app_now() - interval '28 days'), (502, 'Imported#2', null, "
      "app_now() "
      "- interval '30 days'), (-1, 'Development', null, app_now() - interval '1 year')");
  const auto swept = sweep_all(60 * 24h);
  EXPECT_EQ(swept.logins, 175);
  EXPECT_EQ(swept.candidates, 130);
  EXPECT_EQ(swept.jobs, 120);
  EXPECT_EQ(swept.audit, 31);
  EXPECT_EQ(swept.battletags, 111);
  EXPECT_EQ(
      scalar("select string_agg(battletag, ' ' order by battletag) from users where battletag "
             "is not null"),
      "Development Imported#1 New#1");
  EXPECT_EQ(sweep_all().audit, 0) << "without a key the log is kept";
  EXPECT_EQ(count("select count(*) from audit_log"), 59);
}

TEST_F(retention, goes_on_with_the_rest_when_one_part_of_a_sweep_fails) {
  track();
  scan(crowd(10), 1);
  db->exec("insert into login_attempts (state_hash, region, expires_at) values "
           "(sha256('x'), 'eu', app_now() - interval '1 h');"
           "update characters set verified_at = app_now() - interval '40 days';"
           "create function refuse() returns trigger language plpgsql as $$ begin raise "
           "exception 'no'; end $$;"
           "create trigger refuse before update on characters execute function refuse()");
  EXPECT_ANY_THROW((void)db->ask(domain::sweep{50, erase_after, {}})) << "it says so";
  EXPECT_EQ(count("select count(*) from login_attempts"), 0);
}

} // namespace guildhall::test
