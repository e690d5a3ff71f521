#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Whole documents in every shape that Battle.net sends. Those of our own making
/// (`tests/documents`) are always there; where the bodies are that Battle.net once sent, the
/// same tests read them as well. `GUILDHALL_PROJECT_DIR` is set by CMake.
namespace guildhall::test {

struct guild_facts {
  std::string realm; ///< slug
  std::string slug;
  std::int64_t realm_id{0};
  std::int64_t id{0};
  std::string realm_name{};
  std::string name{};
};

struct character_facts {
  std::string realm; ///< slug
  std::string key;   ///< `text::name_key` of the name
  std::int64_t realm_id{0};
  std::int64_t id{0};
  std::string name{};
};

/// A folder of documents, and what stands in them.
struct document_source {
  std::string name; ///< of the tests that read it
  std::filesystem::path folder;

  guild_facts guild;         ///< wow_guild, wow_guild_roster
  int members{0};            ///< of its roster, from two realms
  int accented{0};           ///< of them
  int too_low{0};            ///< of them, below level 10: their profiles answer 404
  character_facts character; ///< wow_character and what is below it, a member of the guild
  std::string saved;         ///< when the profile was, as Last-Modified says it
  character_facts cyrillic;  ///< wow_character_cyrillic, wow_character_keystones_no_best_runs
  character_facts american;  ///< Character...Response
  character_facts runner;    ///< CharacterMythicKeystoneProfileIndexResponse
  guild_facts leaderless;    ///< GuildResponse, GuildRosterResponse
  std::string dead;          ///< a member of it whose name ends as those of the dead do
  std::int64_t dead_id{0};
  std::int64_t period{0}; ///< the current one
  std::int64_t an_older_period{0};
  std::size_t realms{0};

  /// "rbattlenet/wow_guild.json"; an absent file fails the test.
  std::string body(const std::string& file) const {
    std::ifstream in{folder / file, std::ios::binary};
    EXPECT_TRUE(in) << folder / file;
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  }
};

inline const document_source& our_documents() {
  static const document_source source{
      .name = "ours",
      .folder = std::filesystem::path{GUILDHALL_PROJECT_DIR} / "tests/documents",
      .guild =
          {"emberfall", "lantern-keepers", 772, 43'136'051, "Emberfall", "Lantern Keepers"},
      .members = 24,
      .accented = 8,
      .too_low = 2,
      .character = {"emberfall", "maredda", 772, 321'957'972, "Maredda"},
      .saved = "Tue, 3 Mar 2026 07:08:09 GMT",
      .cyrillic =
          {"pine-fjord", "\u0441\u043d\u0435\u0436\u0438\u043d\u0430\u0440\u043a\u0430", 3'045,
           202'502'514, "\u0421\u043d\u0435\u0436\u0438\u043d\u0430\u0440\u043a\u0430"},
      .american = {"greywater", "oswen", 7'099, 488'549'677, "Oswen"},
      .runner = {"kaldoran", "tamsin", 54, 294'380'211, "Tamsin"},
      .leaderless = {"nightspire", "rusty-compass", 53, 58'000'116},
      .dead = "Harwin5C19E2",
      .dead_id = 658'667'558,
      .period = 905,
      .an_older_period = 858,
      .realms = 8};
  return source;
}

/// `GUILDHALL_RECORDED_DIR` from the environment, else the place beside the project.
inline const document_source& recorded_documents() {
  const char* set = std::getenv("GUILDHALL_RECORDED_DIR");
  static const document_source source{
      .name = "recorded",
      .folder =
          set ? std::filesystem::path{set}
              : std::filesystem::path{GUILDHALL_PROJECT_DIR} / "../shared/battlenet/recorded",
      .guild = {"stormrage", "avalerion", 550, 36'886'834, "Stormrage", "Avalerion"},
      .members = 418,
      .accented = 39,
      .too_low = 2,
      .character = {"stormrage", "sheday", 550, 142'650'023, "Sheday"},
      .saved = "Sun, 22 Dec 2019 09:05:19 GMT",
      .cyrillic =
          {"howling-fjord", "\u0430\u043b\u044c\u0432\u0435\u043e\u043d\u044f\u0448\u0430",
           1'615, 104'612'024, "\u0410\u043b\u044c\u0432\u0435\u043e\u043d\u044f\u0448\u0430"},
      .american = {"norgannon", "drinian", 1'262, 107'811'065, "Drinian"},
      .runner = {"zuljin", "volladin", 61, 186'986'280, "Volladin"},
      .leaderless = {"deathwing", "enigma", 15, 40'732'076},
      .dead = "Vanstr7A268A",
      .dead_id = 125'445'770,
      .period = 729,
      .an_older_period = 682,
      .realms = 267};
  return source;
}

/// Ours, and those that were recorded where they are.
inline std::vector<const document_source*> document_sources() {
  std::vector<const document_source*> all{&our_documents()};
  if (std::filesystem::is_directory(recorded_documents().folder))
    all.push_back(&recorded_documents());
  return all;
}

inline std::string name_of_source(const testing::TestParamInfo<const document_source*>& info) {
  return info.param->name;
}

class battlenet_documents : public testing::TestWithParam<const document_source*> {
protected:
  const document_source& source() const {
    return *GetParam();
  }
  std::string body(const std::string& file) const {
    return source().body(file);
  }
};

} // namespace guildhall::test

/// Once in each program, for all tests of the fixture.
#define READ_BATTLENET_DOCUMENTS(fixture)                                                      \
  INSTANTIATE_TEST_SUITE_P(                                                                    \
      all, fixture, testing::ValuesIn(::guildhall::test::document_sources()),                  \
      ::guildhall::test::name_of_source)
