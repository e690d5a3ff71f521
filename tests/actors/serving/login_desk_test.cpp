#include "actors/defaults.hpp"
#include "actors/serving/login_desk.hpp"
#include "tests/actors/support/seals.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/fake_port.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

using fake_onboarding = test::fake_port<domain::onboarding_port>;
using domain::record_login;

class login_desk_test : public ::testing::Test {
protected:
  void SetUp() override {
    store.returns<record_login>(domain::standing{
        .id = user_id{5},
        .account = bnet_account_id{77},
        .battletag = "A#1",
        .role = "user",
        .guilds = {}});
    login_desk_options options{
        .source = {
            .exchange =
                [this](
                    const std::string& code, deadline,
                    domain::completion<battlenet::user_token> done) {
                  if (code == broken)
                    throw std::length_error("field value too large");
                  codes.push_back(code);
                  exchanges.push_back(std::move(done));
                },
            .identify =
                [this](
                    const std::string& token, deadline,
                    domain::completion<battlenet::user_info> done) {
                  if (token == broken)
                    throw std::length_error("field value too large");
                  tokens.push_back(token);
                  identities.push_back(std::move(done));
                }},
        .store = &store,
        .seals = test::seals(),
        .admins = std::vector<std::string>{"Boss#1", "4711"},
        .onboard =
            [this](onboarding_request asked) {
              if (!onboards_here)
                return false;
              onboardings.push_back(std::move(asked));
              return true;
            },
        .max_logins = 2};
    desk = world.system().spawn(login_desk, std::move(options));
    world.run();
  }
  void TearDown() override {
    if (desk)
      world.stop(desk);
    desk = nullptr;
  }

  using answer_ptr = std::shared_ptr<std::optional<result<domain::standing>>>;
  answer_ptr log_in(std::chrono::milliseconds within = 5s) {
    auto got = std::make_shared<std::optional<result<domain::standing>>>();
    caf::anon_send(
        desk, atom::login_v,
        std::make_shared<login_ticket>(
            "code", domain::region::eu, world.now() + within,
            [got](result<domain::standing> who) { *got = std::move(who); }));
    world.run();
    return got;
  }
  void exchanged(result<battlenet::user_token> token) {
    auto done = std::move(exchanges.back());
    exchanges.pop_back();
    done(std::move(token));
    world.run();
  }
  void identified(result<battlenet::user_info> who) {
    auto done = std::move(identities.back());
    identities.pop_back();
    done(std::move(who));
    world.run();
  }
  void reach_onboarding() {
    exchanged(battlenet::user_token{"bnet-token", 24h, true});
    identified(battlenet::user_info{bnet_account_id{77}, "A#1"});
  }

  fake_onboarding store;
  std::vector<std::string> codes;
  std::vector<std::string> tokens;
  std::vector<domain::completion<battlenet::user_token>> exchanges;
  std::vector<domain::completion<battlenet::user_info>> identities;
  std::vector<onboarding_request> onboardings;
  bool onboards_here{true};
  std::string broken; ///< this code or token makes whoever is asked throw
  login_desk_actor desk;
  test::actor_world world;
};

TEST_F(login_desk_test, a_code_becomes_a_user_whose_characters_are_known) {
  const auto got = log_in();
  EXPECT_EQ(codes, std::vector<std::string>{"code"});
  reach_onboarding();
  EXPECT_EQ(tokens, std::vector<std::string>{"bnet-token"});
  ASSERT_EQ(store.count<record_login>(), 1u);
  const auto& arrival = store.last<record_login>().who;
  EXPECT_EQ(arrival.account, bnet_account_id{77});
  EXPECT_EQ(arrival.sealed_token.find("bnet-token"), std::string::npos);
  EXPECT_EQ(
      test::seals()->open(arrival.sealed_token, domain::seal_context(arrival.account)).value(),
      "bnet-token");
  EXPECT_FALSE(arrival.becomes_admin);
  ASSERT_EQ(onboardings.size(), 1u);
  EXPECT_EQ(onboardings.front().user, user_id{5});
  EXPECT_FALSE(got->has_value()) << "the characters are waited for";
  onboardings.front().when_done();
  world.run();
  ASSERT_TRUE(got->has_value());
  EXPECT_EQ((**got).value().id, user_id{5});
}

TEST_F(login_desk_test, the_characters_are_waited_for_two_seconds_at_most) {
  const auto got = log_in();
  reach_onboarding();
  world.advance(1900ms);
  EXPECT_FALSE(got->has_value());
  world.advance(200ms);
  ASSERT_TRUE(got->has_value());
  EXPECT_TRUE(**got);
}

TEST_F(login_desk_test, and_never_past_the_requests_own_time) {
  const auto got = log_in(1s);
  reach_onboarding();
  world.advance(800ms);
  ASSERT_TRUE(got->has_value());
  EXPECT_TRUE(**got);
}

TEST_F(login_desk_test, where_nobody_fetches_lists_nobody_waits) {
  onboards_here = false;
  const auto got = log_in();
  reach_onboarding();
  EXPECT_TRUE(got->has_value() && **got);
}

TEST_F(login_desk_test, who_keeps_the_characters_to_themselves_is_not_logged_in) {
  const auto got = log_in();
  exchanged(battlenet::user_token{"t", 24h, false});
  ASSERT_TRUE(got->has_value());
  EXPECT_EQ((**got).error().code, ec::forbidden);
  EXPECT_EQ(store.count<record_login>(), 0u);
}

TEST_F(login_desk_test, each_failure_is_the_logins_failure) {
  auto got = log_in();
  exchanged(fail(ec::invalid_token));
  EXPECT_EQ((**got).error().code, ec::invalid_token);
  got = log_in();
  exchanged(battlenet::user_token{"t", 24h, true});
  identified(fail(ec::upstream_down));
  EXPECT_EQ((**got).error().code, ec::upstream_down);
  store.returns<record_login>(fail(ec::database_down));
  got = log_in();
  reach_onboarding();
  EXPECT_EQ((**got).error().code, ec::database_down);
}

TEST_F(login_desk_test, named_admins_are_known_by_id_or_by_battletag) {
  onboards_here = false;
  const auto arrive = [&](std::int64_t id, const std::string& tag) {
    log_in();
    exchanged(battlenet::user_token{"t", 24h, true});
    identified(battlenet::user_info{bnet_account_id{id}, tag});
    return store.last<record_login>().who;
  };
  EXPECT_TRUE(arrive(4711, "").becomes_admin);
  const auto tagged = arrive(1, "Boss#1");
  EXPECT_FALSE(tagged.becomes_admin);
  EXPECT_TRUE(tagged.named_by_tag) << "the store knows whose it is";
  for (const auto& nobody : {arrive(2, ""), arrive(2, "Other#1"), arrive(2, "4711")}) {
    EXPECT_FALSE(nobody.becomes_admin);
    EXPECT_FALSE(nobody.named_by_tag);
  }
}

TEST_F(login_desk_test, a_full_desk_refuses_and_a_desk_that_ends_leaves_nobody_waiting) {
  const auto first = log_in();
  const auto second = log_in();
  const auto third = log_in();
  EXPECT_EQ((**third).error().code, ec::overloaded);
  world.stop(desk);
  desk = nullptr;
  exchanges.clear();
  world.run();
  ASSERT_TRUE(first->has_value() && second->has_value());
  EXPECT_EQ((**first).error().code, ec::unavailable);
}

TEST_F(login_desk_test, an_exception_ends_that_login_alone) {
  broken = "code";
  const auto first = log_in();
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((**first).error().code, ec::internal);
  broken = "bnet-token";
  const auto second = log_in();
  exchanged(battlenet::user_token{"bnet-token", 24h, true});
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((**second).error().code, ec::internal);
  broken.clear();
  const auto third = log_in();
  reach_onboarding();
  onboardings.front().when_done();
  world.run();
  ASSERT_TRUE(third->has_value());
  EXPECT_EQ((**third).value().id, user_id{5}) << "the desk lives";
}

} // namespace
} // namespace guildhall::actors
