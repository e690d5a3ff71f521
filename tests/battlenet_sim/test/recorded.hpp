#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace guildhall::sim::test {

/// Where recorded bodies are kept: GUILDHALL_RECORDED_DIR, or beside the project.
inline std::string recorded_dir() {
  if (const auto* dir = std::getenv("GUILDHALL_RECORDED_DIR"))
    return dir;
  return std::string(GUILDHALL_SOURCE_DIR) + "/../shared/battlenet/recorded";
}

inline bool has_recordings() {
  return std::filesystem::exists(recorded_dir() + "/rbattlenet/wow_guild.json");
}

} // namespace guildhall::sim::test

#define SKIP_WITHOUT_RECORDINGS()                                                              \
  if (!::guildhall::sim::test::has_recordings())                                               \
  GTEST_SKIP() << "no recorded bodies in " << ::guildhall::sim::test::recorded_dir()
