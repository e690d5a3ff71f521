// The arrows between the folders. Static libraries do not hold them: an include is enough to
// break one. (That each library links with nothing but what it declares is held by the
// `alone_*` programs of this folder's CMakeLists.txt.)

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace guildhall {
namespace {

namespace fs = std::filesystem;
using names = std::set<std::string>;

const fs::path root{GUILDHALL_SOURCE_DIR};

/// Folder -> folders it may include from, besides itself.
const std::map<std::string, names>& allowed() {
  static const std::map<std::string, names> arrows{
      {"core", {}},
      {"domain", {"core"}},
      {"battlenet", {"core", "domain"}},
      {"store", {"core", "domain"}},
      {"http", {"core"}},
      {"api", {"core", "http", "domain"}},
      {"actors", {"core", "domain", "battlenet", "store", "http"}},
      {"app", {"core", "domain", "battlenet", "store", "http", "api", "actors"}},
  };
  return arrows;
}

fs::path path_of(const std::string& folder) {
  return folder == "actors" ? root / folder : root / "src" / folder;
}

/// The rooms of a folder -> those they may include from, besides themselves. Files that stand
/// in the folder itself are for all of its rooms and may use them all.
const std::map<std::string, std::map<std::string, names>>& rooms() {
  static const std::map<std::string, std::map<std::string, names>> plans{
      {"store",
       {{"postgres", {}},
        {"ledger", {"postgres"}},
        {"mirror", {"postgres", "ledger"}},
        {"reads", {"postgres", "ledger"}},
        {"work", {"postgres", "ledger", "mirror"}},
        {"people", {"postgres", "ledger", "mirror", "reads"}},
        {"import", {"postgres", "ledger", "mirror"}}}},
      {"http", {{"door", {}}, {"account", {"door"}}}},
      {"actors",
       {{"storage", {}},
        {"battlenet", {"storage"}},
        {"sync", {"storage", "battlenet"}},
        {"serving", {"storage"}}}},
  };
  return plans;
}

struct include_line {
  std::string file;
  bool quoted;
  std::string target;
};

std::vector<include_line> includes_of(const std::string& folder) {
  static const std::regex pattern{R"re(^\s*#\s*include\s+([<"])([^>"]+)[>"])re"};
  std::vector<include_line> found;
  for (const auto& entry : fs::recursive_directory_iterator{path_of(folder)}) {
    const auto extension = entry.path().extension();
    if (extension != ".hpp" && extension != ".cpp")
      continue;
    std::ifstream file{entry.path()};
    for (std::string line; std::getline(file, line);)
      if (std::smatch match; std::regex_search(line, match, pattern))
        found.push_back(
            {fs::relative(entry.path(), root).string(), match[1] == "\"", match[2]});
  }
  return found;
}

TEST(arrows, every_folder_has_files_to_look_at) {
  for (const auto& [folder, targets] : allowed())
    EXPECT_GT(includes_of(folder).size(), 2u) << folder;
}

TEST(arrows, a_folder_includes_only_what_its_arrows_allow) {
  for (const auto& [folder, targets] : allowed()) {
    for (const auto& line : includes_of(folder)) {
      if (!line.quoted)
        continue;
      const auto target = line.target.substr(0, line.target.find('/'));
      EXPECT_TRUE(target == folder || targets.contains(target))
          << line.file << " includes " << line.target;
    }
  }
}

/// "store/mirror/erase.hpp" -> "mirror"; nothing for a file of the folder itself.
std::optional<std::string> room_of(const std::string& path, const std::string& folder) {
  const auto from = path.find(folder + '/') + folder.size() + 1;
  const auto end = path.find('/', from);
  return end == std::string::npos ? std::nullopt : std::optional{path.substr(from, end - from)};
}

TEST(arrows, a_room_includes_only_what_its_arrows_allow) {
  for (const auto& [folder, plan] : rooms()) {
    for (const auto& line : includes_of(folder)) {
      const auto room = room_of(line.file, folder);
      if (!room || !line.quoted || !line.target.starts_with(folder + '/'))
        continue;
      ASSERT_TRUE(plan.contains(*room)) << line.file << " is in no known room";
      const auto target = room_of(line.target, folder);
      EXPECT_TRUE(!target || target == room || plan.at(*room).contains(*target))
          << line.file << " includes " << line.target;
    }
  }
}

TEST(arrows, a_room_has_at_most_14_units) {
  for (const auto& [folder, plan] : rooms()) {
    for (const auto& [room, targets] : plan) {
      names units;
      for (const auto& entry : fs::directory_iterator{path_of(folder) / room})
        units.insert(entry.path().stem().string());
      EXPECT_LE(units.size(), 14u) << folder << '/' << room;
    }
  }
}

/// Names come from Battle.net, and a terminal obeys what it is shown.
TEST(arrows, one_file_alone_writes_to_a_terminal) {
  const names may{"src/app/say.hpp", "src/api/docs/embed.cpp"}; // the latter while it is built
  for (const auto& [folder, targets] : allowed())
    for (const auto& line : includes_of(folder))
      EXPECT_TRUE(
          may.contains(line.file) || (line.target != "iostream" && line.target != "print"))
          << line.file << " includes " << line.target;
}

TEST(arrows, libraries_stay_where_they_belong) {
  // Library (by the beginning of its includes) -> the folders that may use it.
  const std::map<std::string, names> homes{
      {"caf/", {"actors", "app"}},
      {"pqxx/", {"store"}},
      {"libpq", {"store"}},
      {"boost/asio", {"battlenet", "http", "app"}},
      {"boost/beast", {"battlenet", "http"}},
      {"toml++", {"core"}},
      {"CLI/", {"app"}},
  };
  for (const auto& [folder, targets] : allowed())
    for (const auto& line : includes_of(folder))
      for (const auto& [library, users] : homes)
        if (!line.quoted && line.target.starts_with(library)) {
          EXPECT_TRUE(users.contains(folder)) << line.file << " includes " << line.target;
        }
}

} // namespace
} // namespace guildhall
