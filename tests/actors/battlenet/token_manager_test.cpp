#include "actors/battlenet/token_manager.hpp"
#include "actors/defaults.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

class token_manager_test : public ::testing::Test {
protected:
  using completion = domain::completion<battlenet::access_token>;

  void SetUp() override {
    manager = world.system().spawn(
        token_manager,
        token_manager_options{
            .source =
                [this](deadline, completion done) {
                  if (broken)
                    throw std::length_error("field value too large");
                  fetches.push_back(std::move(done));
                },
            .now = world.wall_clock(),
            .numbers = &numbers,
            .on_verdict =
                [this](const std::optional<failure>& why) { verdicts.push_back(why); }});
    world.run();
  }
  void TearDown() override {
    if (manager)
      world.stop(manager);
    manager = nullptr;
  }

  using reply_ptr = std::shared_ptr<std::optional<token_reply>>;
  reply_ptr ask(std::string refused = {}) {
    auto got = std::make_shared<std::optional<token_reply>>();
    world.system().spawn([this, got, refused](caf::event_based_actor* self) {
      self->request(manager, 30s, atom::token_v, token_request{refused})
          .then(
              [got](const token_reply& reply) { *got = reply; },
              [got](const caf::error&) { *got = token_reply{fail(ec::internal)}; });
    });
    world.run();
    return got;
  }

  /// Writes down every token it is told.
  using heard_ptr = std::shared_ptr<std::vector<issued_token>>;
  std::pair<token_listener_actor, heard_ptr> listen() {
    auto heard = std::make_shared<std::vector<issued_token>>();
    const auto listener = world.system().spawn([heard](token_listener_actor::pointer) {
      return token_listener_actor::behavior_type{
          [heard](atom::token, const issued_token& token) { heard->push_back(token); }};
    });
    caf::anon_send(manager, atom::token_v, listener);
    world.run();
    return {listener, heard};
  }

  void answer(result<battlenet::access_token> token) {
    ASSERT_FALSE(fetches.empty());
    auto done = std::move(fetches.front());
    fetches.erase(fetches.begin());
    ++fetched;
    done(std::move(token));
    world.run();
  }
  void answer(const std::string& token, std::chrono::seconds lives = 24h) {
    answer(battlenet::access_token{token, lives});
  }

  static std::string token_in(const reply_ptr& got) {
    return *got && **got ? ***got : std::string{"-"};
  }
  static ec error_in(const reply_ptr& got) {
    return *got && !**got ? (**got).error().code : ec::none;
  }

  std::string scraped() const {
    return numbers.render();
  }

  metrics numbers;
  std::vector<std::optional<failure>> verdicts;
  std::vector<completion> fetches; ///< under way
  int fetched{0};
  bool broken{false}; ///< whoever is asked throws
  token_manager_actor manager;
  test::actor_world world;
};

TEST_F(token_manager_test, many_askers_share_one_fetch) {
  const auto a = ask();
  const auto b = ask();
  const auto c = ask();
  EXPECT_EQ(fetches.size(), 1u);
  answer("one");
  EXPECT_EQ(token_in(a), "one");
  EXPECT_EQ(token_in(b), "one");
  EXPECT_EQ(token_in(c), "one");
  EXPECT_EQ(token_in(ask()), "one");
  EXPECT_TRUE(fetches.empty());
}

TEST_F(token_manager_test, refreshes_when_nine_tenths_of_its_life_are_over) {
  ask();
  answer("one", 1000s);
  world.advance(899s);
  EXPECT_TRUE(fetches.empty());
  world.advance(2s);
  EXPECT_EQ(fetches.size(), 1u);
  EXPECT_EQ(token_in(ask()), "one"); // still good meanwhile
  answer("two", 1000s);
  EXPECT_EQ(token_in(ask()), "two");
}

TEST_F(token_manager_test, a_refresh_that_fails_is_tried_again_while_the_token_is_good) {
  ask();
  answer("one", 1000s);
  world.advance(901s);
  answer(fail(ec::upstream_down));
  EXPECT_EQ(token_in(ask()), "one");
  world.advance(2s);
  ASSERT_EQ(fetches.size(), 1u);
  answer("two", 1000s);
  EXPECT_EQ(token_in(ask()), "two");
}

TEST_F(token_manager_test, an_expired_token_is_never_handed_out) {
  ask();
  answer("one", 100s);
  world.advance(91s); // the refresh is under way and gets no answer
  world.advance(10s);
  const auto late = ask();
  EXPECT_FALSE(*late);
  answer("two");
  EXPECT_EQ(token_in(late), "two");
}

TEST_F(token_manager_test, a_refused_token_is_replaced_and_not_handed_out_again) {
  ask();
  answer("one");
  world.advance(5s);
  const auto first = ask("one");
  const auto second = ask("one");
  const auto other = ask();
  EXPECT_FALSE(*first);
  EXPECT_FALSE(*other);
  EXPECT_EQ(fetches.size(), 1u);
  answer("two");
  EXPECT_EQ(token_in(first), "two");
  EXPECT_EQ(token_in(second), "two");
  EXPECT_EQ(token_in(other), "two");
  EXPECT_EQ(token_in(ask("one")), "two"); // a late word about the old one
  EXPECT_EQ(fetched, 2);
}

TEST_F(token_manager_test, a_token_refused_at_once_does_not_hammer_the_oauth_host) {
  ask();
  answer("one");
  EXPECT_EQ(error_in(ask("one")), ec::upstream_unauthorised);
  EXPECT_TRUE(fetches.empty());
  world.advance(2s);
  ask();
  EXPECT_EQ(fetches.size(), 1u);
}

TEST_F(token_manager_test, backs_off_after_failures_and_says_until_when) {
  std::vector<std::chrono::seconds> waits;
  for (int i = 0; i < 8; ++i) {
    const auto asked = ask();
    ASSERT_EQ(fetches.size(), 1u);
    answer(fail(ec::upstream_down, "no OAuth today"));
    ASSERT_EQ(error_in(asked), ec::upstream_down);
    const auto until = (**asked).error().retry_at;
    ASSERT_TRUE(until);
    const auto wait = std::chrono::round<std::chrono::seconds>(*until - world.wall());
    waits.push_back(wait);
    EXPECT_EQ(error_in(ask()), ec::upstream_down);
    EXPECT_TRUE(fetches.empty());
    world.advance(wait + 1ms);
  }
  EXPECT_EQ(waits, (std::vector<std::chrono::seconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

TEST_F(token_manager_test, listeners_are_told_every_new_token_and_the_one_there_is) {
  const auto [early, heard] = listen();
  EXPECT_TRUE(heard->empty());
  ask();
  answer("one", 1000s);
  const auto [late, heard_late] = listen();
  world.advance(901s);
  answer("two", 1000s);
  ASSERT_EQ(heard->size(), 2u);
  EXPECT_EQ((*heard)[0].value, "one");
  EXPECT_EQ((*heard)[0].valid_until, world.now() + 99s);
  EXPECT_EQ((*heard)[1].value, "two");
  ASSERT_EQ(heard_late->size(), 2u);
  EXPECT_EQ((*heard_late)[0].value, "one");
  world.stop(early);
  world.stop(late);
}

TEST_F(token_manager_test, a_refused_or_expired_token_is_told_to_nobody) {
  ask();
  answer("one", 100s);
  world.advance(5s);
  ask("one");
  const auto [after_refusal, heard] = listen();
  answer("two", 100s);
  world.advance(101s);
  const auto [after_expiry, heard_late] = listen();
  ASSERT_EQ(heard->size(), 1u);
  EXPECT_EQ(heard->front().value, "two");
  EXPECT_TRUE(heard_late->empty());
  world.stop(after_refusal);
  world.stop(after_expiry);
}

TEST_F(token_manager_test, an_exception_in_its_source_is_a_failed_fetch) {
  broken = true;
  EXPECT_EQ(error_in(ask()), ec::internal);
  broken = false;
  world.advance(2s);
  const auto later = ask();
  answer("one", 100s);
  EXPECT_EQ(token_in(later), "one");
}

TEST_F(token_manager_test, who_waits_at_its_end_is_answered) {
  const auto waiting = ask();
  EXPECT_FALSE(*waiting);
  world.stop(manager);
  EXPECT_EQ(error_in(waiting), ec::unavailable);
}

TEST_F(
    token_manager_test,
    tells_that_our_secret_is_refused_once_in_ten_minutes_and_when_it_is_over) {
  std::ostringstream out;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_st>(out)));
  const auto lines = [&] {
    const auto text = out.str();
    return std::ranges::count(text, '\n');
  };
  for (int i = 0; i < 8; ++i) { // the back-off ends at a minute
    ask();
    answer(fail(ec::upstream_unauthorised));
    world.advance(60s);
  }
  EXPECT_EQ(lines(), 1) << out.str();
  EXPECT_NE(out.str().find("battlenet.client_secret"), std::string::npos);
  EXPECT_EQ(verdicts.size(), 1u);
  EXPECT_NE(scraped().find("guildhall_battlenet_credentials_refused 1"), std::string::npos);
  EXPECT_NE(scraped().find("guildhall_battlenet_token_failures_total 8"), std::string::npos);
  world.advance(180s);
  ask();
  answer(fail(ec::upstream_unauthorised));
  EXPECT_EQ(lines(), 2) << "it lasts";
  EXPECT_EQ(verdicts.size(), 2u) << "told again, so that it does not count as over";
  world.advance(61s);
  ask();
  answer("good");
  EXPECT_FALSE(verdicts.back());
  EXPECT_NE(scraped().find("guildhall_battlenet_credentials_refused 0"), std::string::npos);
  EXPECT_EQ(lines(), 3) << out.str();
  spdlog::set_default_logger(before);
}

TEST_F(token_manager_test, an_oauth_host_that_is_away_is_no_fault_of_our_secret) {
  ask();
  answer(fail(ec::upstream_down));
  EXPECT_FALSE(verdicts.back());
  EXPECT_NE(scraped().find("guildhall_battlenet_credentials_refused 0"), std::string::npos);
}

} // namespace
} // namespace guildhall::actors
