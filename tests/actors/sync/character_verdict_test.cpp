#include "tests/actors/support/character_fixture.hpp"

/// Whether there is such a character, whether it is this one, and what proves that.
namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;
using test::answer_of;
using test::today;
using test::yesterday;

class character_verdict_test : public test::character_fixture {
protected:
  /// One that Battle.net did not show the last time; it is due again.
  domain::character_work not_found_once() {
    auto work = test::known_character(world.wall());
    auto& profile = work.documents[0];
    profile.state = domain::document_state::not_found;
    profile.error_class = failure_class::not_found;
    profile.failures = 1;
    profile.retry_at = world.wall() - 1s;
    return work;
  }
};

TEST_F(character_verdict_test, a_404_asks_for_no_children_and_waits_a_day) {
  const auto work = test::new_character();
  on(test::character_path(work), answer_of(404));
  const auto& done = sync(work);
  EXPECT_TRUE(done.applied);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
  const auto& outcome = store.characters().at(0).outcome;
  EXPECT_FALSE(outcome.gone); // one 404 only starts the clock
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].error_class, failure_class::not_found);
  EXPECT_GE(outcome.next_due, world.wall() + 24h);
}

TEST_F(character_verdict_test, a_404_of_what_was_shown_before_is_looked_at_twice) {
  auto work = test::known_character(world.wall());
  const auto path = test::character_path(work);
  for (const unsigned status : {404u, 403u}) {
    on(path, answer_of(status));
    EXPECT_TRUE(sync(work).applied);
    EXPECT_TRUE(gateway_script_.asked.back().answered_before);
    const auto& once = store.characters().back().outcome;
    ASSERT_EQ(once.failed.size(), 1u);
    EXPECT_FALSE(once.failed[0].is_verdict());
    EXPECT_EQ(once.next_due, world.wall() + 15min);
  }
  work.documents[0].state = domain::document_state::failed;
  work.documents[0].fetched_at = world.wall() - 1h;
  work.documents[0].error_class = failure_class::forbidden;
  work.documents[0].failures = 1;
  work.documents[0].retry_at = world.wall();
  EXPECT_TRUE(sync(work).applied);
  EXPECT_FALSE(gateway_script_.asked.back().answered_before);
  EXPECT_TRUE(store.characters().back().outcome.failed[0].is_verdict());
}

TEST_F(character_verdict_test, the_same_holds_for_what_belongs_to_it) {
  auto work = test::known_character(world.wall());
  work.documents[1].synced_for.clear(); // equipment
  on_versioned(test::character_path(work), "{}", yesterday);
  on(test::character_path(work) + "/equipment", answer_of(404));
  EXPECT_TRUE(sync(work).applied);
  EXPECT_TRUE(gateway_script_.asked.back().answered_before);
  const auto& failed = store.characters().back().outcome.failed;
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_FALSE(failed[0].is_verdict());
}

TEST_F(character_verdict_test, in_doubt_it_waits_until_it_is_worth_while) {
  auto answer = battlenet::no_response("404 in doubt");
  answer.retry_at = world.wall() + 1h;
  const auto work = test::known_character(world.wall());
  on(test::character_path(work), answer);
  EXPECT_TRUE(sync(work).applied);
  EXPECT_EQ(store.characters().back().outcome.next_due, world.wall() + 1h);
}

TEST_F(character_verdict_test, the_retry_of_a_404_asks_the_status_which_tells_the_deleted) {
  auto work = not_found_once();
  const auto path = test::character_path(work);
  const auto id = work.identity.bnet_id.value;
  on(path, answer_of(404));
  on(path + "/status", answer_of(200, test::status_body(id, false)));
  sync(work);
  EXPECT_TRUE(store.characters().at(0).outcome.gone);

  on(path + "/status", answer_of(200, test::status_body(id, true)));
  sync(work);
  EXPECT_FALSE(store.characters().at(1).outcome.gone);
  EXPECT_TRUE(store.characters().at(1).outcome.verified);

  on(path + "/status", answer_of(404));
  sync(work);
  EXPECT_FALSE(store.characters().at(2).outcome.gone);
  EXPECT_FALSE(store.characters().at(2).outcome.verified);

  // Somebody wants to know before the day is over: the 404 alone is the answer.
  on(path + "/status", answer_of(200, test::status_body(id, false)));
  work.forced = true;
  work.documents[0].retry_at = world.wall() + 1h;
  gateway_script_.asked.clear();
  sync(work);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
  EXPECT_FALSE(store.characters().at(3).outcome.gone);
}

TEST_F(character_verdict_test, somebody_elses_profile_overwrites_nothing) {
  const auto work = test::known_character(world.wall());
  auto other = test::in_battlenet(work);
  other.id += 1;
  on(test::character_path(work), answer_of(200, test::profile_body(other), today));
  EXPECT_TRUE(sync(work).applied);
  const auto& outcome = store.characters().at(0).outcome;
  EXPECT_TRUE(outcome.gone);
  EXPECT_FALSE(outcome.verified);
  EXPECT_TRUE(outcome.arrived.empty());
  EXPECT_FALSE(outcome.profile);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
}

TEST_F(character_verdict_test, the_same_id_on_another_realm_is_somebody_else) {
  const auto work = test::known_character(world.wall());
  auto other = test::in_battlenet(work);
  other.realm.id = 61;
  on(test::character_path(work), answer_of(200, test::profile_body(other), today));
  sync(work);
  EXPECT_TRUE(store.characters().at(0).outcome.gone);
}

TEST_F(character_verdict_test, a_malformed_profile_names_the_path_and_keeps_the_old_one) {
  const auto work = test::known_character(world.wall());
  on(test::character_path(work),
     answer_of(200, R"({"id":9001,"name":"Anna","level":80,"realm":{"id":"x"}})"));
  sync(work);
  const auto& outcome = store.characters().at(0).outcome;
  EXPECT_TRUE(outcome.arrived.empty());
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].error_class, failure_class::malformed);
  EXPECT_NE(outcome.failed[0].detail.find("realm.id"), std::string::npos);
}

// In maintenance, and behind broken caches, any path answers 200 with anything.
TEST_F(character_verdict_test, what_does_not_prove_to_be_a_document_replaces_none) {
  auto work = test::known_character(world.wall());
  for (auto& record : work.documents)
    if (record.document != document::profile)
      record.synced_for.clear();
  auto neighbour = test::in_battlenet(work);
  neighbour.id += 1;
  neighbour.name = "Neighbour";
  const auto base = test::character_path(work);
  for (const auto& body : std::vector<std::string>{
           R"({"code":503,"reason":"maintenance"})", "{}", "[]", "\"maintenance\"", "null",
           R"({"character":{}})", test::profile_body(test::in_battlenet(work)),
           test::status_body(neighbour.id), test::profile_body(neighbour),
           test::child_body(
               neighbour,
               R"("equipped_items":[],"seasons":[],"primaries":[],"current_period":{})")}) {
    on_versioned(base, "{}", yesterday);
    for (const auto* path : {"/equipment", "/mythic-keystone-profile", "/professions"})
      on(base + path, answer_of(200, body));
    sync(work);
    const auto& children = store.characters().back().outcome;
    EXPECT_TRUE(children.arrived.empty()) << body;
    EXPECT_EQ(children.failed.size(), 3u) << body;
    for (const auto& why : children.failed)
      EXPECT_EQ(why.error_class, failure_class::malformed) << body;
  }
  work.verified_at = world.wall() - 15 * 24h;
  for (const auto& body : std::vector<std::string>{
           R"({"code":503,"reason":"maintenance"})", "{}", "[]", "\"maintenance\"",
           test::status_body(neighbour.id), test::status_body(work.identity.bnet_id.value),
           test::profile_body(neighbour), child(work, R"("equipped_items":[])")}) {
    on(base, answer_of(200, body));
    sync(work);
    const auto& outcome = store.characters().back().outcome;
    EXPECT_FALSE(outcome.gone) << body;
    EXPECT_FALSE(outcome.verified) << body;
    EXPECT_TRUE(outcome.arrived.empty()) << body;
    ASSERT_EQ(outcome.failed.size(), 1u) << body;
    EXPECT_EQ(outcome.failed[0].error_class, failure_class::malformed) << body;
  }
}

TEST_F(character_verdict_test, a_status_that_is_none_says_nothing) {
  auto work = not_found_once();
  const auto path = test::character_path(work);
  on(path, answer_of(404));
  for (const auto* body : {R"({"code":503,"reason":"maintenance"})", "{}", "[]"}) {
    on(path + "/status", answer_of(200, body));
    sync(work);
    EXPECT_FALSE(store.characters().back().outcome.gone) << body;
  }
}

} // namespace
} // namespace guildhall::actors
