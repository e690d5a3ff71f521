#include "tests/bench/bench.hpp"

#include "tests/bench/crowd.hpp"
#include "tests/system/support/wait.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace guildhall::bench {

using namespace std::chrono_literals;
using system_test::instance;

namespace {

double megabytes_in_status(pid_t process, std::string_view field) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::stod(line.substr(field.size() + 1)) / 1024;
  return 0;
}

} // namespace

void bench::measure(std::initializer_list<std::string_view> ids, void (*how)(bench&)) {
  if (!wishes_.want(ids))
    return;
  const auto before = static_cast<std::ptrdiff_t>(figures_.size());
  try {
    how(*this);
  } catch (const std::exception& why) {
    std::cerr << *ids.begin() << ": " << why.what() << std::endl;
    // Those without a line; when each has one, more was to come of the last.
    std::vector<std::string_view> missing;
    std::ranges::copy_if(ids, std::back_inserter(missing), [&](auto id) {
      return std::none_of(figures_.begin() + before, figures_.end(), [&](const auto& one) {
        return one.id == id;
      });
    });
    if (missing.empty())
      missing.push_back(*(ids.end() - 1));
    for (const auto id : missing)
      add(not_measured(std::string{id}, why.what()));
  }
  stop_all();
}

void bench::add(figure one) {
  if (!wishes_.want({one.id}))
    return;
  std::cout << one.id << ' ' << one.what << ": " << one.value << ' ' << one.unit
            << (one.anchor > 0 ? " against " + std::to_string(one.anchor) : "") << std::endl;
  figures_.push_back(std::move(one));
}

instance& bench::start(const system_test::settings& how, bool wait) {
  auto& started = launch(how);
  started_.push_back(&started);
  if (wait)
    started.await_ready();
  return started;
}

void bench::stop_all() {
  for (auto* one : started_)
    if (one->child().running())
      one->child().signal(SIGTERM);
  for (auto* one : started_)
    if (!one->child().wait(20s))
      one->child().signal(SIGKILL);
  started_.clear();
}

void bench::start_over() {
  stop_all();
  mirrored_ = {};
  db.exec("drop schema public cascade; create schema public");
}

const mirrored_guilds& bench::mirrored() {
  if (mirrored_.large != 0)
    return mirrored_;
  start_over();
  auto& battlenet = simulate(system_test::quick_simulator({"--world", "1000,200"}));
  auto& one = start(system_test::quick_budget());
  const auto guilds = battlenet.guilds();
  const auto before = cpu_seconds(one.child().id());
  mirrored_guilds out;
  out.large = mirror(one, guilds.at(0), 120s);
  out.small = mirror(one, guilds.at(1), 60s);
  out.cpu = cpu_seconds(one.child().id()) - before;
  out.documents = static_cast<double>(battlenet.book().requests);
  out.resident = resident_megabytes(one.child().id());
  stop_all();
  return mirrored_ = out;
}

void bench::fill_with_a_crowd() {
  start_over();
  start(); // applies the migrations
  stop_all();
  for (const auto& statement : crowd_of(1'000, 200))
    db.exec(statement);
  db.exec("update sync_settings set paused = true");
  db.exec("vacuum analyze");
}

std::string of_guild(std::int64_t guild, std::string_view rest) {
  return ("/api/guilds/" + std::to_string(guild)).append(rest);
}

std::vector<std::string> headers_of(const instance& where) {
  return {"Authorization: Bearer " + where.user_token()};
}

double resident_megabytes(pid_t process) {
  return megabytes_in_status(process, "VmRSS:");
}

double highest_resident_megabytes(pid_t process) {
  return megabytes_in_status(process, "VmHWM:");
}

double cpu_seconds(pid_t process) {
  std::ifstream stat{"/proc/" + std::to_string(process) + "/stat"};
  const std::string text{std::istreambuf_iterator<char>{stat}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double metric(const instance& where, const std::string& name) {
  const auto text = '\n' + system_test::ask(where.admin_port(), {.target = "/metrics"}).body;
  const auto at = text.find("\nguildhall_" + name + ' ');
  if (at == std::string::npos)
    throw std::runtime_error("there is no " + name);
  return std::stod(text.substr(text.find(' ', at) + 1));
}

double median_of(int rounds, const std::function<double()>& measure) {
  std::vector<double> all;
  for (int i = 0; i < rounds; ++i)
    all.push_back(measure());
  std::ranges::sort(all);
  return all[all.size() / 2];
}

rivals in_turns(
    int rounds, const std::function<double()>& ours, const std::function<double()>& theirs) {
  std::vector<rivals> all;
  for (int i = 0; i < rounds; ++i) {
    const double first = theirs();
    all.push_back({ours(), first});
  }
  std::ranges::sort(all, {}, [](const rivals& one) { return one.ours / one.theirs; });
  return all[all.size() / 2];
}

} // namespace guildhall::bench
