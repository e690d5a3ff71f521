#include "domain/accounts.hpp"
#include "domain/onboarding.hpp"
#include "domain/own.hpp"
#include "tests/integration/store/people/guild_people.hpp"

namespace guildhall::test {

/// The guilds of somebody who has just logged in, before any roster is there.
class discovery : public guild_people {
protected:
  void SetUp() override {
    guild_people::SetUp();
    newcomer = add_user("New#1");
    first = add_character(90'001, "One", 70);
    second = add_character(90'002, "Two", 80);
  }
  std::int64_t add_character(std::int64_t bnet, const std::string& name, int level) {
    return count(
        "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
        "level, user_id) values ('eu', 1, "
        + std::to_string(bnet) + ", 'stormrage', '" + name + "', lower('" + name + "'), "
        + std::to_string(level) + ", " + std::to_string(newcomer.id.value) + ") returning id");
  }
  std::vector<domain::unseen_character> unseen() {
    return db->ask(domain::unseen_characters{newcomer.id}).value();
  }
  static domain::guild_ref home(std::int64_t bnet = 4'711) {
    return {
        bnet_guild_id{bnet}, "New Home", {realm_id{1}, "stormrage", "Stormrage"}, "new-home"};
  }
  result<void> discover(const domain::unseen_character& by, std::int64_t max_guilds = 100) {
    return db->ask(domain::discover{newcomer.id, by, home(), {true, max_guilds}});
  }
  std::vector<domain::own_guild> dashboard() {
    return db->ask(domain::own_guilds_of{newcomer.id}).value();
  }

  domain::standing newcomer;
  std::int64_t first{0};
  std::int64_t second{0};
};

TEST_F(discovery, looks_at_those_of_whom_nothing_is_known_highest_level_first) {
  const auto found = unseen();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id.value, second);
  EXPECT_EQ(found[0].address.name_key, "two");
  EXPECT_EQ(found[0].who.bnet_id.value, 90'002);
  db->exec(
      "insert into document_states (character_id, document, state) values ("
      + std::to_string(second) + ", 'profile', 'ok')");
  EXPECT_EQ(unseen().size(), 1u);
  EXPECT_TRUE(db->ask(domain::unseen_characters{raider.id})->empty()) << "is in a guild";
}

TEST_F(discovery, shows_the_guild_that_a_profile_names) {
  ASSERT_TRUE(discover(unseen().at(0)));
  const auto shown = dashboard();
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].name, "New Home");
  EXPECT_EQ(shown[0].realm, "stormrage");
  EXPECT_EQ(
      count(
          "select count(*) from tracked_guilds where name_slug = 'new-home' and guild_id = "
          + std::to_string(shown[0].id.value)),
      1);
  EXPECT_FALSE(db->ask(domain::standing_of{newcomer.id})->is_member(shown[0].id));
  ASSERT_TRUE(discover(unseen().at(0))) << "the other one, of the same guild";
  EXPECT_EQ(dashboard().size(), 1u);
}

TEST_F(discovery, is_bounded_and_believes_rosters_more) {
  ASSERT_TRUE(discover(unseen().at(0), 1)) << "one is tracked already";
  EXPECT_TRUE(dashboard().empty());
  const domain::unseen_character listed{
      character(1'002), {domain::region::eu, realm_id{1}, bnet_character_id{1'002}}, {}};
  ASSERT_TRUE(db->ask(domain::discover{raider.id, listed, home(), {true, 100}}));
  EXPECT_EQ(
      count("select guild_id from characters where bnet_character_id = 1002"), guild.value);
}

} // namespace guildhall::test
