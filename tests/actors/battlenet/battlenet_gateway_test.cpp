#include "tests/actors/support/gateway_fixture.hpp"

namespace guildhall::actors {
namespace {

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

TEST_F(battlenet_gateway_test, open_fetches_are_answered_at_its_end_and_connections_closed) {
  wishes.grants = false;
  start([](const auto&) { return answer_of(200, "{}"); });
  const auto waiting = post();
  world.stop(gateway);
  EXPECT_EQ(error_in(waiting), ec::unavailable);
  EXPECT_TRUE(client->closed);
}

TEST_F(battlenet_gateway_test, what_cannot_be_sent_says_nothing_about_battlenet) {
  bool sendable = false;
  start([&](const auto&) {
    return sendable ? test::answer_of(503) : battlenet::unsendable("too long");
  });
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(outcome_in(fetch(i)), outcome::malformed);
  sendable = true;
  for (int i = 0; i < 25; ++i)
    fetch(i);
  EXPECT_EQ(error_in(fetch()), ec::upstream_down) << "the breaker is open";
  sendable = false;
  world.advance(circuit_breaker::probe_interval);
  EXPECT_EQ(outcome_in(fetch()), outcome::malformed);
  EXPECT_EQ(error_in(fetch()), ec::upstream_down) << "that was no sign of life";
}

TEST_F(battlenet_gateway_test, an_exception_in_its_client_is_that_request_s_failure) {
  bool broken = true;
  start([&](const auto&) -> battlenet::answer {
    if (broken)
      throw std::length_error("field value too large");
    return test::answer_of(200, "{}");
  });
  const auto got = fetch();
  ASSERT_EQ(outcome_in(got), outcome::malformed);
  EXPECT_EQ((**got)->detail, "not sent: field value too large");
  broken = false;
  EXPECT_EQ(outcome_in(fetch()), outcome::ok) << "the gateway lives";
}

} // namespace
} // namespace guildhall::actors
