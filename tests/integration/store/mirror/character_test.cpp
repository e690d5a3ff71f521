#include "domain/control.hpp"
#include "domain/document_kinds.hpp"
#include "domain/guild_reads.hpp"
#include "store/mirror/rederive.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;

class character_sync : public mirror {
protected:
  std::string state(const std::string& column, const std::string& of) {
    return scalar(
        "select " + column + " from document_states where document = '" + of
        + "' and character_id is not null");
  }
};

TEST_F(character_sync, documents_are_stored_as_received_and_their_columns_follow) {
  const auto work = claim_own();
  auto outcome =
      outcome_of(work, {.who = lonely, .extra = R"(,"pi":3.140,"name2":"Ünïcode")"}, 1);
  outcome.arrived.push_back({document::mythic, R"({"seasons":[]})", version(1), "2"});
  outcome.columns.mythic_rating = 2'512.5;
  outcome.period_id = 900;
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(
      scalar(
          "select profile_json = '" + outcome.arrived[0].body
          + "'::jsonb and profile_json ->> 'pi' = '3.140' from characters"),
      "t");
  EXPECT_EQ(
      scalar("select role || ' ' || level || ' ' || average_item_level || ' ' || mythic_rating "
             "from characters"),
      "Tank 80 480 2512.5");
  EXPECT_EQ(state("synced_for", "mythic"), version(1));
  EXPECT_EQ(state("period_id", "mythic"), "900");
  EXPECT_EQ(state("schema_revision", "mythic"), "2");
  EXPECT_EQ(state("synced_for", "profile"), "");
  EXPECT_EQ(
      scalar("select lease_token is null and due_at > app_now() + interval '7 h' from "
             "sync_queue"),
      "t");
}

TEST_F(character_sync, raids_are_stored_shown_in_the_whole_row_derived_again_and_erased) {
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
  outcome.arrived.push_back(
      {document::raids, R"({"character":{"id":1},"expansions":[]})", version(1), "1"});
  outcome.columns.raid_kills = R"([{"boss":2480,"kills":3}])";
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(
      scalar("select raids_json from characters"),
      R"({"character": {"id": 1}, "expansions": []})");
  EXPECT_EQ(state("state || synced_for", "raids"), "ok" + version(1));
  const auto id = outcome.work.character;
  const auto shown = [&](domain::detail how) {
    return db->ask(domain::character_by_id{id, how}).value().optional_documents;
  };
  EXPECT_EQ(shown(domain::detail::full), R"({"raid_kills": [{"boss": 2480, "kills": 3}]})");
  EXPECT_EQ(shown(domain::detail::lean), std::nullopt);
  const auto again =
      db->run([](store::session& s) { return store::rederive(s, {}, 10, true); }).value();
  EXPECT_EQ(again.changed, 1);
  EXPECT_EQ(scalar("select raid_kills from characters"), "[]");
  domain::character_outcome gone;
  gone.work = claim_own();
  gone.gone = true;
  ASSERT_TRUE(apply(gone));
  EXPECT_EQ(scalar("select raids_json is null and raid_kills is null from characters"), "t");
}

TEST_F(
    character_sync, a_class_and_a_specialisation_to_come_are_kept_and_called_by_their_names) {
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
  const std::string to_come =
      R"({"id":555,"name":"Lonely","level":80,"realm":{"id":1,"slug":"stormrage","name":"Stormrage"},)"
      R"("character_class":{"id":14,"name":"Tinker"},"active_spec":{"id":9999,"name":"Gadgeteer"}})";
  outcome.arrived[0].body = to_come;
  outcome.columns = {};
  ASSERT_TRUE(domain::read_document(document::profile, to_come, {}, outcome.columns));
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(
      scalar("select class_id || class_name || spec_id || spec_name || coalesce(role, ' none') "
             "from characters"),
      "14Tinker9999Gadgeteer none");
  const auto shown =
      db->ask(domain::character_by_id{outcome.work.character, domain::detail::lean}).value();
  EXPECT_EQ(shown.class_name, "Tinker");
  EXPECT_EQ(shown.role, "");
  EXPECT_EQ(shown.realm_name, "Stormrage");
}

TEST_F(character_sync, a_rating_of_another_season_is_not_the_current_one) {
  track();
  const auto members = crowd(3);
  const auto guild = scan(members, 1).guild;
  const auto rate = [&](const member& who, std::optional<std::int64_t> season, int n) {
    auto outcome =
        outcome_of(claim_member(guild, who.id), {.who = who, .guild = bnet_guild}, n);
    outcome.arrived.push_back({document::mythic, R"({"character":{}})", version(n), "1"});
    outcome.columns.mythic_rating = 2'000;
    outcome.columns.mythic_season = season;
    ASSERT_TRUE(apply(outcome));
  };
  const auto rating = [&](const member& who) {
    const auto details = db->ask(domain::member_details_of{guild}).value();
    for (const auto& one : details)
      if (one.bnet_id == bnet_character_id{who.id}) {
        EXPECT_EQ(
            db->ask(domain::character_by_id{one.member.character_id, domain::detail::lean})
                .value()
                .mythic_rating,
            one.mythic_rating);
        return one.mythic_rating;
      }
    return std::optional<double>{};
  };
  rate(members[0], 14, 2);
  rate(members[1], std::nullopt, 2); // of the season that is on
  EXPECT_EQ(rating(members[0]), 2'000);
  EXPECT_EQ(rating(members[1]), 2'000);
  rate(members[2], 15, 3); // a new one has begun
  EXPECT_EQ(rating(members[2]), 2'000);
  EXPECT_EQ(rating(members[0]), std::nullopt);
  EXPECT_EQ(rating(members[1]), std::nullopt);
  rate(members[0], 15, 4);
  EXPECT_EQ(rating(members[0]), 2'000);
  rate(members[1], 99, 5); // far beyond what anybody else has played in: nobody's
  EXPECT_EQ(rating(members[0]), 2'000);
  EXPECT_EQ(rating(members[1]), 2'000);
}

TEST_F(character_sync, a_profile_without_last_modified_changes_with_its_content) {
  const auto sync_as = [&](const std::string& digest) {
    auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
    outcome.arrived[0].last_modified.clear();
    outcome.arrived[0].version = outcome.profile_version = digest;
    outcome.arrived.push_back({document::equipment, "{}", "", "1", digest});
    ASSERT_TRUE(apply(outcome));
    db->shift_clock(1h);
  };
  sync_as("digest:a");
  const auto before = state("changed_at", "profile") + state("changed_at", "equipment");
  EXPECT_EQ(state("synced_for", "equipment"), "digest:a");
  sync_as("digest:a");
  EXPECT_EQ(state("changed_at", "profile") + state("changed_at", "equipment"), before);
  EXPECT_EQ(claim_own().documents.at(0).stored_version(), "digest:a");
}

TEST_F(character_sync, what_arrived_is_stored_even_if_others_failed) {
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
  outcome.failed = {
      {document::equipment, failure_class::transient, "500", in(15s)},
      {document::professions, failure_class::not_found, "404", in(24h)}};
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(state("state", "profile"), "ok");
  EXPECT_EQ(state("state || failures || error_class", "equipment"), "failed1transient");
  EXPECT_EQ(state("state", "professions"), "not_found");
  auto again = claim_own();
  auto second = outcome_of(again, {.who = lonely}, 1);
  second.failed = {{document::equipment, failure_class::malformed, "broken", in(15s)}};
  ASSERT_TRUE(apply(second));
  EXPECT_EQ(state("state || failures", "equipment"), "malformed1") << "the first of its kind";
  // It arrives at last.
  again = claim_own();
  auto third = outcome_of(again, {.who = lonely}, 1);
  third.arrived.push_back({document::equipment, "{}", version(1), "1"});
  ASSERT_TRUE(apply(third));
  EXPECT_EQ(
      state("state || failures || coalesce(error_class, '') || error_detail", "equipment"),
      "ok0");
}

TEST_F(character_sync, a_failed_attempt_keeps_the_document_and_the_time_of_its_success) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  const auto before =
      scalar("select last_synced_at || profile_json::text || verified_at from characters");
  const auto fetched = state("fetched_at", "profile");
  domain::character_outcome failed;
  failed.work = claim_own();
  failed.failed = {{document::profile, failure_class::not_found, "404", in(24h)}};
  failed.next_due = in(24h);
  ASSERT_TRUE(apply(failed));
  EXPECT_EQ(
      scalar("select last_synced_at || profile_json::text || verified_at from characters"),
      before);
  EXPECT_EQ(state("fetched_at", "profile"), fetched);
  EXPECT_EQ(scalar("select is_available from characters"), "f");
}

TEST_F(character_sync, a_404_that_is_in_question_leaves_everything_as_it_stands) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  const auto fail_with = [&](failure_class why, bool in_question) {
    domain::character_outcome failed;
    failed.work = claim_own();
    failed.failed = {{document::profile, why, "404", in(15min), in_question}};
    failed.next_due = in(15min);
    ASSERT_TRUE(apply(failed));
  };
  const auto stands = [&] {
    return state("state || ' ' || error_class || ' ' || failures", "profile")
         + scalar("select ' ' || is_available from characters");
  };
  fail_with(failure_class::not_found, true);
  EXPECT_EQ(stands(), "failed not_found 1 true");
  const auto work = claim_own();
  EXPECT_EQ(work.documents.at(0).state, domain::document_state::failed);
  EXPECT_EQ(work.attempts, 1);
  EXPECT_EQ(work.attempts_class, failure_class::not_found);
  db->exec("update sync_queue set lease_token = null, leased_until = null");
  fail_with(failure_class::forbidden, false);
  EXPECT_EQ(stands(), "forbidden forbidden 2 false");
  fail_with(failure_class::transient, false);
  EXPECT_EQ(stands(), "forbidden transient 1 false") << "a 503 takes no verdict back";
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 2)));
  EXPECT_EQ(state("state", "profile"), "ok");
  EXPECT_EQ(scalar("select is_available from characters"), "t");
}

TEST_F(character_sync, failures_are_counted_by_what_they_say) {
  const auto counted = [&](failure_class why) {
    domain::character_outcome failed;
    failed.work = claim_own();
    failed.failed = {{document::profile, why, "x", in(15s)}};
    failed.next_due = in(15s);
    EXPECT_TRUE(apply(failed));
    return state("failures", "profile") + "/"
         + scalar("select attempts || attempts_class from sync_queue");
  };
  EXPECT_EQ(counted(failure_class::transient), "1/1transient");
  EXPECT_EQ(counted(failure_class::throttled), "2/2throttled");
  EXPECT_EQ(counted(failure_class::malformed), "1/1malformed");
  EXPECT_EQ(counted(failure_class::malformed), "2/2malformed");
  EXPECT_EQ(counted(failure_class::not_found), "1/1not_found");
  EXPECT_EQ(counted(failure_class::transient), "1/1transient");
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 2)));
  EXPECT_EQ(scalar("select attempts || coalesce(attempts_class, '-') from sync_queue"), "0-");
}

TEST_F(character_sync, every_detail_can_be_written) {
  using namespace std::string_literals;
  domain::character_outcome failed;
  failed.work = claim_own();
  failed.failed = {
      {document::profile, failure_class::malformed,
       "a\0b\xff\xfe\x1b\u202e"s + std::string(9'000, 'x'), in(15s)}};
  failed.next_due = in(15s);
  ASSERT_TRUE(apply(failed));
  EXPECT_EQ(state("length(error_detail)", "profile"), "200");
  EXPECT_EQ(state("left(error_detail, 8)", "profile"), "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFDx");
}

TEST_F(character_sync, a_body_that_jsonb_refuses_is_malformed_and_the_others_are_stored) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 2);
  outcome.arrived.push_back({document::equipment, R"({"x":"\u0000"})", version(2), "1"});
  outcome.arrived.push_back({document::mythic, R"({"season":1})", version(2), "1"});
  outcome.arrived.push_back(
      {document::professions, std::string("{\"a\":\0}", 7), version(2), "1"});
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(state("state", "equipment"), "malformed");
  EXPECT_EQ(state("state", "professions"), "malformed");
  EXPECT_EQ(state("state", "mythic"), "ok");
  EXPECT_EQ(state("last_modified", "profile"), version(2));
  EXPECT_EQ(scalar("select mythic_profile_json from characters"), R"({"season": 1})");
  EXPECT_EQ(scalar("select equipment_json is null from characters"), "t");
}

TEST_F(character_sync, what_is_no_kind_of_document_is_not_stored) {
  const auto imaginary = static_cast<document>(200);
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
  outcome.arrived.push_back({imaginary, "{}", version(1), "1"});
  EXPECT_THROW((void)apply(outcome), std::runtime_error);
  outcome.arrived.pop_back();
  outcome.failed = {{imaginary, failure_class::transient, "500", in(15s)}};
  EXPECT_THROW((void)apply(outcome), std::runtime_error);
  EXPECT_EQ(count("select count(*) from document_states"), 0);
  EXPECT_EQ(scalar("select profile_json is null from characters"), "t");
}

TEST_F(character_sync, a_document_that_only_a_newer_release_knows_is_left_alone) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  db->exec("do $$ declare name text; begin "
           "for name in select conname from pg_constraint where conrelid = "
           "'document_states'::regclass and pg_get_constraintdef(oid) like '%equipment%' loop "
           "execute format('alter table document_states drop constraint %I', name); "
           "end loop; end $$;"
           "insert into document_states (character_id, document, state, fetched_at) "
           "select id, 'imaginary', 'ok', app_now() from characters");
  const auto work = claim_own();
  ASSERT_EQ(work.documents.size(), 1u);
  EXPECT_EQ(work.documents.front().document, document::profile);
  const auto row = db->ask(domain::character_by_id{work.character, domain::detail::full});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->documents.size(), 1u);
  ASSERT_TRUE(apply(outcome_of(work, {.who = lonely}, 2)));
  EXPECT_EQ(state("state", "imaginary"), "ok");
}

TEST_F(character_sync, a_foreign_id_never_overwrites_a_row) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  const auto work = claim_own();
  ASSERT_TRUE(apply(outcome_of(work, {.who = {.id = 556, .name = "Lonely"}}, 2)));
  EXPECT_EQ(
      scalar("select coalesce(name, '') || (profile_json is null) from characters where "
             "bnet_character_id = 555"),
      "true")
      << "erased, and nothing of the other one written";
  EXPECT_EQ(count("select count(*) from characters"), 1);
}

TEST_F(character_sync, a_profile_moves_the_address_and_takes_it_from_whoever_had_it) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  auto renamed = members[2];
  renamed.name = members[3].name;
  ASSERT_TRUE(apply(outcome_of(claim_member(guild, renamed.id), {.who = renamed}, 50)));
  EXPECT_EQ(events("renamed"), 1);
  EXPECT_EQ(events("address_taken_over"), 1);
  EXPECT_EQ(
      scalar("select name_key is null from characters where bnet_character_id = 1003"), "t");
  EXPECT_EQ(
      scalar("select character_name from guild_members m join characters c on c.id = "
             "m.character_id where bnet_character_id = 1002"),
      renamed.name);
  // An older roster does not rename it back.
  EXPECT_EQ(scan(members, 20).renamed, 0);
  EXPECT_EQ(scalar("select name from characters where bnet_character_id = 1002"), renamed.name);
}

TEST_F(character_sync, an_unconditional_answer_of_the_same_version_only_verifies) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  const auto synced = scalar("select last_synced_at from characters");
  db->shift_clock(14 * 24h);
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  EXPECT_EQ(scalar("select last_synced_at from characters"), synced);
  EXPECT_EQ(scalar("select verified_at > app_now() - interval '1 min' from characters"), "t");
}

TEST_F(character_sync, a_304_does_not_verify) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely}, 1)));
  const auto verified = scalar("select verified_at from characters");
  db->shift_clock(24h);
  const auto work = claim_own();
  EXPECT_TRUE(work.profile_stored);
  ASSERT_TRUE(db->ask(
      domain::checked_characters{{{work.lease, work.character, {document::profile}, in(8h)}}}));
  EXPECT_EQ(scalar("select verified_at from characters"), verified);
  EXPECT_EQ(state("checked_at > fetched_at + interval '23 h'", "profile"), "t");
}

TEST_F(character_sync, whoever_is_gone_is_erased) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  domain::character_outcome gone;
  gone.work = claim_member(guild, 1'004);
  gone.gone = true;
  gone.next_due = in(24h);
  ASSERT_TRUE(apply(gone));
  EXPECT_EQ(
      count(
          "select count(*) from characters where bnet_character_id = 1004 and name is null and "
          "profile_json is null and equipment_json is null"),
      1);
  EXPECT_EQ(
      count("select count(*) from document_states d join characters c on c.id = "
            "d.character_id where bnet_character_id = 1004"),
      0);
}

TEST_F(character_sync, whoever_lost_the_address_is_asked_for_under_it) {
  claim_own();
  db->exec("update characters set name_key = null");
  db->exec("update sync_queue set lease_token = null, leased_until = null");
  EXPECT_EQ(claim_own().address.name_key, "lonely");
}

TEST_F(character_sync, a_stranger_synced_once_by_a_person_is_not_kept_fresh) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  ASSERT_TRUE(db->ask(domain::untrack{address}));
  const character_id id{count("select id from characters where bnet_character_id = 1004")};
  const auto ask_and_claim = [&] {
    EXPECT_TRUE(db->ask(domain::sync_character{id}));
    const auto work = db->ask(domain::claim_characters{std::nullopt, 10, lease_time});
    EXPECT_EQ(work->size(), 1u);
    return work->front();
  };
  // A member of a guild that is not tracked, whose documents are as they were; then of none.
  const auto unchanged = ask_and_claim();
  ASSERT_TRUE(db->ask(domain::checked_characters{
      {{.lease = unchanged.lease,
        .character = id,
        .unchanged = {document::profile},
        .next_due = in(8h)}}}));
  EXPECT_EQ(count("select count(*) from sync_queue"), 0);
  ASSERT_TRUE(apply(outcome_of(ask_and_claim(), {.who = members[4]}, 2)));
  EXPECT_EQ(count("select count(*) from sync_queue"), 0);
  db->exec("update guild_members set left_at = app_now()");
  ASSERT_TRUE(apply(outcome_of(ask_and_claim(), {.who = members[4]}, 3)));
  EXPECT_EQ(count("select count(*) from sync_queue"), 0);
}

TEST_F(character_sync, a_lost_lease_writes_nothing) {
  const auto work = claim_own();
  db->exec("update sync_queue set lease_token = nextval('lease_tokens')");
  const auto late = apply(outcome_of(work, {.who = lonely}, 1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ec::lease_lost);
  EXPECT_EQ(count("select count(*) from document_states"), 0);
}

TEST_F(character_sync, the_work_says_what_is_stored) {
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 1);
  outcome.arrived.push_back({document::toys, R"({"toys":[]})", version(1), "1"});
  outcome.columns.toys = std::vector<std::int64_t>{1, 2, 3};
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(scalar("select toys from characters"), "{1,2,3}");
  const auto work = claim_own();
  EXPECT_TRUE(work.profile_stored);
  EXPECT_TRUE(work.grouped) << "has a user";
  const auto toys =
      std::ranges::find(work.documents, document::toys, &domain::document_record::document);
  ASSERT_NE(toys, work.documents.end());
  EXPECT_TRUE(toys->fetched_at);
  EXPECT_TRUE(work.verified_at);
  EXPECT_EQ(work.documents.size(), 2u);
  EXPECT_EQ(work.name, "Lonely");
  EXPECT_EQ(work.address.name_key, "lonely");
  const auto record =
      std::ranges::find(work.documents, document::profile, &domain::document_record::document);
  ASSERT_NE(record, work.documents.end());
  EXPECT_EQ(record->last_modified, version(1));
}

} // namespace guildhall::test
