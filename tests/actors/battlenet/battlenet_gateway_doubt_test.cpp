#include "tests/actors/support/gateway_fixture.hpp"

#include <functional>
#include <utility>

/// Battle.net shows little of what it showed before: what the gateway then believes.
namespace guildhall::actors {
namespace {

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

TEST_F(battlenet_gateway_test, the_store_is_told_of_a_doubt_and_its_end_one_after_the_other) {
  std::vector<std::function<void()>> answers;
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  store.postpone = [&](auto answer) { answers.push_back(std::move(answer)); };
  const auto answer_all = [&] {
    for (auto& answer : std::exchange(answers, {}))
      answer();
    world.advance(1ms);
  };
  profiles(0, 9);
  status = 200;
  world.advance(31s);
  EXPECT_EQ(in_doubt(), 0);
  EXPECT_EQ(store.count<domain::report_doubt>(), 1u) << "that it began is not stored yet";
  EXPECT_FALSE(store.last<domain::report_doubt>().over);
  answer_all();
  EXPECT_EQ(store.count<domain::report_doubt>(), 2u) << "and in between nothing new was told";
  EXPECT_TRUE(store.last<domain::report_doubt>().over);
  answer_all();
  EXPECT_EQ(store.count<domain::report_doubt>(), 2u);
}

TEST_F(battlenet_gateway_test, a_report_that_cannot_be_stored_does_not_hold_up_the_next) {
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  store.on<domain::report_doubt>([](const auto&) { return fail(ec::database_down); });
  profiles(0, 9);
  status = 200;
  world.advance(31s);
  EXPECT_TRUE(store.last<domain::report_doubt>().over);
}

TEST_F(battlenet_gateway_test, what_is_believed_again_is_not_heard_of_from_a_moment_before) {
  unsigned status = 404;
  start([&](const auto&) { return answer_of(status, "{}"); });
  profiles(0, 9);
  const auto guild = factory.guild({domain::region::eu, "stormrage", "the-guild"});
  EXPECT_EQ(outcome_in(about(guild, true)), outcome::transient);
  status = 200;
  store.returns<domain::doubts_in>(std::vector<std::string>{"profile"}); // not told yet
  world.advance(58s);
  EXPECT_EQ(in_doubt(), 0);
  world.advance(3s);
  EXPECT_EQ(outcome_in(about(guild, true)), outcome::ok);
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

TEST_F(battlenet_gateway_test, what_another_instance_doubts_holds_while_nobody_can_be_asked) {
  store.returns<domain::doubts_in>(std::vector<std::string>{"profile"});
  start([](const auto&) { return answer_of(404); });
  store.on<domain::doubts_in>([](const auto&) { return fail(ec::database_down); });
  world.advance(3min);
  EXPECT_EQ(outcome_in(profile(0)), outcome::transient);
  world.advance(90s);
  EXPECT_EQ(outcome_in(profile(1)), outcome::not_found) << "nobody has said so for long";
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
