#include "actors/battlenet/battlenet_gateway.hpp"
#include "actors/defaults.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_client.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using battlenet::outcome;
using test::answer_of;

/// A limiter that grants at once and writes down what it hears.
struct limiter_log {
  std::vector<permit_request> wishes;
  std::vector<answer_notice> answers;
  bool grants{true};
  permit_holder_actor holder;
};
rate_limiter_actor::behavior_type
granting_limiter(rate_limiter_actor::pointer, limiter_log* seen) {
  return {
      [seen](atom::acquire, const permit_request& wish, const permit_holder_actor& holder) {
        seen->wishes.push_back(wish);
        seen->holder = holder;
        if (seen->grants)
          caf::anon_send(holder, atom::granted_v, permit{wish.ticket, {}});
      },
      [seen](atom::answered, const answer_notice& what) { seen->answers.push_back(what); },
      [](atom::wake) {},
      [](atom::stretch, const stretch_listener_actor&) {},
      [](atom::loan, const loan_notice&) {},
      [](atom::tick, std::uint64_t) {}};
}

/// Numbered tokens; a refused one is followed by the next. A test tells them on.
struct token_log {
  int asked{0};
  token_listener_actor listener;
};
token_manager_actor::behavior_type numbered_tokens(
    token_manager_actor::pointer, int* number, result<void>* works, token_log* seen) {
  return {
      [seen](atom::token, const token_listener_actor& listener) { seen->listener = listener; },
      [=](atom::token, const token_request& request) -> caf::result<token_reply> {
        ++seen->asked;
        if (!*works)
          return token_reply{std::unexpected<failure>(works->error())};
        if (request.refused == std::to_string(*number))
          ++*number;
        return token_reply{std::to_string(*number)};
      },
      [](atom::response, const new_token&) {}, [](atom::tick, std::uint64_t) {}};
}

class battlenet_gateway_test : public ::testing::Test {
protected:
  using reply_function = test::scripted_client::reply_function;

  void start(reply_function reply, battlenet_gateway_options options = {}) {
    client = std::make_shared<test::scripted_client>(world, std::move(reply));
    limiter = world.system().spawn(granting_limiter, &wishes);
    tokens = world.system().spawn(numbered_tokens, &token, &token_works, &told);
    options.region = domain::region::eu;
    options.now = world.wall_clock();
    options.store = &store;
    gateway = world.system().spawn(
        battlenet_gateway, options, std::shared_ptr<battlenet::http_client>{client}, limiter,
        tokens, &numbers);
    world.run();
  }
  void TearDown() override {
    if (!gateway)
      return;
    world.stop(gateway);
    world.stop(limiter);
    world.stop(tokens);
    wishes.holder = nullptr;
    told.listener = nullptr;
    gateway = nullptr;
    limiter = nullptr;
    tokens = nullptr;
  }

  void tell_token(const std::string& value, std::chrono::seconds lives) {
    caf::anon_send(told.listener, atom::token_v, issued_token{value, world.now() + lives});
    world.run();
  }

  using reply_ptr = std::shared_ptr<std::optional<fetch_reply>>;
  reply_ptr post(std::int64_t group = 1, std::string if_modified_since = {}) {
    auto got = std::make_shared<std::optional<fetch_reply>>();
    world.system().spawn([=, this](caf::event_based_actor* self) {
      self->request(
              gateway, 100s, atom::fetch_v,
              fetch_request{
                  .what = factory.guild({domain::region::eu, "stormrage", "the-guild"}),
                  .if_modified_since = if_modified_since,
                  .group = group,
                  .expires = world.now() + 90s})
          .then(
              [got](const fetch_reply& reply) { *got = reply; },
              [got](const caf::error&) { *got = fetch_reply{fail(ec::internal)}; });
    });
    world.run();
    return got;
  }
  reply_ptr fetch(std::int64_t group = 1) {
    auto got = post(group);
    world.advance(100ms);
    return got;
  }
  static ec error_in(const reply_ptr& got) {
    return *got && !**got ? (**got).error().code : ec::none;
  }
  static std::optional<outcome> outcome_in(const reply_ptr& got) {
    return *got && **got ? std::optional{(**got)->outcome} : std::nullopt;
  }

  /// Asks for this member's profile, which was shown before (or never).
  reply_ptr profile(int member, bool answered_before = true, std::int64_t group = 1) {
    return about(factory.profile(address_of(member)), answered_before, group);
  }
  static domain::character_address address_of(int member) {
    return {domain::region::eu, "stormrage", "m" + std::to_string(member)};
  }
  reply_ptr about(
      battlenet::request what, bool answered_before, std::int64_t group = 1,
      const std::string& user_token = {}) {
    auto got = std::make_shared<std::optional<fetch_reply>>();
    fetch_request request;
    request.what = std::move(what);
    request.group = group;
    request.expires = world.now() + 90s;
    request.user_token = user_token;
    request.answered_before = answered_before;
    world.system().spawn([=, this](caf::event_based_actor* self) {
      self->request(gateway, 100s, atom::fetch_v, request)
          .then(
              [got](const fetch_reply& reply) { *got = reply; },
              [got](const caf::error&) { *got = fetch_reply{fail(ec::internal)}; });
    });
    world.advance(100ms);
    return got;
  }
  void profiles(int from, int to) {
    for (int i = from; i < to; ++i)
      profile(i);
  }
  std::size_t times_sent(int member) const {
    return static_cast<std::size_t>(std::ranges::count_if(client->sent, [&](const auto& one) {
      return one.what.target.find("/m" + std::to_string(member) + "?") != std::string::npos;
    }));
  }
  double in_doubt() {
    return numbers
        .gauge(
            "battlenet_in_doubt", "1 while what was shown before is 404 or 403, mostly",
            {{"region", "eu"}, {"kind", "profile"}})
        .Value();
  }

  test::scripted_store store;
  metrics numbers;
  battlenet::request_factory factory{"en_US"};
  limiter_log wishes;
  int token{1};
  result<void> token_works;
  token_log told;
  std::shared_ptr<test::scripted_client> client;
  battlenet_gateway_actor gateway;
  rate_limiter_actor limiter;
  token_manager_actor tokens;
  test::actor_world world;
};

TEST_F(battlenet_gateway_test, a_304_is_none_without_a_condition) {
  start([](const auto&) { return answer_of(304); });
  const auto asked = post(1, "Sat, 7 Mar 2020 09:41:14 GMT");
  world.advance(100ms);
  EXPECT_EQ(outcome_in(asked), outcome::not_modified);
  EXPECT_EQ(outcome_in(fetch()), outcome::malformed);
}

TEST_F(battlenet_gateway_test, sends_with_a_permit_and_the_token_and_answers_what_came) {
  start([](const auto&) { return answer_of(200, "{}", "Tue, 6 Jan 2026 00:00:00 GMT"); });
  const auto got = post(7, "yesterday");
  world.advance(100ms);
  ASSERT_EQ(outcome_in(got), outcome::ok);
  EXPECT_EQ((**got)->body, "{}");
  ASSERT_EQ(client->sent.size(), 1u);
  EXPECT_EQ(client->sent[0].bearer, "1");
  EXPECT_EQ(client->sent[0].if_modified_since, "yesterday");
  ASSERT_EQ(wishes.wishes.size(), 1u);
  EXPECT_EQ(wishes.wishes[0].group, 7);
}

TEST_F(battlenet_gateway_test, nothing_is_sent_without_a_permit) {
  wishes.grants = false;
  start([](const auto&) { return answer_of(200, "{}"); });
  const auto got = fetch();
  EXPECT_FALSE(*got);
  EXPECT_TRUE(client->sent.empty());
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 10s;
  caf::anon_send(wishes.holder, atom::granted_v, permit{wishes.wishes[0].ticket, fail(why)});
  world.run();
  EXPECT_EQ(error_in(got), ec::budget_exhausted);
  EXPECT_EQ((**got).error().retry_at, why.retry_at);
  EXPECT_TRUE(client->sent.empty());
}

TEST_F(battlenet_gateway_test, a_401_renews_the_token_once_with_a_permit_of_its_own) {
  start([](const test::sent_request& sent) {
    return sent.bearer == "1" ? answer_of(401) : answer_of(200, "{}");
  });
  const auto got = fetch();
  world.advance(100ms);
  EXPECT_EQ(outcome_in(got), outcome::ok);
  EXPECT_EQ(client->sent.size(), 2u);
  EXPECT_EQ(wishes.wishes.size(), 2u);
}

TEST_F(battlenet_gateway_test, a_second_401_is_no_reason_for_a_third_try) {
  start([](const auto&) { return answer_of(401); });
  const auto got = fetch();
  world.advance(1s);
  EXPECT_EQ(error_in(got), ec::upstream_unauthorised);
  EXPECT_EQ(client->sent.size(), 2u);
}

TEST_F(battlenet_gateway_test, a_token_it_was_told_is_sent_without_asking) {
  start([](const auto&) { return answer_of(200, "{}"); });
  tell_token("told", 24h);
  fetch();
  tell_token("newer", 24h);
  fetch();
  ASSERT_EQ(client->sent.size(), 2u);
  EXPECT_EQ(client->sent[0].bearer, "told");
  EXPECT_EQ(client->sent[1].bearer, "newer");
  EXPECT_EQ(told.asked, 0);
}

TEST_F(battlenet_gateway_test, a_told_token_that_is_refused_is_not_sent_again) {
  start([](const test::sent_request& sent) {
    return sent.bearer == "told" ? answer_of(401) : answer_of(200, "{}");
  });
  tell_token("told", 24h);
  fetch();
  world.advance(100ms); // with another token, and a permit for it
  fetch();
  ASSERT_EQ(client->sent.size(), 3u);
  EXPECT_EQ(client->sent[1].bearer, "1");
  EXPECT_EQ(client->sent[2].bearer, "1");
  EXPECT_EQ(told.asked, 2);
}

TEST_F(battlenet_gateway_test, a_told_token_is_not_sent_after_its_life) {
  start([](const auto&) { return answer_of(200, "{}"); });
  tell_token("told", 60s);
  world.advance(61s);
  fetch();
  ASSERT_EQ(client->sent.size(), 1u);
  EXPECT_EQ(client->sent[0].bearer, "1");
}

TEST_F(battlenet_gateway_test, without_a_token_the_fetch_fails_with_its_reason) {
  token_works = fail(ec::upstream_unauthorised, "wrong secret");
  start([](const auto&) { return answer_of(200, "{}"); });
  EXPECT_EQ(error_in(fetch()), ec::upstream_unauthorised);
  EXPECT_TRUE(client->sent.empty());
}

TEST_F(battlenet_gateway_test, a_429_is_answered_and_told_to_the_limiter) {
  start([](const auto&) {
    return battlenet::classify({.status = 429, .headers = {{"retry-after", "7"}}, .body = {}});
  });
  const auto asked = world.now();
  EXPECT_EQ(outcome_in(fetch()), outcome::throttled);
  ASSERT_EQ(wishes.answers.size(), 1u);
  EXPECT_TRUE(wishes.answers[0].throttled);
  EXPECT_EQ(wishes.answers[0].region, domain::region::eu);
  EXPECT_EQ(wishes.answers[0].sent, asked);
  EXPECT_EQ(wishes.answers[0].retry_after, 7s);
}

TEST_F(battlenet_gateway_test, the_limiter_hears_of_every_answer_and_of_nothing_else) {
  int count = 0;
  start([&](const auto&) {
    return ++count == 1 ? battlenet::no_response("reset") : answer_of(count == 2 ? 503 : 200);
  });
  for (int i = 0; i < 3; ++i)
    fetch();
  EXPECT_EQ(wishes.answers.size(), 2u);
  for (const auto& one : wishes.answers)
    EXPECT_FALSE(one.throttled);
}

battlenet::answer on_a_stale_connection() {
  auto none = battlenet::no_response("receive: end of stream");
  none.stale = true;
  return none;
}

TEST_F(battlenet_gateway_test, a_stale_connection_costs_another_permit) {
  int count = 0;
  start([&](const auto&) {
    return ++count == 1 ? on_a_stale_connection() : answer_of(200, "{}");
  });
  const auto got = post();
  world.advance(200ms);
  EXPECT_EQ(outcome_in(got), outcome::ok);
  EXPECT_EQ(client->sent.size(), 2u);
  EXPECT_EQ(wishes.wishes.size(), 2u);
}

TEST_F(battlenet_gateway_test, a_request_is_sent_again_only_once) {
  start([](const auto&) { return on_a_stale_connection(); });
  const auto got = post();
  world.advance(500ms);
  EXPECT_EQ(outcome_in(got), outcome::transient);
  EXPECT_EQ(client->sent.size(), 2u);
  EXPECT_EQ(wishes.wishes.size(), 2u);
}

TEST_F(battlenet_gateway_test, what_is_sent_again_waits_for_its_permit) {
  start([](const auto&) { return on_a_stale_connection(); });
  const auto got = post();
  wishes.grants = false;
  world.advance(1s);
  EXPECT_EQ(client->sent.size(), 1u);
  EXPECT_FALSE(*got);
}

TEST_F(battlenet_gateway_test, unchanged_is_no_answer_to_who_has_nothing) {
  start([](const auto&) { return answer_of(304); });
  EXPECT_EQ(outcome_in(fetch()), outcome::malformed);
  const auto kept = post(1, "Tue, 06 Jan 2026 10:00:00 GMT");
  world.advance(100ms);
  EXPECT_EQ(outcome_in(kept), outcome::not_modified);
}

TEST_F(battlenet_gateway_test, a_page_or_an_error_with_status_200_is_no_document) {
  std::string body;
  start([&](const auto&) { return answer_of(200, body); });
  for (const auto* odd :
       {"<html>Maintenance</html>", R"({"code":503,"reason":"maintenance"})", " []", "null"}) {
    body = odd;
    EXPECT_EQ(outcome_in(fetch()), outcome::malformed) << odd;
  }
  for (const auto* document :
       {"{}", R"( {"_links":{},"code":1})", R"({"id":7,"name":"\"code\""})"}) {
    body = document;
    EXPECT_EQ(outcome_in(fetch()), outcome::ok) << document;
  }
}

TEST_F(battlenet_gateway_test, fetches_beyond_the_limit_are_refused_as_overloaded) {
  wishes.grants = false;
  battlenet_gateway_options options;
  options.max_pending = 2;
  start([](const auto&) { return answer_of(200, "{}"); }, options);
  post();
  post();
  EXPECT_EQ(error_in(post()), ec::overloaded);
}

TEST_F(battlenet_gateway_test, failures_of_one_guild_do_not_open_the_breaker) {
  start([](const auto&) { return answer_of(503); });
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(outcome_in(fetch(1)), outcome::transient);
  EXPECT_EQ(client->sent.size(), 40u);
}

TEST_F(battlenet_gateway_test, the_breaker_opens_probes_and_closes) {
  unsigned status = 503;
  start([&](const auto&) { return answer_of(status, "{}"); });
  for (int i = 0; i < 25; ++i)
    fetch(i % 2);
  EXPECT_EQ(client->sent.size(), 25u);

  // Open: refused at once, with the time of the next probe.
  const auto refused = post();
  EXPECT_EQ(error_in(refused), ec::upstream_down);
  ASSERT_TRUE((**refused).error().retry_at);
  EXPECT_GT(*(**refused).error().retry_at, world.wall() + 29s);
  EXPECT_EQ(client->sent.size(), 25u);

  // At most one probe per 30 s, however many ask.
  for (int i = 0; i < 90; ++i) {
    fetch(i % 5);
    world.advance(900ms);
  }
  EXPECT_GE(client->sent.size(), 27u);
  EXPECT_LE(client->sent.size(), 28u);

  status = 200;
  world.advance(30s);
  EXPECT_EQ(outcome_in(fetch()), outcome::ok);
  EXPECT_EQ(outcome_in(fetch()), outcome::ok);
}

TEST_F(battlenet_gateway_test, silence_opens_the_breaker_sooner) {
  start([](const auto&) { return battlenet::no_response("connection refused"); });
  for (int i = 0; i < 5; ++i)
    fetch(i);
  EXPECT_EQ(error_in(post()), ec::upstream_down);
  EXPECT_EQ(client->sent.size(), 5u);
}

TEST_F(battlenet_gateway_test, the_silence_that_one_guild_meets_is_its_own) {
  start([](const auto&) { return battlenet::no_response("connection reset"); });
  for (int i = 0; i < 100; ++i)
    fetch(7);
  EXPECT_EQ(client->sent.size(), 100u);
}

TEST_F(
    battlenet_gateway_test, what_still_waits_for_a_permit_when_the_breaker_opens_is_not_sent) {
  start([](const auto&) { return battlenet::no_response("connection refused"); });
  wishes.grants = false;
  std::vector<reply_ptr> waiting;
  for (int i = 0; i < 20; ++i)
    waiting.push_back(post(i));
  for (const auto& wish : std::vector(wishes.wishes)) {
    caf::anon_send(wishes.holder, atom::granted_v, permit{wish.ticket, {}});
    world.advance(100ms);
  }
  EXPECT_EQ(client->sent.size(), 5u);
  EXPECT_EQ(error_in(waiting.back()), ec::upstream_down);
}

TEST_F(battlenet_gateway_test, any_answer_in_between_keeps_the_breaker_closed) {
  int count = 0;
  start([&](const auto&) { return ++count % 10 == 0 ? answer_of(404) : answer_of(502); });
  for (int i = 0; i < 100; ++i)
    fetch(i % 3);
  EXPECT_EQ(client->sent.size(), 100u);
}

TEST_F(battlenet_gateway_test, open_fetches_are_answered_at_its_end_and_connections_closed) {
  wishes.grants = false;
  start([](const auto&) { return answer_of(200, "{}"); });
  const auto waiting = post();
  world.stop(gateway);
  EXPECT_EQ(error_in(waiting), ec::unavailable);
  EXPECT_TRUE(client->closed);
}

// --- doubt

TEST_F(battlenet_gateway_test, a_404_here_and_there_is_an_answer) {
  start([](const auto& sent) {
    return answer_of(sent.what.target.find("/m7?") != std::string::npos ? 404 : 200, "{}");
  });
  profiles(0, 7);
  const auto gone = profile(7);
  EXPECT_EQ(outcome_in(gone), outcome::not_found);
  EXPECT_FALSE((**gone)->kind_is_silent);
  EXPECT_EQ(in_doubt(), 0);
  EXPECT_EQ(store.count<domain::report_doubt>(), 0u);
}

TEST_F(battlenet_gateway_test, what_was_never_shown_casts_no_doubt) {
  start([](const auto& sent) {
    return answer_of(sent.what.target.find("/m0?") != std::string::npos ? 200 : 404, "{}");
  });
  profile(0);
  for (int i = 1; i < 418; ++i)
    EXPECT_EQ(outcome_in(profile(i, false)), outcome::not_found);
  EXPECT_EQ(client->sent.size(), 418u);
  EXPECT_EQ(in_doubt(), 0);
}

TEST_F(battlenet_gateway_test, while_most_of_what_was_shown_is_404_it_counts_as_transient) {
  start([](const auto&) { return answer_of(404); });
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(outcome_in(profile(i)), outcome::not_found);
  const auto fifth = profile(4);
  EXPECT_EQ(outcome_in(fifth), outcome::transient);
  EXPECT_GE((**fifth)->retry_at, world.wall() + 45min);
  EXPECT_EQ(in_doubt(), 1);
  EXPECT_FALSE(store.last<domain::report_doubt>().over);
  EXPECT_EQ(store.last<domain::report_doubt>().document, "profile");

  // What never flipped is asked; what has waits, whoever asks.
  EXPECT_EQ(outcome_in(profile(5)), outcome::transient);
  EXPECT_EQ(outcome_in(profile(6, false)), outcome::transient);
  const auto sent = client->sent.size();
  const auto waits = profile(0);
  EXPECT_EQ(outcome_in(waits), outcome::transient);
  EXPECT_GE((**waits)->retry_at, world.wall() + 45min);
  EXPECT_EQ(client->sent.size(), sent);
}

TEST_F(battlenet_gateway_test, three_of_the_flipped_are_asked_until_two_are_shown_again) {
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  profiles(0, 9);
  EXPECT_EQ(client->sent.size(), 9u);
  world.advance(31s);
  EXPECT_EQ(client->sent.size(), 12u);
  world.advance(20min);
  EXPECT_LE(client->sent.size(), 30u);
  EXPECT_GE(client->sent.size(), 24u);
  EXPECT_EQ(in_doubt(), 1);
  for (const auto& canary : client->sent)
    EXPECT_TRUE(canary.if_modified_since.empty());

  status = 200;
  world.advance(5min);
  EXPECT_EQ(in_doubt(), 0);
  EXPECT_TRUE(store.last<domain::report_doubt>().over);
  EXPECT_GE(store.last<domain::report_doubt>().lasted, 20min);
  EXPECT_EQ(outcome_in(profile(0)), outcome::ok);
  world.advance(61s); // what was being written when it ended is made due as well
  EXPECT_GE(store.asked<domain::report_doubt>().size(), 3u);
  EXPECT_TRUE(store.last<domain::report_doubt>().over);
  const auto reports = store.count<domain::report_doubt>();
  world.advance(1h);
  EXPECT_EQ(store.count<domain::report_doubt>(), reports);
}

TEST_F(battlenet_gateway_test, what_is_no_document_ends_no_doubt) {
  battlenet::answer now = answer_of(404);
  start([&](const auto&) { return now; });
  profiles(0, 9);
  EXPECT_EQ(in_doubt(), 1);
  for (const auto* odd :
       {"<html>Maintenance</html>", R"({"code":503,"reason":"maintenance"})"}) {
    now = answer_of(200, odd);
    world.advance(20min);
    EXPECT_EQ(in_doubt(), 1) << odd;
  }
  now = answer_of(304); // canaries have no condition
  world.advance(20min);
  EXPECT_EQ(in_doubt(), 1);
  now = answer_of(200, "{}");
  world.advance(6min);
  EXPECT_EQ(in_doubt(), 0);
}

TEST_F(battlenet_gateway_test, what_another_instance_doubts_is_no_verdict_here) {
  store.returns<domain::doubts_in>(std::vector<std::string>{"profile"});
  start([](const auto&) { return answer_of(404); });
  // Neither at the first look nor at the second.
  for (const bool answered_before : {true, false}) {
    const auto got = profile(answered_before ? 0 : 1, answered_before);
    EXPECT_EQ(outcome_in(got), outcome::transient);
    EXPECT_GE((**got)->retry_at, world.wall() + 45min);
  }
  EXPECT_EQ(outcome_in(fetch()), outcome::transient) << "the guild goes with them";
  EXPECT_EQ(in_doubt(), 0) << "it is the other one's";

  store.returns<domain::doubts_in>(std::vector<std::string>{});
  world.advance(3min);
  EXPECT_EQ(outcome_in(profile(2)), outcome::not_found);
}

TEST_F(battlenet_gateway_test, a_doubt_that_ended_here_is_not_heard_any_more) {
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  profiles(0, 9);
  store.returns<domain::doubts_in>(std::vector<std::string>{"profile"}); // our own word
  world.advance(2min);
  status = 200;
  while (in_doubt() > 0)
    world.advance(1s);
  status = 404;
  EXPECT_EQ(outcome_in(profile(20)), outcome::not_found);
}

TEST_F(battlenet_gateway_test, a_kind_that_is_asked_for_rarely_goes_with_the_others) {
  start([](const auto&) { return answer_of(404); });
  EXPECT_EQ(outcome_in(fetch()), outcome::not_found);
  profiles(0, 5);
  EXPECT_EQ(outcome_in(fetch()), outcome::transient) << "the guild";
}

TEST_F(battlenet_gateway_test, a_kind_that_answers_well_is_believed) {
  std::string_view failing = "profile";
  start(
      [&](const auto& sent) { return answer_of(sent.what.kind == failing ? 404 : 200, "{}"); });
  for (int i = 0; i < 6; ++i)
    about(factory.document(domain::document::equipment, address_of(i)), true);
  profiles(0, 5);
  EXPECT_EQ(in_doubt(), 1);
  failing = "equipment";
  EXPECT_EQ(
      outcome_in(about(factory.document(domain::document::equipment, address_of(7)), true)),
      outcome::not_found);
}

TEST_F(battlenet_gateway_test, a_client_that_is_refused_everything_sends_probes_only) {
  unsigned status = 403;
  start([&](const auto&) {
    return answer_of(status, status == 200 ? "{}" : "<html>Forbidden</html>");
  });
  for (int i = 0; i < 100; ++i)
    profile(i);
  EXPECT_EQ(client->sent.size(), 10u);
  EXPECT_EQ(error_in(profile(100)), ec::upstream_down);
  const auto before = client->sent.size();
  for (int i = 0; i < 180; ++i) { // three hours
    world.advance(1min);
    profile(200 + i);
  }
  EXPECT_LE(client->sent.size(), before + 2 * 60 * 3);

  status = 200;
  world.advance(6min);
  EXPECT_EQ(outcome_in(profile(0)), outcome::ok);
  EXPECT_EQ(in_doubt(), 0);
  EXPECT_TRUE(store.last<domain::report_doubt>().over);
}

TEST_F(battlenet_gateway_test, hidden_profiles_do_not_open_the_breaker) {
  start([](const auto&) { return answer_of(403); });
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(outcome_in(profile(i, false, i % 5)), outcome::forbidden);
  EXPECT_EQ(client->sent.size(), 60u);
}

TEST_F(battlenet_gateway_test, a_kind_is_silent_until_something_of_it_is_shown) {
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  EXPECT_TRUE((**profile(0, false))->kind_is_silent);
  status = 200;
  profile(1);
  status = 404;
  EXPECT_FALSE((**profile(2, false))->kind_is_silent);
  world.advance(31min);
  EXPECT_TRUE((**profile(3, false))->kind_is_silent);
}

TEST_F(battlenet_gateway_test, a_users_list_is_not_believed_to_be_gone_in_doubt) {
  start([](const auto&) { return answer_of(404); });
  profiles(0, 5);
  const auto got = about(factory.account(domain::region::eu), false, 1, "users");
  EXPECT_EQ(outcome_in(got), outcome::transient);
}

} // namespace
} // namespace guildhall::actors
