#include "tests/robustness/field.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <system_error>

namespace guildhall::robustness {

namespace {

double status_megabytes(pid_t process, const std::string& name) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  for (std::string text; std::getline(status, text);)
    if (text.starts_with(name))
      return std::stod(text.substr(name.size())) / 1024;
  return 0;
}

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> out;
  const auto id = std::to_string(process);
  std::ifstream in{"/proc/" + id + "/task/" + id + "/children"};
  for (pid_t child = 0; in >> child;)
    out.push_back(child);
  return out;
}

} // namespace

void field::let_pass(std::chrono::seconds time) const {
  db.exec(
      "update app_clock set shift = shift + interval '" + std::to_string(time.count()) + " s'");
}

std::string field::database_name() const {
  return db.value("select current_database()");
}

double peak_megabytes(pid_t process) {
  auto out = status_megabytes(process, "VmHWM:");
  for (const auto child : children_of(process))
    out += status_megabytes(child, "VmHWM:");
  return out;
}

void forget_peak(pid_t process) {
  std::ofstream{"/proc/" + std::to_string(process) + "/clear_refs"} << 5;
}

void let_precede(pid_t process, const report& lines) {
  constexpr int before_others = -10;
  bool allowed = true;
  std::error_code gone;
  const std::filesystem::path threads{"/proc/" + std::to_string(process) + "/task"};
  for (const auto& one : std::filesystem::directory_iterator{threads, gone})
    allowed &=
        ::setpriority(
            PRIO_PROCESS, static_cast<id_t>(std::stoul(one.path().filename())), before_others)
        == 0;
  if (!allowed || gone)
    lines.note("guildhall competes with PostgreSQL for processors");
}

void judge(
    report& lines, const std::string& id, const std::string& name,
    const system_test::told& heard) {
  lines.count(
      id, name + ": other than 2xx, 503, 504 with Retry-After", static_cast<double>(heard.odd),
      0);
  lines.count(id, name + ": without an answer", static_cast<double>(heard.silent), 0);
  for (const auto& one : heard.oddities)
    lines.note(one);
  lines.note(
      name + ": " + std::to_string(heard.good) + " good, " + std::to_string(heard.later)
      + " told to come later, " + std::to_string(heard.unknown) + " with an unknown outcome, "
      + "slowest " + std::to_string(heard.slowest) + " s");
}

void judge(
    report& lines, const std::string& id, const std::string& name,
    const system_test::kept& kept) {
  lines.count(
      id, name + ": lost of " + std::to_string(kept.acknowledged) + " acknowledged writes",
      static_cast<double>(kept.lost), 0);
  lines.count(
      id, name + ": twice there under one Idempotency-Key", static_cast<double>(kept.doubled),
      0);
  for (const auto& one : kept.examples)
    lines.note(one);
}

} // namespace guildhall::robustness
