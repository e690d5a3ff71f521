#include "core/text.hpp"
#include "domain/roster.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace guildhall::domain {
namespace {

using stored = std::vector<stored_member>;

stored_member
row(std::int64_t id, std::string name, int rank = 5, bool open = true, std::int64_t realm = 1,
    int class_id = 2) {
  stored_member out;
  out.member_id = member_id{1'000 + id};
  out.character_id = character_id{2'000 + id};
  out.identity = {region::eu, realm_id{realm}, bnet_character_id{id}};
  out.name = std::move(name);
  out.realm = "realm" + std::to_string(realm);
  out.class_id = class_id;
  out.rank = rank;
  out.open = open;
  return out;
}

roster_member seen(
    std::int64_t id, std::string name, int rank = 5, std::int64_t realm = 1, int class_id = 2) {
  roster_member out;
  out.id = bnet_character_id{id};
  out.name = std::move(name);
  out.realm = {realm_id{realm}, "realm" + std::to_string(realm), ""};
  out.class_id = class_id;
  out.rank = rank;
  return out;
}

roster_view roster_of(std::vector<roster_member> members) {
  roster_view out;
  out.members = std::move(members);
  return out;
}

roster_changes diff(const stored& rows, std::vector<roster_member> members) {
  return diff_roster(region::eu, rows, roster_of(std::move(members)));
}

bool is_unchanged(const roster_changes& changes) {
  return changes.joined.empty() && changes.returned.empty() && changes.left.empty()
      && changes.ranks.empty() && changes.renamed.empty() && changes.possible_transfers.empty();
}

/// What the store does with a diff, in memory.
stored applied(stored rows, const roster_changes& changes) {
  std::map<character_identity, stored_member> by_identity;
  for (auto& each : rows)
    by_identity.emplace(each.identity, each);
  for (const auto& each : changes.left)
    by_identity.at(each.identity).open = false;
  for (const auto& each : changes.ranks)
    by_identity.at(each.before.identity).rank = each.rank;
  for (const auto& each : changes.renamed) {
    by_identity.at(each.before.identity).name = each.name;
    by_identity.at(each.before.identity).realm = each.realm;
  }
  for (const auto& each : changes.returned) {
    auto& back = by_identity.at(each.identity);
    EXPECT_EQ(back.member_id, each.member_id);
    back = each;
    back.open = true;
  }
  for (const auto& each : changes.joined) {
    stored_member fresh;
    fresh.member_id = member_id{10'000 + each.id.value};
    fresh.character_id = character_id{20'000 + each.id.value};
    fresh.identity = {region::eu, each.realm.id, each.id};
    fresh.name = each.name;
    fresh.realm = each.realm.slug;
    fresh.class_id = each.class_id;
    fresh.rank = each.rank;
    fresh.open = true;
    EXPECT_TRUE(by_identity.emplace(fresh.identity, fresh).second);
  }
  stored out;
  for (auto& [identity, each] : by_identity)
    out.push_back(std::move(each));
  return out;
}

using line = std::tuple<std::int64_t, std::int64_t, std::string, std::string, int>;

std::set<line> lines(const std::vector<roster_member>& members) {
  std::set<line> out;
  for (const auto& m : members)
    out.emplace(m.realm.id.value, m.id.value, m.name, m.realm.slug, m.rank);
  return out;
}

std::set<line> open_lines(const stored& rows) {
  std::set<line> out;
  for (const auto& m : rows)
    if (m.open)
      out.emplace(m.identity.realm_id.value, m.identity.bnet_id.value, m.name, m.realm, m.rank);
  return out;
}

TEST(roster_diff, does_not_let_leave_who_is_listed_unreadably) {
  auto roster = roster_of({seen(1, "Anna")});
  roster.unreadable = {
      {realm_id{1}, bnet_character_id{2}}, {realm_id{1}, bnet_character_id{9}}};
  const auto changes = diff_roster(
      region::eu,
      stored{row(1, "Anna"), row(2, "Bert"), row(3, "Cora"), row(9, "Dora", 5, false)}, roster);
  ASSERT_EQ(changes.left.size(), 1u);
  EXPECT_EQ(changes.left[0].name, "Cora");
  EXPECT_TRUE(changes.joined.empty());
  EXPECT_TRUE(changes.returned.empty());
}

TEST(roster_diff, does_not_leave_a_guild_with_two_masters) {
  auto roster = roster_of({seen(1, "Anna", 0)});
  roster.unreadable = {{realm_id{1}, bnet_character_id{2}}};
  const auto changes =
      diff_roster(region::eu, stored{row(1, "Anna"), row(2, "Bert", 0)}, roster);
  ASSERT_EQ(changes.ranks.size(), 2u);
  EXPECT_EQ(changes.ranks[1].before.name, "Bert");
  EXPECT_EQ(changes.ranks[1].rank, 1);
  roster.members[0].rank = 4;
  EXPECT_EQ(
      diff_roster(region::eu, stored{row(1, "Anna"), row(2, "Bert", 0)}, roster).ranks.size(),
      1u)
      << "there is no other";
}

TEST(roster_diff, lets_nobody_leave_while_an_entry_may_be_anybodys) {
  auto roster = roster_of({seen(1, "Anna", 4), seen(4, "Emil")});
  roster.unidentified = 1;
  const auto changes =
      diff_roster(region::eu, stored{row(1, "Anna"), row(2, "Bert"), row(3, "Cora")}, roster);
  EXPECT_TRUE(changes.left.empty());
  EXPECT_EQ(changes.ranks.size(), 1u) << "the rest is applied";
  EXPECT_EQ(changes.joined.size(), 1u);
}

TEST(roster_diff, of_a_first_scan_says_so) {
  const auto changes = diff({}, {seen(1, "A"), seen(2, "B")});
  EXPECT_TRUE(changes.first_scan);
  EXPECT_EQ(changes.joined.size(), 2u);
  EXPECT_FALSE(diff({row(1, "A")}, {seen(1, "A")}).first_scan);
}

TEST(roster_diff, sees_a_join_a_leave_and_a_promotion) {
  const auto changes =
      diff({row(1, "A", 5), row(2, "B", 5)}, {seen(1, "A", 4), seen(3, "C", 5, 1, 7)});
  ASSERT_EQ(changes.joined.size(), 1u);
  EXPECT_EQ(changes.joined[0].name, "C");
  ASSERT_EQ(changes.left.size(), 1u);
  EXPECT_EQ(changes.left[0].name, "B");
  ASSERT_EQ(changes.ranks.size(), 1u);
  EXPECT_EQ(changes.ranks[0].before.rank, 5);
  EXPECT_EQ(changes.ranks[0].rank, 4);
  EXPECT_TRUE(changes.renamed.empty());
}

TEST(roster_diff, lets_nobody_leave_twice) {
  const auto changes = diff({row(1, "A", 5, false), row(2, "B")}, {seen(2, "B")});
  EXPECT_TRUE(is_unchanged(changes));
}

TEST(roster_diff, of_a_returning_member_keeps_its_row) {
  const auto changes = diff({row(1, "A", 5, false)}, {seen(1, "A", 3)});
  ASSERT_EQ(changes.returned.size(), 1u);
  EXPECT_EQ(changes.returned[0].member_id, member_id{1'001});
  EXPECT_EQ(changes.returned[0].rank, 3);
  EXPECT_TRUE(changes.joined.empty());
  EXPECT_TRUE(changes.ranks.empty());
}

TEST(roster_diff, of_swapped_names_renames_both_and_moves_nobody) {
  const auto changes = diff({row(1, "A"), row(2, "B")}, {seen(1, "B"), seen(2, "A")});
  ASSERT_EQ(changes.renamed.size(), 2u);
  EXPECT_EQ(changes.renamed[0].before.name, "A");
  EXPECT_EQ(changes.renamed[0].name, "B");
  EXPECT_TRUE(changes.joined.empty());
  EXPECT_TRUE(changes.left.empty());
}

TEST(roster_diff, keeps_one_name_on_two_realms_apart) {
  const stored rows{row(1, "Shirochan", 5, true, 1), row(2, "Shirochan", 5, true, 2)};
  const auto changes = diff(rows, {seen(1, "Shirochan", 5, 1)});
  ASSERT_EQ(changes.left.size(), 1u);
  EXPECT_EQ(changes.left[0].identity.realm_id, realm_id{2});
}

TEST(roster_diff, keeps_one_id_on_two_realms_apart) {
  const auto changes =
      diff({row(1, "A", 5, true, 1)}, {seen(1, "A", 5, 1), seen(1, "B", 5, 2)});
  ASSERT_EQ(changes.joined.size(), 1u);
  EXPECT_EQ(changes.joined[0].name, "B");
}

TEST(roster_diff, does_not_rename_to_an_absent_name) {
  EXPECT_TRUE(is_unchanged(diff({row(1, "A")}, {seen(1, "")})));
}

TEST(roster_diff, suggests_a_transfer_of_one_leaver_and_one_joiner_alike) {
  const auto changes = diff({row(1, "Märtini", 3, true, 1, 8)}, {seen(77, "MÄRTINI", 3, 2, 8)});
  ASSERT_EQ(changes.possible_transfers.size(), 1u);
  EXPECT_EQ(changes.possible_transfers[0].leaver.identity.bnet_id, bnet_character_id{1});
  EXPECT_EQ(changes.possible_transfers[0].joiner.id, bnet_character_id{77});
  EXPECT_EQ(changes.joined.size(), 1u);
  EXPECT_EQ(changes.left.size(), 1u);
}

TEST(roster_diff, suggests_no_transfer_to_another_class_or_name) {
  EXPECT_TRUE(
      diff({row(1, "A", 3, true, 1, 8)}, {seen(77, "A", 3, 2, 9)}).possible_transfers.empty());
  EXPECT_TRUE(
      diff({row(1, "A", 3, true, 1, 8)}, {seen(77, "B", 3, 2, 8)}).possible_transfers.empty());
  EXPECT_TRUE(
      diff({row(1, "", 3, true, 1, 8)}, {seen(77, "", 3, 2, 8)}).possible_transfers.empty());
  EXPECT_TRUE(
      diff({row(1, "A", 3, true, 1, 0)}, {seen(77, "A", 3, 2, 0)}).possible_transfers.empty());
}

TEST(roster_diff, suggests_no_transfer_where_it_would_be_a_guess) {
  EXPECT_TRUE(diff({row(1, "A", 3, true, 1), row(2, "A", 3, true, 2)}, {seen(77, "A", 3, 3)})
                  .possible_transfers.empty());
  EXPECT_TRUE(diff({row(1, "A", 3, true, 1)}, {seen(77, "A", 3, 2), seen(78, "A", 3, 3)})
                  .possible_transfers.empty());
  EXPECT_TRUE(diff(
                  {row(1, "A", 3, true, 1), row(9, "A", 3, false, 4)},
                  {seen(77, "A", 3, 2), seen(9, "A", 3, 4)})
                  .possible_transfers.empty());
}

// --- properties over random histories

std::vector<roster_member> random_members() {
  // Few ids, names and realms, so that swaps, returns and doubles are frequent.
  std::map<std::pair<std::int64_t, std::int64_t>, roster_member> members;
  const auto count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    const auto id = *rc::gen::inRange<std::int64_t>(1, 9);
    const auto realm = *rc::gen::inRange<std::int64_t>(1, 3);
    const auto name = std::string(1, static_cast<char>('A' + *rc::gen::inRange(0, 4)));
    members[{realm, id}] =
        seen(id, name, *rc::gen::inRange(0, 4), realm, *rc::gen::inRange(1, 3));
  }
  std::vector<roster_member> out;
  for (auto& [key, each] : members)
    out.push_back(each);
  return out;
}

stored random_history() {
  stored rows;
  const auto scans = *rc::gen::inRange(0, 4);
  for (int i = 0; i < scans; ++i)
    rows = applied(rows, diff(rows, random_members()));
  return rows;
}

RC_GTEST_PROP(roster_diff, applied_gives_the_roster, ()) {
  const auto before = random_history();
  const auto members = random_members();
  const auto after = applied(before, diff(before, members));
  RC_ASSERT(open_lines(after) == lines(members));
}

RC_GTEST_PROP(roster_diff, of_what_was_applied_is_empty, ()) {
  const auto before = random_history();
  const auto members = random_members();
  const auto after = applied(before, diff(before, members));
  RC_ASSERT(is_unchanged(diff(after, members)));
}

RC_GTEST_PROP(roster_diff, never_drops_or_renumbers_a_row, ()) {
  const auto before = random_history();
  const auto after = applied(before, diff(before, random_members()));
  std::map<character_identity, member_id> ids;
  for (const auto& each : after)
    ids.emplace(each.identity, each.member_id);
  for (const auto& each : before)
    RC_ASSERT(ids.at(each.identity) == each.member_id);
}

std::vector<std::int64_t> ids_in(const roster_changes& changes) {
  std::vector<std::int64_t> out;
  const auto add = [&](const auto& list, auto id_of) {
    out.push_back(-1);
    for (const auto& each : list)
      out.push_back(id_of(each));
  };
  add(changes.joined, [](const auto& m) { return 100 * m.realm.id.value + m.id.value; });
  add(changes.returned, [](const auto& m) { return m.member_id.value; });
  add(changes.left, [](const auto& m) { return m.member_id.value; });
  add(changes.ranks, [](const auto& m) { return m.before.member_id.value; });
  add(changes.renamed, [](const auto& m) { return m.before.member_id.value; });
  add(changes.possible_transfers, [](const auto& m) { return m.leaver.member_id.value; });
  return out;
}

RC_GTEST_PROP(roster_diff, does_not_depend_on_any_order, (unsigned seed)) {
  auto before = random_history();
  auto members = random_members();
  const auto expected = ids_in(diff(before, members));
  std::mt19937 random{seed};
  std::ranges::shuffle(before, random);
  std::ranges::shuffle(members, random);
  RC_ASSERT(ids_in(diff(before, members)) == expected);
}

} // namespace
} // namespace guildhall::domain
