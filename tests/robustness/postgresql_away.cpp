#include "tests/robustness/targets.hpp"

namespace guildhall::robustness {

namespace {

using shutdown = test::postgres_cluster::shutdown;
using system_test::probes;
using system_test::traffic;

/// One server under reads and writes, none of them cached; its database is taken away.
class outages {
public:
  explicit outages(bench at) : at_(at) {
    w_.keep_what_is_acknowledged();
    w_.simulate(quick_simulator({"--world", "100"}));
    auto how = quick_budget();
    how["GUILDHALL_CACHE_MAX_BYTES"] = "0";
    server_ = &w_.serve(how);
    guild_ = w_.mirror(*server_, w_.sim().guilds().at(0));
    w_.await_idle();
    const auto id = std::to_string(guild_);
    reads_ = {
        "/api/guilds/id/" + id, "/api/guilds/" + id + "/members",
        "/api/guilds/" + id + "/rosters"};
  }

  void run() {
    restart("restarted fast", shutdown::fast);
    restart("restarted at once", shutdown::immediate);
    terminate();
    at_.lines.count("R3", "constraints broken", static_cast<double>(w_.flaws().size()), 0);
  }

private:
  void watch_and_judge(const std::string& name, const std::function<void()>& strike) {
    traffic clients{*server_, {.reads = reads_, .guild = guild_}};
    probes watch{*server_};
    std::this_thread::sleep_for(2s);
    strike();
    const auto begin = steady::now();
    eventually(
        "it answers", 60s, [&] { return server_->api(reads_[0]).status == 200; }, 20ms);
    at_.lines.figure(
        "R3", name + ": first 200 after PostgreSQL answers", seconds_since(begin), 5, "s");
    system_test::await_all_good(*server_, reads_, guild_, 60s);
    eventually("it is ready", 30s, [&] { return server_->probe("/ready?writes=1") == 200; });
    auto heard = clients.reads();
    const auto after = clients.look(w_.db);
    heard += clients.writes();
    judge(at_.lines, "R3", name, heard);
    judge(at_.lines, "R3", name, after);
    at_.lines.count(
        "R3", name + ": of " + std::to_string(watch.looks()) + " looks at /live, not 200",
        static_cast<double>(watch.dead()), 0);
    unready_ = watch.unready();
  }

  void restart(const std::string& name, shutdown how) {
    watch_and_judge(name, [&] {
      w_.postgres.stop(how);
      std::this_thread::sleep_for(4s);
      w_.postgres.start();
    });
    at_.lines.at_least(
        "R3", name + ": looks at /ready that said no", static_cast<double>(unready_), 1);
  }

  void terminate() {
    watch_and_judge("every backend terminated", [&] {
      for (int i = 0; i < at_.how.choose(10, 3); ++i) {
        w_.postgres.terminate_backends(w_.database_name());
        std::this_thread::sleep_for(500ms);
      }
    });
  }

  bench at_;
  field w_;
  instance* server_{nullptr};
  std::int64_t guild_{0};
  std::vector<std::string> reads_;
  std::int64_t unready_{0};
};

} // namespace

void without_postgresql(bench at) {
  outages{at}.run();
}

} // namespace guildhall::robustness
