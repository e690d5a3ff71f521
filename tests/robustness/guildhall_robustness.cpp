// guildhall, the simulator and PostgreSQL as processes, treated badly: a line for each thing
// that must hold. Counts are asserted (the exit status), times and rates are printed.
//
//   guildhall_robustness [--quick] [--only R3,R4] [--seed N] [--out FILE]

#include "tests/robustness/targets.hpp"

#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>

namespace guildhall::robustness {
namespace {

struct target {
  std::string id;
  std::string what;
  void (*test)(bench);
};

const std::vector<target>& targets() {
  static const std::vector<target> all{
      {"R2", "kill -9 at random moments of a sync", killed_again_and_again},
      {"R3", "PostgreSQL restarted or its backends terminated, under load", without_postgresql},
      {"R4", "the network between guildhall and its neighbours fails", faulty_wires},
      {"R5", "Battle.net fails every third time", bad_weather},
      {"R6", "one region is down", one_region_down},
      {"R7", "twice the load it can take", overloaded},
      {"R8", "2,000 idle or dripping connections", idle_and_dripping},
      {"R9", "SIGTERM under load", stopped_under_load},
      {"R10", "hostile input", hostile_input},
      {"R12", "fuzzers", fuzzed},
      {"R13", "attacks", attacked}};
  return all;
}

struct arguments {
  run_options how;
  std::set<std::string> only;
  std::filesystem::path out{"robustness.json"};
};

std::optional<arguments> parse(int count, char** words) {
  arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string word{words[i]};
    if (word == "--quick") {
      out.how.quick = true;
      continue;
    }
    if (i + 1 == count)
      return std::nullopt;
    const std::string value{words[++i]};
    if (word == "--seed")
      out.how.seed = std::stoull(value);
    else if (word == "--out")
      out.out = value;
    else if (word == "--only") {
      std::istringstream ids{value};
      for (std::string id; std::getline(ids, id, ',');)
        out.only.insert(id);
    } else
      return std::nullopt;
  }
  for (const auto& id : out.only)
    if (std::ranges::find(targets(), id, &target::id) == targets().end())
      return std::nullopt;
  return out;
}

int run(const arguments& asked) {
  report lines;
  for (const auto& one : targets()) {
    if (!asked.only.empty() && !asked.only.contains(one.id))
      continue;
    std::cout << "\n" << one.id << ": " << one.what << std::endl;
    const auto begin = steady::now();
    try {
      one.test({lines, asked.how});
    } catch (const std::exception& e) {
      lines.failed(one.id, one.what, e.what());
    }
    lines.note(std::to_string(static_cast<int>(seconds_since(begin))) + " s");
  }
  lines.print_table();
  lines.write_json(asked.out);
  return lines.met() ? 0 : 1;
}

} // namespace
} // namespace guildhall::robustness

int main(int argc, char** argv) {
  using namespace guildhall::robustness;
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto asked = parse(argc, argv);
    if (!asked) {
      std::cerr
          << "usage: guildhall_robustness [--quick] [--only R3,R4] [--seed N] [--out FILE]\n";
      return 2;
    }
    return run(*asked);
  } catch (const std::exception& e) {
    std::cerr << "guildhall_robustness: " << e.what() << '\n';
    return 2;
  }
}
