#include "battlenet_sim/text.hpp"
#include "battlenet_sim/world_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace guildhall::sim {

namespace {

constexpr std::int64_t epoch = 1'763'535'600;

void fill(world& state, std::uint64_t seed, std::vector<guild_spec> specs = {{"eu", 1000}}) {
  options opts;
  opts.seed = seed;
  opts.world = std::move(specs);
  populate(state, opts, epoch, epoch + 86'400);
}

std::vector<const character*> roster(const world& state) {
  std::vector<const character*> result;
  for (auto id : state.guilds().front().members)
    result.push_back(state.find_character(id));
  return result;
}

} // namespace

TEST(sim_world, the_same_seed_makes_the_same_world) {
  world a, b, c;
  fill(a, 7);
  fill(b, 7);
  fill(c, 8);
  auto names = [](const world& state) {
    std::vector<std::string> result;
    for (const auto* who : roster(state))
      result.push_back(who->name + std::to_string(who->id) + std::to_string(who->modified));
    return result;
  };
  EXPECT_EQ(names(a), names(b));
  EXPECT_NE(names(a), names(c));
}

TEST(sim_world, a_roster_holds_everything_a_client_must_cope_with) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    world state;
    fill(state, seed);
    auto all = roster(state);
    ASSERT_EQ(all.size(), 1000);
    std::set<std::string_view> realms;
    std::set<std::pair<std::string_view, std::string>> addresses;
    std::map<std::string, int> names;
    std::set<std::int64_t> ids;
    int leaders = 0, foreign = 0, low = 0, gone = 0, dead = 0;
    for (const auto* who : all) {
      realms.insert(who->home->slug);
      addresses.emplace(who->home->slug, who->key);
      ++names[who->key];
      ids.insert(who->id);
      leaders += who->rank == 0;
      foreign += std::ranges::any_of(who->name, [](char c) { return c < 0; });
      low += who->level < 10;
      gone += !who->available;
      dead += std::ranges::any_of(who->name, [](char c) { return c >= '0' && c <= '9'; });
      EXPECT_TRUE(who->level >= 10 || !who->available);
      EXPECT_EQ(state.find("eu", who->home->slug, who->key), who);
      EXPECT_LE(who->modified, epoch + 86'400);
    }
    EXPECT_EQ(realms.size(), 2);
    EXPECT_EQ(addresses.size(), all.size()) << "addresses are unique";
    EXPECT_EQ(ids.size(), all.size());
    EXPECT_LT(names.size(), all.size()) << "names are not";
    EXPECT_EQ(leaders, 1);
    EXPECT_GT(foreign, 20);
    EXPECT_GT(low, 5);
    EXPECT_GT(dead, 3);
    EXPECT_GT(gone, dead + low);
    EXPECT_LT(gone, 200);
  }
}

TEST(sim_world, players_have_alts_and_their_alts_share_toys) {
  world state;
  fill(state, 1);
  std::size_t with_alts = 0;
  for (const auto& one : state.players()) {
    with_alts += one.characters.size() > 1;
    for (auto id : one.characters) {
      const auto* who = state.find_character(id);
      EXPECT_EQ(who->player, one.id);
      EXPECT_GE(who->toys_known + 2, one.toys.size());
      EXPECT_LE(who->toys_known, one.toys.size());
    }
  }
  EXPECT_GT(with_alts, state.players().size() / 3);
}

TEST(sim_world, russian_realms_have_russian_names) {
  world state;
  fill(state, 1, {{"eu", 5}, {"eu", 5}, {"eu", 5}, {"eu", 60}});
  const auto& guild = state.guilds()[3];
  ASSERT_TRUE(guild.home->cyrillic);
  for (auto id : guild.members) {
    const auto& name = state.find_character(id)->name;
    EXPECT_LT(name.front(), 0) << name;
  }
}

TEST(sim_world, many_large_guilds_still_find_names) {
  world state;
  fill(state, 3, std::vector<guild_spec>(40, {"tw", 500}));
  EXPECT_GE(state.characters(), 20'000);
}

TEST(sim_weeks, follow_the_calendar_and_can_begin_early) {
  week_calendar weeks("eu");
  // Period 729 was current on Sunday, 22 December 2019, and began the Wednesday before.
  std::int64_t sunday = 1'577'005'519'000;
  EXPECT_EQ(weeks.current(sunday), 729);
  EXPECT_EQ(weeks.start_ms(729), 1'576'652'400'000);
  EXPECT_EQ(weeks.current(weeks.end_ms(729)), 729);
  weeks.begin_next(sunday);
  EXPECT_EQ(weeks.current(sunday), 730);
  EXPECT_EQ(weeks.current(sunday - 1), 729);
  EXPECT_EQ(weeks.start_ms(730), sunday);
  EXPECT_EQ(weeks.end_ms(729), sunday - 1000);
  EXPECT_EQ(weeks.start_ms(729), 1'576'652'400'000);
  weeks.begin_next(sunday + 5'000);
  EXPECT_EQ(weeks.current(sunday + 5'000), 731);
  EXPECT_EQ(weeks.start_ms(730), sunday);
}

} // namespace guildhall::sim
