#include "domain/document_kinds.hpp"
#include "domain/freshness.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

document_record held(document what, time_point changed = time_point{100s}) {
  document_record record;
  record.document = what;
  record.state = document_state::ok;
  record.fetched_at = changed;
  record.changed_at = changed;
  return record;
}

document_record in_state(document what, document_state state) {
  document_record record;
  record.document = what;
  record.state = state;
  return record;
}

std::vector<document_record> all_held() {
  std::vector<document_record> records;
  for (const auto what : character_documents)
    records.push_back(held(what));
  return records;
}

TEST(freshness, is_complete_with_every_document) {
  auto records = all_held();
  records[2].changed_at = time_point{200s};
  const auto judged = judge_freshness(character_documents, records);
  EXPECT_EQ(judged.state, "complete");
  EXPECT_EQ(judged.reason, "");
  EXPECT_EQ(judged.changed_at, time_point{200s});
}

TEST(freshness, is_missing_before_the_first_fetch) {
  const auto judged = judge_freshness(character_documents, {});
  EXPECT_EQ(judged.state, "missing");
  EXPECT_NE(judged.reason.find("profile: not fetched yet"), std::string::npos);
  EXPECT_EQ(judged.changed_at, std::nullopt);
}

TEST(freshness, names_what_a_partial_answer_lacks_and_why) {
  auto records = all_held();
  records[1] = in_state(document::equipment, document_state::not_found);
  records[3] = in_state(document::professions, document_state::malformed);
  const auto judged = judge_freshness(character_documents, records);
  EXPECT_EQ(judged.state, "partial");
  EXPECT_NE(judged.reason.find("equipment: Battle.net does not show it"), std::string::npos);
  EXPECT_NE(
      judged.reason.find("professions: it arrived, but cannot be read"), std::string::npos);
  EXPECT_EQ(judged.reason.find("mythic"), std::string::npos);
}

TEST(freshness, does_not_move_when_a_later_attempt_fails) {
  auto records = all_held();
  const auto before = judge_freshness(character_documents, records);
  records[0].state = document_state::failed;
  records[0].failures = 3;
  records[0].retry_at = time_point{500s};
  records[0].checked_at = time_point{400s};
  const auto after = judge_freshness(character_documents, records);
  EXPECT_EQ(after.state, before.state);
  EXPECT_EQ(after.reason, before.reason);
  EXPECT_EQ(after.changed_at, before.changed_at);
}

TEST(freshness, tells_what_of_a_held_document_cannot_be_read) {
  auto records = all_held();
  records[1].left_out = 1;
  records[3].left_out = 2;
  const auto judged = judge_freshness(character_documents, records);
  EXPECT_EQ(judged.state, "partial");
  EXPECT_EQ(
      judged.reason,
      "equipment: 1 part of it cannot be read; professions: 2 parts of it cannot be read");
}

TEST(freshness, is_unavailable_when_the_profile_is_not_shown) {
  for (const auto state : {document_state::not_found, document_state::forbidden}) {
    auto records = all_held();
    records[0].state = state;
    EXPECT_EQ(judge_freshness(character_documents, records).state, "unavailable");
  }
}

TEST(freshness, is_suspect_while_a_roster_waits_for_a_second_opinion) {
  constexpr std::array expected{document::guild, document::roster};
  std::vector<document_record> records{held(document::guild), held(document::roster)};
  records[1].state = document_state::suspect;
  const auto judged = judge_freshness(expected, records);
  EXPECT_EQ(judged.state, "suspect");
  EXPECT_NE(judged.reason.find("roster"), std::string::npos);
}

TEST(freshness, ignores_documents_that_nobody_expects) {
  auto records = all_held();
  records.push_back(in_state(document::toys, document_state::failed));
  EXPECT_EQ(judge_freshness(character_documents, records).state, "complete");
}

} // namespace
} // namespace guildhall::domain
