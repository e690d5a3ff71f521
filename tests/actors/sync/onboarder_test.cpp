#include "actors/sync/onboarder.hpp"
#include "tests/actors/support/seals.hpp"
#include "tests/actors/support/sync_fixture.hpp"
#include "tests/support/fake_port.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

using fake_onboarding = test::fake_port<domain::onboarding_port>;
using domain::onboard;
using domain::pending_onboardings;

const std::string account_path = "/profile/user/wow";

std::string account_body(std::int64_t id, const std::string& name) {
  return R"({"id":1,"wow_accounts":[{"id":1,"characters":[{"name":")" + name + R"(","id":)"
       + std::to_string(id)
       + R"(,"realm":{"id":1,"slug":"stormrage","name":"Stormrage"},"level":80,)"
         R"("playable_class":{"id":1,"name":"Warrior"}}]}]})";
}

class onboarder_test : public test::sync_fixture {
protected:
  void start() {
    people.on<pending_onboardings>([this](const auto&) { return std::exchange(due, {}); });
    environment->settings.track_discovered = "of_users";
    environment->settings.max_guilds = 7;
    actor_ = keep(world.system().spawn(
        onboarder, std::shared_ptr<const sync_environment>{environment},
        onboarder_options{.store = &people, .seals = test::seals()}));
    world.run();
  }
  void TearDown() override {
    actor_ = nullptr;
    sync_fixture::TearDown();
  }
  void fetch_lists_of(std::int64_t user) {
    caf::anon_send(
        actor_, atom::onboard_v,
        onboarding_request{user_id{user}, "users-token", [this] { ++told; }});
    world.run();
  }

  const domain::account_lists& stored(std::size_t nth = 0) {
    return people.asked<onboard>().at(nth).account;
  }

  fake_onboarding people;
  std::vector<domain::pending_onboarding> due;
  int told{0};
  onboarder_actor actor_;
};

TEST_F(onboarder_test, asks_with_the_users_own_token_as_a_person_and_stores_what_came) {
  on(account_path, test::answer_of(200, account_body(42, "Thrall")));
  start();
  fetch_lists_of(5);
  ASSERT_EQ(gateway_script_.asked.size(), 1u);
  const auto& asked_for = gateway_script_.asked.front();
  EXPECT_EQ(asked_for.user_token, "users-token");
  EXPECT_EQ(asked_for.priority, domain::priority::person);
  EXPECT_EQ(asked_for.what.namespace_value, "profile-eu");
  ASSERT_EQ(people.count<onboard>(), 1u);
  EXPECT_EQ(stored().user, user_id{5});
  EXPECT_TRUE(stored().finished);
  ASSERT_EQ(stored().lists.size(), 1u);
  EXPECT_EQ(stored().lists[0].characters.at(0).name, "Thrall");
  EXPECT_EQ(people.last<onboard>().policy.max_guilds, 7);
  EXPECT_EQ(told, 1);
}

TEST_F(onboarder_test, an_account_without_a_licence_there_has_nobody_there) {
  start();
  fetch_lists_of(5);
  ASSERT_EQ(people.count<onboard>(), 1u);
  ASSERT_EQ(stored().lists.size(), 1u);
  EXPECT_TRUE(stored().lists[0].characters.empty());
  EXPECT_TRUE(stored().finished);
}

TEST_F(onboarder_test, what_does_not_answer_is_no_empty_list_and_is_asked_again_later) {
  on(account_path, test::answer_of(500));
  start();
  fetch_lists_of(5);
  ASSERT_EQ(people.count<onboard>(), 1u);
  EXPECT_TRUE(stored().lists.empty());
  EXPECT_FALSE(stored().finished) << "the token is kept";
  EXPECT_EQ(told, 1);

  on(account_path, test::answer_of(200, account_body(42, "Thrall")));
  due = {
      {user_id{5}, bnet_account_id{77},
       test::seals()->seal("users-token", domain::seal_context(bnet_account_id{77}))}};
  world.advance(11s);
  ASSERT_EQ(people.count<onboard>(), 2u);
  EXPECT_TRUE(stored(1).finished);
  EXPECT_EQ(gateway_script_.asked.back().user_token, "users-token");
}

TEST_F(onboarder_test, sends_nothing_that_is_no_token) {
  for (const auto& odd : {std::string(100'000, 'x'), std::string{"a\r\nX: 1"}, std::string{}}) {
    due = {
        {user_id{5}, bnet_account_id{77},
         test::seals()->seal(odd, domain::seal_context(bnet_account_id{77}))}};
    start();
    world.advance(11s);
    EXPECT_TRUE(gateway_script_.asked.empty());
  }
}

TEST_F(onboarder_test, malformed_lists_unlink_nobody) {
  on(account_path, test::answer_of(200, R"({"wow_accounts":7})"));
  start();
  fetch_lists_of(5);
  ASSERT_EQ(people.count<onboard>(), 1u);
  EXPECT_TRUE(stored().lists.empty());
  EXPECT_FALSE(stored().finished);
}

TEST_F(onboarder_test, an_odd_answer_says_nothing_and_keeps_the_token) {
  for (const auto& odd :
       {test::answer_of(200, "{}"), test::answer_of(200, "[]"),
        test::answer_of(200, R"({"id":1})"),
        test::answer_of(200, R"({"code":500,"reason":"maintenance"})"),
        test::answer_of(200, R"({"wow_accounts":null})"), test::answer_of(200, ""),
        test::answer_of(403), test::answer_of(503), test::answer_of(429)}) {
    on(account_path, odd);
    start();
    fetch_lists_of(5);
    EXPECT_TRUE(people.last<onboard>().account.lists.empty()) << odd.detail;
    EXPECT_FALSE(people.last<onboard>().account.finished) << odd.detail;
  }
}

TEST_F(onboarder_test, a_list_says_which_licences_it_holds) {
  on(account_path, test::answer_of(200, account_body(42, "Thrall")));
  start();
  fetch_lists_of(5);
  ASSERT_EQ(stored().lists.at(0).licences.size(), 1u);
  EXPECT_EQ(stored().lists[0].licences[0].id, 1);
  EXPECT_EQ(stored().lists[0].licences[0].characters, 1u);
  EXPECT_EQ(stored().lists[0].characters.at(0).licence, 1);
}

std::string profile_body(std::int64_t id, const std::string& guild) {
  return R"({"id":)" + std::to_string(id)
       + R"(,"name":"Thrall","realm":{"id":1,"slug":"stormrage","name":"Stormrage"},"level":80,)"
         R"("character_class":{"id":1,"name":"Warrior"})"
       + guild + "}";
}

class discovering_test : public onboarder_test {
protected:
  void SetUp() override {
    onboarder_test::SetUp();
    on(account_path, test::answer_of(200, account_body(42, "Thrall")));
    people.returns<domain::unseen_characters>({{seen(42, "thrall"), seen(43, "jaina")}});
    on("/profile/wow/character/stormrage/jaina", test::answer_of(404));
  }
  static domain::unseen_character seen(std::int64_t id, const std::string& name) {
    return {
        character_id{id},
        {domain::region::eu, realm_id{1}, bnet_character_id{id}},
        {domain::region::eu, "stormrage", name}};
  }
  void shows(const std::string& guild, std::int64_t id = 42) {
    on("/profile/wow/character/stormrage/thrall",
       test::answer_of(200, profile_body(id, guild)));
  }
  static constexpr auto home =
      R"(,"guild":{"id":7,"name":"Home","realm":{"id":1,"slug":"stormrage","name":"Stormrage"}})";
};

TEST_F(discovering_test, the_guild_that_a_profile_names_is_there_before_it_is_told) {
  shows(home);
  people.on<domain::discover>([this](const domain::discover&) -> result<void> {
    EXPECT_EQ(told, 0);
    return {};
  });
  start();
  fetch_lists_of(5);
  ASSERT_EQ(people.count<domain::discover>(), 1u);
  const auto& stored = people.last<domain::discover>();
  EXPECT_EQ(stored.user, user_id{5});
  EXPECT_EQ(stored.by.id, character_id{42});
  EXPECT_EQ(stored.guild.name, "Home");
  EXPECT_TRUE(stored.policy.of_users);
  EXPECT_EQ(told, 1);
}

TEST_F(discovering_test, profiles_are_asked_for_all_at_once_as_a_person) {
  gateway_script_.hold = true;
  start();
  fetch_lists_of(5);
  gateway_script_.let_go();
  world.run();
  ASSERT_EQ(gateway_script_.asked.size(), 3u);
  for (const auto& asked_for : gateway_script_.asked)
    EXPECT_EQ(asked_for.priority, domain::priority::person);
  EXPECT_EQ(gateway_script_.asked.back().user_token, "") << "it is nobody's own";
  EXPECT_EQ(told, 0);
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(told, 1);
}

TEST_F(discovering_test, who_shows_no_guild_or_is_somebody_else_is_told_at_once) {
  for (const auto& [guild, id] :
       {std::pair{"", 42}, std::pair{home, 99}, std::pair{R"(,"guild":7)", 42}}) {
    shows(guild, id);
    start();
    fetch_lists_of(5);
    EXPECT_EQ(people.count<domain::discover>(), 0u) << guild;
    EXPECT_EQ(std::exchange(told, 0), 1) << guild;
  }
}

TEST_F(discovering_test, whoever_waits_is_told_although_nothing_could_be_stored) {
  shows(home);
  people.returns<domain::discover>(fail(ec::database_down));
  start();
  fetch_lists_of(5);
  EXPECT_EQ(told, 1);
  people.returns<domain::unseen_characters>(fail(ec::database_down));
  fetch_lists_of(5);
  EXPECT_EQ(told, 2);
}

TEST_F(onboarder_test, a_refused_token_is_given_up) {
  on(account_path, test::answer_of(401));
  start();
  fetch_lists_of(5);
  ASSERT_EQ(people.count<onboard>(), 1u);
  EXPECT_TRUE(stored().lists.empty());
  EXPECT_TRUE(stored().finished);
}

TEST_F(onboarder_test, who_asks_twice_shares_one_list) {
  on(account_path, test::answer_of(200, account_body(42, "Thrall")));
  gateway_script_.hold = true;
  start();
  fetch_lists_of(5);
  fetch_lists_of(5);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(people.count<onboard>(), 1u);
  EXPECT_EQ(told, 2);
}

TEST_F(onboarder_test, a_token_that_cannot_be_opened_is_left_to_expire) {
  due = {{user_id{5}, bnet_account_id{77}, "garbage"}};
  start();
  world.advance(11s);
  EXPECT_TRUE(gateway_script_.asked.empty());
  EXPECT_EQ(people.count<onboard>(), 0u);
  world.advance(11s);
  EXPECT_EQ(people.count<pending_onboardings>(), 2u)
      << "and the others are looked for all the same";
}

} // namespace
} // namespace guildhall::actors
