#include "domain/accounts.hpp"
#include "domain/guild_reads.hpp"
#include "domain/own.hpp"
#include "domain/validation_stats.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

class own_things : public guild_people {
protected:
  std::int64_t queued(std::int64_t bnet) {
    return count(
        "select count(*) from sync_queue where forced and due_at <= app_now() and character_id "
        "= "
        + std::to_string(character(bnet).value));
  }
  void not_due() {
    db->exec("update sync_queue set forced = false, due_at = app_now() + interval '4 h'");
  }
};

TEST_F(own_things, guilds_are_those_of_their_characters) {
  const auto mine = db->ask(domain::own_guilds_of{raider.id});
  ASSERT_EQ(mine->size(), 1u);
  EXPECT_EQ(mine->front().id, guild);
  EXPECT_EQ(mine->front().leader_id, master.id);
  EXPECT_EQ(
      scalar("select '" + mine->front().guild_data_json + "'::jsonb ->> 'name'"), "Avalerion");
  EXPECT_EQ(
      scalar("select '" + mine->front().guild_data_json + "'::jsonb ->> 'member_count'"), "10");
  const auto none = db->ask(domain::own_guilds_of{stranger.id});
  EXPECT_TRUE(none->empty());
}

TEST_F(own_things, guilds_are_also_those_that_only_a_profile_names_yet) {
  const auto made = count(
      "insert into guilds (region, realm_id, bnet_guild_id, realm, name, name_key) values "
      "('eu', 1, 4711, 'stormrage', 'New Home', 'new-home') returning id");
  db->exec(
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
      "user_id, guild_id) values ('eu', 9, 90001, 'draenor', 'Twin', 'twin', "
      + std::to_string(stranger.id.value) + ", " + std::to_string(made) + ")");
  const auto mine = db->ask(domain::own_guilds_of{stranger.id});
  ASSERT_EQ(mine->size(), 1u);
  EXPECT_EQ(mine->front().name, "New Home");
  EXPECT_EQ(
      scalar("select '" + mine->front().guild_data_json + "'::jsonb ->> 'name'"), "New Home");
  EXPECT_FALSE(db->ask(domain::standing_of{stranger.id})->is_member({made}))
      << "a profile gives no rights";
  db->exec("update guilds set last_roster_sync = app_now() where id = " + std::to_string(made));
  EXPECT_TRUE(db->ask(domain::own_guilds_of{stranger.id})->empty())
      << "the roster says better who is in it";
}

TEST_F(own_things, characters_are_those_of_their_account_list) {
  db->exec(
      "insert into main_overrides (guild_id, character_id, is_main) values ("
      + std::to_string(guild.value) + ", " + std::to_string(character(1'002).value)
      + ", true)");
  const auto mine = db->ask(domain::own_characters_of{raider.id});
  ASSERT_EQ(mine->size(), 1u);
  EXPECT_EQ(mine->front().id, character(1'002));
  EXPECT_TRUE(mine->front().is_main);
  EXPECT_EQ(mine->front().user_id, raider.id);
}

TEST_F(own_things, only_they_are_queued_and_not_again_and_again) {
  not_due();
  const auto sync = [&](const domain::standing& who, std::int64_t bnet) {
    return code_of(db->ask(domain::sync_own{by(who), character(bnet)}));
  };
  EXPECT_EQ(sync(raider, 1'001), ec::forbidden);
  EXPECT_EQ(queued(1'001), 0);
  EXPECT_EQ(sync(raider, 77), ec::not_found);
  const auto hidden = db->ask(domain::sync_own{by(stranger), character(1'001)});
  EXPECT_EQ(code_of(hidden), ec::not_found) << "a stranger is told of nobody";
  EXPECT_EQ(hidden.error().message, domain::no_such_character(character(1'001)).message);
  EXPECT_EQ(sync(raider, 1'002), ec::none);
  EXPECT_EQ(queued(1'002), 1);
  not_due();
  db->exec(
      "insert into document_states (character_id, document, state, fetched_at, checked_at) "
      "values ("
      + std::to_string(character(1'002).value) + ", 'profile', 'ok', app_now(), app_now())");
  EXPECT_EQ(sync(raider, 1'002), ec::none);
  EXPECT_EQ(queued(1'002), 0) << "looked at a moment ago";
  db->shift_clock(11min);
  not_due();
  EXPECT_EQ(sync(raider, 1'002), ec::none);
  EXPECT_EQ(queued(1'002), 1);
}

TEST_F(own_things, who_is_not_shown_is_not_asked_for_time_and_again) {
  not_due();
  db->exec(
      "insert into document_states (character_id, document, state, error_class, failures, "
      "failed_at) values ("
      + std::to_string(character(1'002).value)
      + ", 'profile', 'not_found', 'not_found', 1, app_now())");
  const auto sync = [&] { return db->ask(domain::sync_own{by(raider), character(1'002)}); };
  EXPECT_TRUE(sync());
  EXPECT_EQ(queued(1'002), 0);
  db->shift_clock(11min);
  not_due();
  EXPECT_TRUE(sync());
  EXPECT_EQ(queued(1'002), 1);
}

TEST_F(own_things, nobody_claims_what_their_account_list_does_not_show) {
  const auto claim = [&](const domain::standing& who, const std::string& name_key) {
    return code_of(
        db->ask(domain::sync_own_at{by(who), {domain::region::eu, "stormrage", name_key}}));
  };
  const auto key = scalar("select name_key from characters where bnet_character_id = 1002");
  EXPECT_EQ(claim(raider, key), ec::none);
  EXPECT_EQ(claim(officer, key), ec::forbidden);
  EXPECT_EQ(claim(stranger, "nobody"), ec::forbidden);
  EXPECT_EQ(
      count("select user_id from characters where bnet_character_id = 1002"), raider.id.value);
}

TEST_F(own_things, validation_counts_what_could_not_be_used_since_the_last_reset) {
  const auto profile = [&]() -> domain::validation_stats {
    const auto stats = db->ask(domain::validation_report{});
    const auto found =
        std::ranges::find(*stats, "profile", &domain::validation_stats::document);
    return found == stats->end() ? domain::validation_stats{} : *found;
  };
  db->exec(
      "insert into document_states (character_id, document, state, error_class, error_detail, "
      "failures, failed_at) select id, 'profile', 'malformed', 'malformed', 'level: missing', "
      "1, "
      "app_now() from characters where bnet_character_id < 1003");
  EXPECT_EQ(profile().total, 3);
  EXPECT_EQ(profile().malformed, 3);
  ASSERT_EQ(profile().causes.size(), 1u);
  EXPECT_EQ(profile().causes[0].what, "level: missing");
  EXPECT_EQ(profile().causes[0].count, 3);
  ASSERT_TRUE(db->ask(domain::reset_validation{by(master)}));
  EXPECT_EQ(profile().malformed, 0);
  EXPECT_EQ(audited("validation.reset", master), 1);
}

TEST_F(own_things, of_a_region_that_is_not_synced_are_refused_at_once) {
  not_due();
  const std::vector<domain::region> elsewhere{domain::region::us};
  EXPECT_EQ(
      code_of(db->ask(domain::sync_own{by(raider), character(1'002), elsewhere})),
      ec::validation);
  EXPECT_EQ(queued(1'002), 0);
  EXPECT_EQ(count("select count(*) from jobs where kind = 'sync_character'"), 0);
  EXPECT_EQ(
      code_of(db->ask(domain::sync_own{by(raider), character(1'002), {domain::region::eu}})),
      ec::none);
}

} // namespace guildhall::test
