#include "tests/robustness/targets.hpp"
#include "tests/system/support/wire_faults.hpp"

#include <iomanip>
#include <sstream>

namespace guildhall::robustness {

namespace {

using system_test::kept;
using system_test::told;
using system_test::traffic;
using system_test::wire_fault;
using test::tcp_proxy;

/// The proxy stands between guildhall and one neighbour, and fails in every way.
class wires {
public:
  explicit wires(bench at) : at_(at) {
    w_.keep_what_is_acknowledged();
    w_.simulate(quick_simulator({"--world", "60"}));
    to_battlenet_ = std::make_unique<tcp_proxy>(w_.sim().port());
    auto how = quick_budget();
    how["GUILDHALL_DATABASE_DSN"] =
        w_.postgres.tcp_dsn(w_.database_name(), to_database_.port());
    const auto there = "http://127.0.0.1:" + std::to_string(to_battlenet_->port());
    how["GUILDHALL_BATTLENET_API_HOSTS"] = "eu=" + there;
    how["GUILDHALL_BATTLENET_OAUTH_HOST"] = there;
    server_ = &w_.serve(how);
    home_ = w_.sim().guilds().at(0);
    guild_ = w_.mirror(*server_, home_);
    w_.await_idle();
    const auto id = std::to_string(guild_);
    reads_ = {
        "/api/guilds/id/" + id, "/api/guilds/" + id + "/members",
        "/api/guilds/" + id + "/freshness"};
  }

  void run() {
    auto faults = system_test::wire_faults();
    const auto& commits = system_test::commit_faults();
    faults.insert(faults.end(), commits.begin(), commits.end());
    for (const auto& fault : faults)
      strike("PostgreSQL", to_database_, fault, false);
    judge_all("the way to PostgreSQL");
    for (const auto& fault : system_test::wire_faults())
      strike("Battle.net", *to_battlenet_, fault, true);
    judge_all("the way to Battle.net");
    const auto job = w_.await_end(*server_, w_.sync_now(*server_, guild_), 120s);
    at_.lines.count(
        "R4", "the sync afterwards failed",
        system_test::text(job.at("state")) == "done" ? 0 : 1, 0);
    w_.await_idle(60s);
    at_.lines.count(
        "R4", "differences to Battle.net at the end",
        static_cast<double>(w_.differences(home_).size()), 0);
    at_.lines.count("R4", "constraints broken", static_cast<double>(w_.flaws().size()), 0);
  }

private:
  void
  strike(const std::string& neighbour, tcp_proxy& wire, const wire_fault& fault, bool syncs) {
    traffic clients{*server_, {.reads = reads_, .guild = guild_, .patience = longest_answer}};
    std::this_thread::sleep_for(500ms);
    fault.strike(wire);
    if (syncs)
      w_.sync_now(*server_, guild_);
    std::this_thread::sleep_for(fault.silent ? longer_than_a_deadline : at_.how.choose(6s, 2s));
    wire.behave();
    const auto begin = steady::now();
    try {
      system_test::await_all_good(*server_, reads_, guild_, 60s);
    } catch (const std::exception& e) {
      ++stuck_;
      at_.lines.note(fault.name + ": " + e.what());
    }
    const auto recovered = seconds_since(begin);
    const auto after = clients.look(w_.db);
    note(neighbour + ", " + fault.name, clients, after, recovered);
    heard_ += clients.reads();
    heard_ += clients.writes();
    kept_.acknowledged += after.acknowledged;
    kept_.lost += after.lost;
    kept_.doubled += after.doubled;
    kept_.examples.insert(kept_.examples.end(), after.examples.begin(), after.examples.end());
    ++cases_;
  }

  void
  note(const std::string& name, const traffic& clients, const kept& after, double recovered) {
    const auto reads = clients.reads();
    const auto writes = clients.writes();
    std::ostringstream out;
    out << std::fixed << std::setprecision(1) << name << ": reads " << reads.good << " good, "
        << reads.later << " later; writes " << writes.good << " good, " << writes.later
        << " later, " << writes.unknown << " unknown; slowest "
        << std::max(reads.slowest, writes.slowest) << " s; all good after " << recovered
        << " s; " << after.lost << " lost, " << after.doubled << " doubled";
    at_.lines.note(out.str());
  }

  void judge_all(const std::string& name) {
    const auto told_of = name + ", " + std::to_string(cases_) + " faults";
    judge(at_.lines, "R4", told_of, heard_);
    judge(at_.lines, "R4", told_of, kept_);
    at_.lines.count("R4", told_of + ": that did not end with all-200", stuck_, 0);
    heard_ = {};
    kept_ = {};
    cases_ = stuck_ = 0;
  }

  /// A request's deadline is 5 s: who has no answer by then has been left hanging.
  static constexpr std::chrono::milliseconds longest_answer{10s};
  static constexpr std::chrono::seconds longer_than_a_deadline{7};

  bench at_;
  field w_;
  tcp_proxy to_database_{w_.postgres.port(), tcp_proxy::protocol::postgres};
  std::unique_ptr<tcp_proxy> to_battlenet_;
  instance* server_{nullptr};
  system_test::guild_address home_;
  std::int64_t guild_{0};
  std::vector<std::string> reads_;
  told heard_;
  kept kept_;
  int cases_{0};
  int stuck_{0};
};

} // namespace

void faulty_wires(bench at) {
  wires{at}.run();
}

} // namespace guildhall::robustness
