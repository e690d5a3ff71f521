#include "domain/grouping.hpp"
#include "domain/guild_reads.hpp"
#include "domain/mains.hpp"
#include "domain/ranks.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <algorithm>
#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;

class rank_writes : public guild_people {
protected:
  auto set(domain::rank_edit what, std::optional<std::int64_t> seen = std::nullopt) {
    return db->ask(domain::set_rank{by(master, seen), guild, what});
  }
  auto set_main(
      std::int64_t bnet, std::optional<bool> is_main,
      std::optional<std::int64_t> seen = std::nullopt) {
    return db->ask(domain::set_main{by(officer, seen), guild, character(bnet), is_main});
  }
  domain::grouped_character grouped(std::int64_t bnet) {
    const auto members = db->ask(domain::member_details_of{guild});
    const auto all = domain::classify_roster(domain::grouping_inputs(*members));
    return *std::ranges::find(all, character(bnet), &domain::grouped_character::character_id);
  }
  bool is_main(std::int64_t bnet) {
    return grouped(bnet).classification == domain::classification::main;
  }
};

TEST_F(rank_writes, survive_the_next_roster) {
  const auto named = set({3, "Raider", std::nullopt});
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_TRUE(named->value.is_custom);
  EXPECT_FALSE(named->value.is_officer);
  EXPECT_EQ(named->value.rank_name, "Raider");
  EXPECT_EQ(
      named->value.member_count,
      count("select count(*) from guild_members where rank = 3 and left_at is null"));
  EXPECT_EQ(audited("rank.update", master), 1);
  scan(crowd(10), 2);
  const auto ranks = db->ask(domain::ranks_of{guild});
  const auto third = std::ranges::find(*ranks, 3, &domain::rank_row::rank_id);
  EXPECT_EQ(third->rank_name, "Raider");
  EXPECT_TRUE(third->is_custom);
  EXPECT_EQ(third->row_version, named->value.row_version);
}

TEST_F(rank_writes, make_ranks_that_nobody_has_yet) {
  const auto made = set({9, "Bench", std::nullopt});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->value.member_count, 0);
  EXPECT_EQ(made->value.rank_id, 9);
}

TEST_F(rank_writes, that_make_officers_move_the_standing_of_the_guilds_users) {
  const auto named = set({3, "Raider", std::nullopt});
  EXPECT_EQ(named->tags, std::vector<std::string>{"guild:" + std::to_string(guild.value)});
  const auto officers = set({3, std::nullopt, true});
  EXPECT_EQ(officers->value.rank_name, "Raider") << "is kept";
  EXPECT_TRUE(officers->value.is_officer);
  for (const auto& who : {master, officer, raider})
    EXPECT_EQ(std::ranges::count(officers->tags, "user:" + std::to_string(who.id.value)), 1)
        << who.battletag;
}

TEST_F(rank_writes, of_a_version_that_somebody_changed_are_refused) {
  const auto version = set({3, "A", std::nullopt})->value.row_version;
  EXPECT_TRUE(set({3, "B", std::nullopt}, version));
  EXPECT_EQ(code_of(set({3, "C", std::nullopt}, version)), ec::precondition_failed);
}

TEST_F(rank_writes, the_officers_main_survives_the_next_roster_and_replaces_the_last_one) {
  // Three characters of one player.
  db->exec(
      "update characters set user_id = " + std::to_string(raider.id.value)
      + " where bnet_character_id in (1003, 1004)");
  EXPECT_TRUE(is_main(1'002)) << "the lowest rank";
  ASSERT_TRUE(set_main(1'003, true));
  EXPECT_TRUE(is_main(1'003));
  EXPECT_EQ(grouped(1'003).reason, "chosen");
  scan(crowd(10), 2);
  EXPECT_TRUE(is_main(1'003));
  ASSERT_TRUE(set_main(1'004, true));
  EXPECT_TRUE(is_main(1'004));
  EXPECT_FALSE(is_main(1'003));
  const auto undone = set_main(1'004, std::nullopt);
  ASSERT_TRUE(undone);
  EXPECT_TRUE(is_main(1'002));
  EXPECT_EQ(count("select count(*) from main_overrides"), 0);
  EXPECT_EQ(audited("member.set_main", officer), 3);
}

TEST_F(rank_writes, two_officers_at_once_leave_one_main) {
  db->exec(
      "update characters set user_id = " + std::to_string(raider.id.value)
      + " where bnet_character_id in (1003, 1004)");
  const auto first = character(1'003);
  const auto second = character(1'004);
  const auto other = db->connect();
  std::future<result<domain::written<domain::main_override>>> late;
  run([&](store::session& s) {
    return s.transaction([&]() -> result<void> {
      EXPECT_TRUE(store::run(s, domain::set_main{by(officer), guild, first, true}));
      late = std::async(std::launch::async, [&] {
        result<domain::written<domain::main_override>> out = fail(ec::internal);
        test_database::run_on(*other, [&](store::session& theirs) {
          out = store::run(theirs, domain::set_main{by(master), guild, second, true});
        });
        return out;
      });
      const auto watch = db->connect();
      bool waits = false;
      for (int turn = 0; turn < 500 && !waits; ++turn) {
        if (late.wait_for(10ms) == std::future_status::ready)
          break;
        test_database::run_on(*watch, [&](store::session& seen) {
          waits = !seen.exec_raw("select from pg_stat_activity where wait_event_type = 'Lock' "
                                 "and datname = current_database()")
                       .empty();
        });
      }
      EXPECT_TRUE(waits);
      return {};
    });
  });
  EXPECT_TRUE(late.get());
  EXPECT_EQ(count("select count(*) from main_overrides where is_main"), 1);
  EXPECT_TRUE(is_main(1'004));
}

TEST_F(rank_writes, a_main_that_is_declared_an_alt_hands_over) {
  db->exec(
      "update characters set user_id = " + std::to_string(raider.id.value)
      + " where bnet_character_id = 1003");
  const auto version = set_main(1'002, false)->value.row_version;
  EXPECT_TRUE(is_main(1'003));
  EXPECT_EQ(code_of(set_main(1'002, true, version + 1)), ec::precondition_failed);
  EXPECT_TRUE(set_main(1'002, true, version));
  EXPECT_EQ(code_of(set_main(77, true)), ec::not_found) << "not in the guild";
}

} // namespace guildhall::test
