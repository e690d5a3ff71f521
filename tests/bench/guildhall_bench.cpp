// The figures that can be measured in one run on one machine: each against an anchor that is
// measured beside it. Needs an otherwise idle machine; asserts nothing.
//
//   guildhall_bench [--out FILE] [--only ID,ID...]

#include "store/postgres/statement.hpp"
#include "tests/bench/anchors.hpp"
#include "tests/bench/report.hpp"
#include "tests/system/support/wait.hpp"
#include "tests/system/support/world.hpp"

#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>

namespace guildhall::bench {
namespace {

using namespace std::chrono_literals;
using system_test::instance;
using system_test::settings;

constexpr unsigned readers = 4;
constexpr unsigned connections = 64;
constexpr auto length = 5s;

/// A statement of guildhall's with its parameters filled in.
std::string sql_of(std::string_view name, const std::vector<std::string>& values) {
  for (const auto& one : store::all_statements())
    if (one.name == name) {
      std::string sql{one.sql};
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto mark = '$' + std::to_string(i + 1);
        for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at))
          sql.replace(at, mark.size(), values[i]);
      }
      return sql;
    }
  throw std::runtime_error("no statement is called " + std::string{name});
}

double resident_megabytes(pid_t process) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:"))
      return std::stod(line.substr(6)) / 1024;
  return 0;
}

double cpu_seconds(pid_t process) {
  std::ifstream stat{"/proc/" + std::to_string(process) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{stat}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

class bench final : public system_test::world {
public:
  void TestBody() override {}

  /// `only`: the ids of the figures that are wanted; empty: all.
  std::vector<figure> run(std::set<std::string> only) {
    only_ = std::move(only);
    if (wanted("F1"))
      measure_first_sync();
    if (wanted("F2"))
      measure_two_instances();
    if (wanted("F4") || wanted("F5"))
      measure_small_amid_large();
    measure_ingestion(); // what the others read
    if (wanted("S6") || wanted("S7"))
      measure_start();
    if (wanted("S1"))
      measure_cached();
    if (wanted("S2") || wanted("S3"))
      measure_uncached();
    if (wanted("S5"))
      measure_sizes();
    return figures_;
  }

private:
  bool wanted(const std::string& id) const {
    return only_.empty() || only_.contains(id);
  }

  void add(figure one) {
    if (!wanted(one.id))
      return;
    std::cout << one.id << ' ' << one.what << ": " << one.value << ' ' << one.unit
              << (one.anchor > 0 ? " against " + std::to_string(one.anchor) : "") << std::endl;
    figures_.push_back(std::move(one));
  }

  /// F1: a 1,000-member guild against the real limits.
  void measure_first_sync() {
    auto& sim = simulate({"--world", "1000,200"});
    auto& one = serve({{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}});
    const auto guild = sim.guilds().front();
    const auto start = system_test::steady::now();
    mirror(one, guild, 180s);
    const auto took = system_test::seconds_since(start);
    const auto book = sim.book();
    add(
        {"F1", "first sync of 1,000 members, seconds", took, "s against requests / rate",
         static_cast<double>(book.requests) / 95.0, 1.05, true});
    add(
        {"F1", "answers with status 429", static_cast<double>(book.count_429), "answers", 0, 0,
         true});
    one.stop();
  }

  /// F2: two instances against the real limits, with work for both.
  void measure_two_instances() {
    db.exec("drop schema public cascade; create schema public");
    auto& sim = simulate({"--world", "400,400,300,200"});
    const settings how{
        {"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"},
        {"GUILDHALL_SYNC_MAX_GUILDS_AT_ONCE", "2"}};
    auto& one = serve(how);
    auto& other = serve(how);
    for (const auto& guild : sim.guilds())
      track(one, guild);
    system_test::eventually("both are at work", 30s, [&] {
      return db.value("select to_regclass('api_budget_shares')") != ""
          && db.number("select count(distinct instance) from api_budget_shares") == 2
          && sim.book().requests > 500;
    });
    const auto before = sim.book().requests;
    const auto start = system_test::steady::now();
    std::this_thread::sleep_for(20s);
    const auto book = sim.book();
    add(
        {"F2", "two instances, requests/s",
         static_cast<double>(book.requests - before) / system_test::seconds_since(start),
         "requests/s, configured", 95, 0.95, false});
    add(
        {"F2", "two instances, the worst second", static_cast<double>(book.max_per_second),
         "requests", 0, 100, true});
    add(
        {"F2", "answers with status 429", static_cast<double>(book.count_429), "answers", 0, 0,
         true});
    one.stop();
    other.stop();
  }

  /// F4, F5: a small guild comes while large ones are being synced.
  void measure_small_amid_large() {
    auto& sim = simulate({"--world", "1000,1000,1000,20,20"});
    db.exec("drop schema public cascade; create schema public");
    auto& one = serve({{"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"}});
    const auto guilds = sim.guilds();
    auto start = system_test::steady::now();
    mirror(one, guilds[4]);
    const auto alone = system_test::seconds_since(start);
    for (std::size_t i = 0; i < 3; ++i)
      track(one, guilds[i]);
    system_test::eventually("the large ones are being synced", 60s, [&] {
      return sim.book(0, "equipment").requests >= 100;
    });
    start = system_test::steady::now();
    const auto mark = sim.now_ms();
    const auto job = track(one, guilds[3]);
    double first = -1;
    system_test::eventually(
        "it is asked for", 30s,
        [&] {
          for (const auto& entry : sim.book(mark, "guild").entries)
            if (entry.path.ends_with('/' + guilds[3].slug))
              first =
                  static_cast<double>(entry.time_us) / 1e6 - static_cast<double>(mark) / 1e3;
          return first >= 0;
        },
        10ms);
    await_job(one, job, 120s);
    add({"F4", "amid three of 1,000: the first request", first, "s", 0, 1, true});
    add(
        {"F5", "amid three of 1,000: 20 members", system_test::seconds_since(start), "s, alone",
         alone, 2, true});
    one.stop();
  }

  /// F6: CPU per 1,000 documents, limits off.
  void measure_ingestion() {
    auto& sim = simulate(system_test::quick_simulator({"--world", "1000,200,us:200"}));
    db.exec("drop schema public cascade; create schema public");
    auto overrides = system_test::quick_budget();
    auto& one = serve(overrides);
    const auto before = cpu_seconds(one.child().id());
    for (const auto& guild : sim.guilds())
      if (guild.region == "eu")
        guilds_.push_back(mirror(one, guild, 180s));
    const auto cpu = cpu_seconds(one.child().id()) - before;
    const auto documents = static_cast<double>(sim.book().requests);
    add({"F6", "CPU seconds per 1,000 documents", cpu / documents * 1000, "s", 0, 0.4, true});
    add(
        {"S6", "resident after syncing 1,200 members", resident_megabytes(one.child().id()),
         "MB", 0, 200, true});
    one.stop();
  }

  /// S7: from process start to the first answer.
  void measure_start() {
    const auto start = system_test::steady::now();
    auto& one = launch();
    system_test::eventually(
        "it answers", 20s,
        [&] {
          return system_test::ask(one.port(), {.target = "/api/healthcheck"}).status == 200;
        },
        2ms);
    add(
        {"S7", "start to first answer", system_test::seconds_since(start) * 1000, "ms", 0, 300,
         true});
    one.await_ready();
    add({"S6", "resident when idle", resident_megabytes(one.child().id()), "MB", 0, 40, true});
    one.stop();
  }

  std::string path(std::int64_t guild, const std::string& rest) const {
    return "/api/guilds/" + std::to_string(guild) + rest;
  }

  /// S1: cached reads against nginx with the same bytes.
  void measure_cached() {
    auto& one = serve({{"GUILDHALL_LOG_LEVEL", "warn"}});
    const std::vector<std::string> headers{"Authorization: Bearer " + one.user_token()};
    const auto folder = file("static");
    std::filesystem::create_directories(folder);
    const auto small = "/api/guilds/id/" + std::to_string(guilds_[0]);
    const auto large = path(guilds_[0], "/members");
    std::ofstream{folder / "small"} << one.api(small).body;
    std::ofstream{folder / "large"} << one.api(large).body;
    static_server nginx{folder};
    for (const auto& [name, target, anchor] :
         {std::tuple{"cached guild row", small, "/small"},
          std::tuple{"cached members of 1,000", large, "/large"}}) {
      run_wrk(one.port(), target, headers, file(""), connections, 1s); // warm
      const auto theirs = run_wrk(nginx.port(), anchor, {}, file(""), connections, length);
      const auto ours = run_wrk(one.port(), target, headers, file(""), connections, length);
      add({"S1", name, ours.per_second, "requests/s, nginx", theirs.per_second, 0.80, false});
    }
    one.stop();
  }

  /// S2, S3: uncached reads against pgbench with the same SQL and as many connections.
  void measure_uncached() {
    auto& one = serve(
        {{"GUILDHALL_LOG_LEVEL", "warn"},
         {"GUILDHALL_CACHE_MAX_BYTES", "0"},
         {"GUILDHALL_DATABASE_READERS", std::to_string(readers)}});
    const std::vector<std::string> headers{"Authorization: Bearer " + one.user_token()};
    const auto measure = [&](const char* id, const char* what, const std::string& target,
                             const std::string& sql, double ratio) {
      if (!wanted(id))
        return;
      const auto theirs = run_pgbench(db.dsn(), sql, file(""), readers, length);
      const auto ours = run_wrk(one.port(), target, headers, file(""), connections, length);
      add({id, what, ours.per_second, "requests/s, pgbench", theirs, ratio, false});
    };
    const auto big = std::to_string(guilds_[0]);
    const auto small = std::to_string(guilds_[1]);
    measure(
        "S2", "uncached guild row", "/api/guilds/id/" + big, sql_of("guild", {"false", big}),
        0.40);
    measure(
        "S3", "uncached members of 200", path(guilds_[1], "/members"),
        sql_of("members", {small}), 0.85);
    measure(
        "S3", "uncached members of 1,000", path(guilds_[0], "/members"),
        sql_of("members", {big}), 0.85);
    one.stop();
  }

  /// S5: bytes of the two lists that the web client reads most.
  void measure_sizes() {
    auto& one = serve();
    const auto bytes = [&](const std::string& target, bool packed) {
      const auto answer = one.api(
          target, packed ? std::map<std::string, std::string>{{"Accept-Encoding", "gzip"}}
                         : std::map<std::string, std::string>{});
      return static_cast<double>(answer.body.size()) / 1024;
    };
    const auto members = path(guilds_[0], "/members");
    const auto roster = path(guilds_[0], "/classified-roster");
    add({"S5", "members of 1,000, plain", bytes(members, false), "KB", 0, 120, true});
    add({"S5", "members of 1,000, packed", bytes(members, true), "KB", 0, 25, true});
    add({"S5", "classified roster of 1,000, plain", bytes(roster, false), "KB", 0, 750, true});
    add({"S5", "classified roster of 1,000, packed", bytes(roster, true), "KB", 0, 50, true});
    one.stop();
  }

  std::set<std::string> only_;
  std::vector<std::int64_t> guilds_; ///< 1,000 members, 200 members
  std::vector<figure> figures_;
};

} // namespace
} // namespace guildhall::bench

int main(int argc, char** argv) {
  std::filesystem::path out{"bench.json"};
  std::set<std::string> only;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], "--out") == 0)
      out = argv[i + 1];
    if (std::strcmp(argv[i], "--only") == 0) {
      std::istringstream ids{argv[i + 1]};
      for (std::string id; std::getline(ids, id, ',');)
        only.insert(id);
    }
  }
  try {
    const auto figures = guildhall::bench::bench{}.run(std::move(only));
    guildhall::bench::print_table(figures);
    guildhall::bench::write_json(figures, out);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "guildhall_bench: " << e.what() << '\n';
    return 1;
  }
}
