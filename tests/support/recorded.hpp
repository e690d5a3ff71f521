#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Bodies that Battle.net once sent. They stay where they are and are read from there; tests
/// that need them are skipped, saying so, where the folder is absent.
namespace guildhall::test {

/// `GUILDHALL_RECORDED_DIR` from the environment, else the place beside the project
/// (`GUILDHALL_PROJECT_DIR` is set by CMake).
inline std::filesystem::path recorded_dir() {
  if (const char* set = std::getenv("GUILDHALL_RECORDED_DIR"))
    return set;
  return std::filesystem::path{GUILDHALL_PROJECT_DIR} / "../shared/battlenet/recorded";
}

/// "rbattlenet/wow_guild.json"; an absent file fails the test.
inline std::string recorded(const std::string& name) {
  std::ifstream file{recorded_dir() / name, std::ios::binary};
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

class recorded_bodies : public testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(recorded_dir()))
      GTEST_SKIP() << "no recorded bodies in " << recorded_dir()
                   << "; set GUILDHALL_RECORDED_DIR";
  }
};

} // namespace guildhall::test
