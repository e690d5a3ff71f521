#include "tests/robustness/targets.hpp"

#include <filesystem>
#include <regex>
#include <sstream>

namespace guildhall::robustness {

namespace {

/// The lines of a program's output that look like this.
void note_figures(const report& lines, const std::string& output, const char* figures) {
  const std::regex wanted{figures};
  std::istringstream all{output};
  for (std::string one; std::getline(all, one);)
    if (std::regex_search(one, wanted))
      lines.note(one);
}

/// Another program judges, and prints lines with figures; its exit status is what counts.
void judged_by(
    bench at, const std::string& id, const std::string& what, std::vector<std::string> command,
    std::chrono::seconds bound, const char* figures, settings environment = {}) {
  field w;
  const auto done = system_test::run(
      {.command = std::move(command),
       .environment = std::move(environment),
       .output = w.file("program.log")},
      bound);
  note_figures(at.lines, done.output, figures);
  constexpr std::size_t shown = 3'000;
  if (done.status != 0)
    at.lines.note(
        done.output.size() > shown ? done.output.substr(done.output.size() - shown)
                                   : done.output);
  at.lines.count(id, what + ": exit status", done.status, 0);
}

} // namespace

void hostile_input(bench at) {
  const std::string program{GUILDHALL_HOSTILE_PROGRAM};
  const std::string filter{"--gtest_filter=hostile*"};
  const auto* what = "hostile tokens, paths, headers, bodies and fields";
  if (!std::filesystem::exists(program)) {
    at.lines.not_run("R10", what, "not built: system_test");
    return;
  }
  field w;
  const auto listed = system_test::run(
      {.command = {program, filter, "--gtest_list_tests"}, .output = w.file("listed.log")});
  if (listed.output.find("hostile") == std::string::npos) {
    at.lines.not_run("R10", what, "no tests of that name");
    return;
  }
  judged_by(
      at, "R10", what, {program, filter}, 400s, "^seed ",
      {{"GUILDHALL_HOSTILE_REQUESTS", at.how.choose("50000", "2000")},
       {"GUILDHALL_HOSTILE_SEED", std::to_string(at.how.seed)}});
}

void fuzzed(bench at) {
  const std::filesystem::path folder{GUILDHALL_PROJECT_DIR};
  const auto* what = "fuzzers, 10 s each";
  if (!std::filesystem::exists(folder / "tests/fuzz")) {
    at.lines.not_run("R12", what, "there are none");
    return;
  }
  if (at.how.quick) {
    at.lines.not_run("R12", what, "takes long to build");
    return;
  }
  judged_by(
      at, "R12", what, {folder / "dev", "fuzz", "10"}, 900s,
      "^(target +executions|[a-z_]+ +[0-9]+ +[0-9]+ +[0-9]+$)");
}

} // namespace guildhall::robustness
