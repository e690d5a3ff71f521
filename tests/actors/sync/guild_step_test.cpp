#include "actors/sync/guild_step.hpp"
#include "tests/actors/support/guild_fixture.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;
using test::answer_of;
using test::today;
using test::yesterday;
using paths = std::vector<std::string>;

class guild_step_test : public test::guild_fixture {};

TEST_F(guild_step_test, a_new_guild_brings_guild_and_roster_unconditionally) {
  on(guild_path, answer_of(200, test::guild_body(guild, 2), today));
  on(guild_path + "/roster", answer_of(200, test::roster_body(guild, {anna, bert}), today));
  sync(new_guild());
  EXPECT_EQ(asked(), (paths{guild_path, guild_path + "/roster"}));
  for (const auto& request : gateway_script_.asked) {
    EXPECT_TRUE(request.if_modified_since.empty());
    EXPECT_EQ(request.priority, domain::priority::roster);
  }
  ASSERT_EQ(store.guilds().size(), 1u);
  const auto& outcome = store.guilds()[0].outcome;
  ASSERT_TRUE(outcome.guild_document);
  EXPECT_EQ(outcome.guild_document->id, bnet_guild_id{guild.id});
  ASSERT_TRUE(outcome.roster_document);
  EXPECT_EQ(outcome.roster_document->members.size(), 2u);
  EXPECT_EQ(outcome.roster->last_modified, today);
  EXPECT_TRUE(outcome.failed.empty());
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_EQ(store.finished()[0].next_roster_due, outcome.next_due);
  EXPECT_FALSE(store.finished()[0].failed);
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, nothing_new_is_two_304s) {
  on_versioned(guild_path, "{}", yesterday);
  on_versioned(guild_path + "/roster", "{}", yesterday);
  sync(known_guild());
  ASSERT_EQ(store.guilds().size(), 1u);
  EXPECT_EQ(
      store.guilds()[0].outcome.unchanged, (std::vector{document::guild, document::roster}));
  EXPECT_FALSE(store.guilds()[0].outcome.guild);
  EXPECT_FALSE(store.guilds()[0].outcome.roster);
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, is_due_again_after_the_interval_but_not_before_the_answer_is_stale) {
  on_versioned(guild_path, "{}", yesterday);
  on(guild_path + "/roster", [](const auto&) {
    auto answer = answer_of(304);
    answer.max_age = 10'800s;
    return fetch_reply{answer};
  });
  auto work = known_guild();
  work.interval = 600s;
  sync(work);
  EXPECT_GE(store.guilds().at(0).outcome.next_due, world.wall() + 10'800s);

  store.forget<domain::apply_guild>();
  work.interval = 86'400s;
  sync(work);
  EXPECT_GE(store.guilds().at(0).outcome.next_due, world.wall() + 77'000s);
}

TEST_F(guild_step_test, a_suspect_roster_is_asked_for_whole) {
  on_versioned(guild_path, test::guild_body(guild, 1), yesterday);
  on_versioned(guild_path + "/roster", test::roster_body(guild, {anna}), yesterday);
  auto work = known_guild();
  work.roster_document.state = domain::document_state::suspect;
  sync(work);
  EXPECT_TRUE(gateway_script_.asked.at(0).if_modified_since.empty());
  EXPECT_TRUE(gateway_script_.asked.at(1).if_modified_since.empty());
  EXPECT_TRUE(store.guilds().at(0).outcome.roster);
}

TEST_F(guild_step_test, a_failing_roster_is_recorded_and_the_characters_go_on) {
  on_versioned(guild_path, "{}", yesterday);
  on(guild_path + "/roster", answer_of(502));
  due_characters(3);
  sync(known_guild());
  world.advance(1s);
  ASSERT_EQ(store.guilds().at(0).outcome.failed.size(), 1u);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].document, document::roster);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].error_class, failure_class::transient);
  EXPECT_LE(store.guilds()[0].outcome.next_due, world.wall() + 15s);
  EXPECT_EQ(checked_or_applied(), 3u);
  EXPECT_TRUE(store.finished().at(0).failed);
}

TEST_F(guild_step_test, a_roster_that_is_gone_while_its_guild_answers_is_looked_for_soon) {
  on_versioned(guild_path, "{}", yesterday);
  sync(known_guild());
  ASSERT_EQ(store.guilds().at(0).outcome.failed.size(), 1u);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].document, document::roster);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].error_class, failure_class::transient);
  EXPECT_LE(store.guilds()[0].outcome.next_due, world.wall() + 15s);
}

TEST_F(guild_step_test, a_malformed_roster_names_the_path_and_is_not_applied) {
  on_versioned(guild_path, "{}", yesterday);
  auto body = test::roster_body(guild, {});
  body.replace(body.find("[]"), 2, "7");
  on(guild_path + "/roster", answer_of(200, body, today));
  sync(known_guild());
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_FALSE(outcome.roster);
  EXPECT_FALSE(outcome.roster_document);
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].error_class, failure_class::malformed);
  EXPECT_NE(outcome.failed[0].detail.find("members"), std::string::npos);
}

// In maintenance, and behind broken caches, any path answers 200 with anything.
TEST_F(guild_step_test, what_does_not_prove_to_be_guild_or_roster_replaces_none) {
  const test::body_guild other{71, "Other Guild", "other-guild", {}};
  for (const auto& body : std::vector<std::string>{
           R"({"code":503,"reason":"maintenance"})", "{}", "[]", "\"maintenance\"",
           test::profile_body(anna), test::roster_body(guild, {anna}),
           test::guild_body(other, 2)}) {
    store.forget<domain::apply_guild>();
    on(guild_path, answer_of(200, body, today));
    sync(known_guild());
    const auto& outcome = store.guilds().at(0).outcome;
    EXPECT_FALSE(outcome.guild) << body;
    ASSERT_EQ(outcome.failed.size(), 1u) << body;
    EXPECT_EQ(outcome.failed[0].document, document::guild) << body;
    EXPECT_EQ(outcome.failed[0].error_class, failure_class::malformed) << body;
  }
  on_versioned(guild_path, "{}", yesterday);
  for (const auto& body : std::vector<std::string>{
           R"({"code":503,"reason":"maintenance"})", "{}", "[]", test::guild_body(guild, 2),
           test::profile_body(anna), test::roster_body(other, {anna, bert})}) {
    store.forget<domain::apply_guild>();
    on(guild_path + "/roster", answer_of(200, body, today));
    sync(known_guild());
    const auto& outcome = store.guilds().at(0).outcome;
    EXPECT_FALSE(outcome.roster) << body;
    ASSERT_EQ(outcome.failed.size(), 1u) << body;
    EXPECT_EQ(outcome.failed[0].document, document::roster) << body;
    EXPECT_EQ(outcome.failed[0].error_class, failure_class::malformed) << body;
  }
}

TEST_F(guild_step_test, of_a_roster_what_cannot_be_read_is_left_out_and_counted) {
  on_versioned(guild_path, "{}", yesterday);
  auto body = test::roster_body(guild, {anna, bert});
  body.insert(body.find("[{") + 1, R"(null,{"character":{"id":9003,"realm":{"id":60}}},)");
  on_versioned(guild_path + "/roster", body, yesterday);
  auto work = known_guild();
  work.roster_document.left_out = 1;
  sync(work);
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_TRUE(gateway_script_.asked.at(1).if_modified_since.empty())
      << "what could not be read may have healed under the same version";
  EXPECT_TRUE(outcome.failed.empty());
  ASSERT_TRUE(outcome.roster);
  EXPECT_EQ(outcome.roster->left_out.parts, 2u);
  EXPECT_EQ(outcome.roster_document->members.size(), 2u);
}

TEST_F(guild_step_test, a_404_without_known_members_is_not_found) {
  sync(new_guild());
  EXPECT_EQ(asked(), (paths{guild_path}));
  ASSERT_EQ(store.guilds().at(0).outcome.failed.size(), 1u);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].error_class, failure_class::not_found);
  EXPECT_GE(store.guilds()[0].outcome.next_due, world.wall() + 24h);
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, a_guild_that_was_never_fetched_is_asked_for_less_and_less_often) {
  on(guild_path, answer_of(503));
  auto work = new_guild();
  work.attempts = 8;
  sync(work);
  EXPECT_GT(store.guilds().at(0).outcome.next_due, world.wall() + 15s);
}

TEST_F(guild_step_test, members_tell_a_renamed_guilds_new_address) {
  const test::body_guild renamed{guild.id, "New Name", "new-name", guild.realm};
  const auto stranger = test::body_guild{999, "Other", "other", guild.realm};
  on("/profile/wow/character/stormrage/anna",
     answer_of(200, test::profile_body(anna, stranger)));
  on("/profile/wow/character/stormrage/bert",
     answer_of(200, test::profile_body(bert, renamed)));
  on("/data/wow/guild/stormrage/new-name", answer_of(200, test::guild_body(renamed, 2), today));
  on("/data/wow/guild/stormrage/new-name/roster",
     answer_of(200, test::roster_body(renamed, {anna, bert}), today));
  store.on<domain::some_members>([](const auto&) {
    return std::vector<domain::character_address>{
        {domain::region::eu, "stormrage", "anna"}, {domain::region::eu, "stormrage", "bert"}};
  });
  sync(known_guild());
  EXPECT_EQ(store.last<domain::move_guild>().to.name_slug, "new-name");
  EXPECT_EQ(
      asked(),
      (paths{
          guild_path, "/profile/wow/character/stormrage/anna",
          "/profile/wow/character/stormrage/bert", "/data/wow/guild/stormrage/new-name",
          "/data/wow/guild/stormrage/new-name/roster",
          "/data/wow/guild/stormrage/new-name/activity"}));
  // Members are asked unconditionally: a 304 says nothing about their guild.
  EXPECT_TRUE(gateway_script_.asked[1].if_modified_since.empty());
  EXPECT_TRUE(store.guilds().at(0).outcome.roster_document);
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, a_guild_that_no_member_shows_is_not_found) {
  store.on<domain::some_members>([](const auto&) {
    return std::vector<domain::character_address>{{domain::region::eu, "stormrage", "anna"}};
  });
  on("/profile/wow/character/stormrage/anna", answer_of(200, test::profile_body(anna)));
  sync(known_guild());
  ASSERT_EQ(store.guilds().at(0).outcome.failed.size(), 1u);
  EXPECT_EQ(store.guilds()[0].outcome.failed[0].error_class, failure_class::not_found);
}

TEST_F(guild_step_test, a_guild_is_not_gone_while_none_of_its_members_is_shown_either) {
  store.on<domain::some_members>([](const auto&) {
    std::vector<domain::character_address> members;
    for (const auto* name : {"anna", "berta", "cora"})
      members.push_back({domain::region::eu, "stormrage", name});
    return members;
  });
  for (const unsigned status : {404u, 403u}) {
    on("/data/wow/guild/stormrage/the-guild", answer_of(status));
    on("/profile/wow/character/stormrage/anna", answer_of(status));
    on("/profile/wow/character/stormrage/berta", answer_of(404));
    store.forget<domain::apply_guild>();
    auto work = known_guild();
    work.guild_document.error_class = failure_class::not_found; // this is the second look
    sync(work);
    const auto& failed = store.guilds().at(0).outcome.failed;
    ASSERT_EQ(failed.size(), 1u);
    EXPECT_FALSE(failed[0].is_verdict()) << status;
    EXPECT_LE(store.guilds()[0].outcome.next_due, world.wall() + 1h);
  }
  auto cora = anna;
  cora.name = "Cora";
  on("/profile/wow/character/stormrage/cora", answer_of(200, test::profile_body(cora)));
  store.forget<domain::apply_guild>();
  auto work = known_guild();
  work.guild_document.error_class = failure_class::not_found;
  sync(work);
  EXPECT_TRUE(store.guilds().at(0).outcome.failed.at(0).is_verdict()) << "one is";
}

TEST_F(
    guild_step_test,
    a_member_that_could_not_be_asked_leaves_it_open_whether_the_guild_is_gone) {
  store.on<domain::some_members>([](const auto&) {
    return std::vector<domain::character_address>{{domain::region::eu, "stormrage", "anna"}};
  });
  for (const auto& answer :
       {answer_of(503), answer_of(429), answer_of(200, R"({"id":9001,)")}) {
    on("/profile/wow/character/stormrage/anna", answer);
    store.forget<domain::apply_guild>();
    sync(known_guild());
    ASSERT_EQ(store.guilds().at(0).outcome.failed.size(), 1u);
    EXPECT_EQ(store.guilds()[0].outcome.failed[0].error_class, failure_class::transient);
    EXPECT_LE(store.guilds()[0].outcome.next_due, world.wall() + 15s);
  }
}

TEST_F(
    guild_step_test, a_database_that_cannot_name_members_is_no_proof_that_the_guild_is_gone) {
  store.on<domain::some_members>([](const auto&) { return fail(ec::database_down); });
  sync(known_guild());
  EXPECT_TRUE(store.guilds().empty());
  ASSERT_TRUE(store.finished().at(0).not_before);
  EXPECT_LE(*store.finished()[0].not_before, world.wall() + 15s);
}

// --- transfers

TEST_F(guild_step_test, transfers_are_settled_by_the_leavers_status) {
  on_versioned(guild_path, "{}", yesterday);
  on_versioned(guild_path + "/roster", "{}", yesterday);
  store.on<domain::apply_guild>([](const auto&) {
    const auto one = [](std::int64_t id, const char* name) {
      return domain::pending_transfer{
          .id = id,
          .leaver = character_id{id},
          .joiner = character_id{id + 100},
          .leaver_address = {domain::region::eu, "stormrage", name},
          .leaver_bnet_id = bnet_character_id{id},
          .joiner_address = {domain::region::eu, "stormrage", "joiner"},
          .joiner_bnet_id = bnet_character_id{id + 100}};
    };
    return domain::guild_applied{
        .guild = guild_id{50},
        .transfers = {one(1, "gone"), one(2, "stayed"), one(3, "unclear"), one(4, "")}};
  });
  on("/profile/wow/character/stormrage/stayed/status", answer_of(200, test::status_body(2)));
  on("/profile/wow/character/stormrage/unclear/status", answer_of(503));
  sync(known_guild());
  std::map<std::int64_t, bool> same;
  for (const auto& one : store.asked<domain::settle_transfer>())
    same[one.transfer.id] = one.same;
  // The fourth one's address is a third one's: nobody there could be asked for the leaver.
  EXPECT_EQ(same, (std::map<std::int64_t, bool>{{1, true}, {2, false}, {4, false}}));
  EXPECT_EQ(store.asked<domain::settle_transfer>().front().transfer.id, 1)
      << "a later one may go on from an earlier one";
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, somebody_made_anew_under_his_name_is_settled_by_who_answers_there) {
  on_versioned(guild_path, "{}", yesterday);
  on_versioned(guild_path + "/roster", "{}", yesterday);
  store.on<domain::apply_guild>([](const auto&) {
    const auto one = [](std::int64_t id, const char* name) {
      return domain::pending_transfer{
          .id = id,
          .leaver = character_id{id},
          .joiner = character_id{id + 100},
          .leaver_address = {domain::region::eu, "stormrage", ""},
          .leaver_bnet_id = bnet_character_id{id},
          .joiner_address = {domain::region::eu, "stormrage", name},
          .joiner_bnet_id = bnet_character_id{id + 100},
          .same_address = true};
    };
    return domain::guild_applied{
        .guild = guild_id{50},
        .transfers = {one(1, "anew"), one(2, "somebody"), one(3, "nobody")}};
  });
  on("/profile/wow/character/stormrage/anew/status", answer_of(200, test::status_body(101)));
  on("/profile/wow/character/stormrage/somebody/status", answer_of(200, test::status_body(7)));
  sync(known_guild());
  std::map<std::int64_t, bool> same;
  for (const auto& one : store.asked<domain::settle_transfer>())
    same[one.transfer.id] = one.same;
  EXPECT_EQ(same, (std::map<std::int64_t, bool>{{1, true}, {2, false}})) << "404 says nothing";
}

TEST_F(guild_step_test, a_refused_budget_leaves_the_guild_due_for_when_there_is_some) {
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 10s;
  on(guild_path, [why](const auto&) { return fetch_reply{fail(why)}; });
  sync(known_guild());
  EXPECT_TRUE(store.guilds().empty());
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_FALSE(store.finished()[0].next_roster_due);
  EXPECT_EQ(store.finished()[0].not_before, why.retry_at);
  EXPECT_TRUE(ended);
}

TEST_F(guild_step_test, a_refusal_without_a_time_still_leaves_a_pause) {
  on(guild_path, [](const auto&) { return fetch_reply{fail(ec::overloaded)}; });
  sync(known_guild());
  ASSERT_TRUE(store.finished().at(0).not_before);
  EXPECT_GT(*store.finished()[0].not_before, world.wall());
}

TEST_F(guild_step_test, a_lease_lost_at_the_write_ends_it_without_another_word) {
  on_versioned(guild_path, "{}", yesterday);
  on_versioned(guild_path + "/roster", "{}", yesterday);
  store.on<domain::apply_guild>([](const auto&) { return fail(ec::lease_lost); });
  due_characters(3);
  sync(known_guild());
  EXPECT_TRUE(ended);
  EXPECT_TRUE(store.finished().empty());
  EXPECT_EQ(checked_or_applied(), 0u);
}

} // namespace
} // namespace guildhall::actors
