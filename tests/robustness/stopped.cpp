#include "tests/robustness/targets.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <atomic>
#include <csignal>

namespace guildhall::robustness {

namespace {

/// Clients that ask until the listener is closed.
class leavers {
public:
  leavers(const instance& where, std::vector<std::string> targets) {
    where.user_token();
    for (const auto& target : targets)
      clients_.emplace_back([&where, target, this] {
        while (!over_) {
          const auto answer = where.api(target);
          if (!answer.connected)
            return;
          ++(answer.status == 200 ? good_ : failed_);
        }
      });
  }
  ~leavers() {
    over_ = true;
  }
  std::int64_t good() const {
    return good_;
  }
  /// Waits until every client has seen the end; those that got another answer than 200.
  std::int64_t failed() {
    clients_.clear();
    return failed_;
  }

private:
  std::atomic<bool> over_{false};
  std::atomic<std::int64_t> good_{0};
  std::atomic<std::int64_t> failed_{0};
  std::vector<std::jthread> clients_;
};

/// A request that cannot be answered holds the drain up; the second signal does not wait.
bool ends_at_once(field& w, const settings& how, const std::string& target) {
  auto slow = how;
  slow["GUILDHALL_HTTP_REQUEST_DEADLINE"] = "60s";
  slow["GUILDHALL_DATABASE_STATEMENT_TIMEOUT"] = "60s";
  slow["GUILDHALL_CACHE_MAX_BYTES"] = "0";
  auto& server = w.serve(slow);
  server.user_token();
  pqxx::connection blocker{w.db.dsn()};
  pqxx::nontransaction work{blocker};
  work.exec("begin; lock table guilds in access exclusive mode");
  const std::jthread reader{[&] { server.api(target, {}, 30s); }};
  eventually("the request is under way", 10s, [&] {
    return w.db.number("select count(*) from pg_locks where not granted") > 0;
  });
  server.child().signal(SIGTERM);
  eventually("it is stopping", 10s, [&] {
    return server.child().output().find("SIGTERM") != std::string::npos;
  });
  server.child().signal(SIGTERM);
  return server.child().wait(5s) == 128 + SIGTERM;
}

} // namespace

void stopped_under_load(bench at) {
  field w;
  w.simulate(quick_simulator({"--world", "100"}));
  const auto how = quick_budget();
  std::string members;
  std::string row;
  const int times = at.how.choose(20, 4);
  std::int64_t good = 0;
  std::int64_t failed = 0;
  int unclean = 0;
  double slowest = 0;
  for (int i = 0; i < times; ++i) {
    auto& server = w.serve(how);
    if (i == 0) {
      const auto guild = std::to_string(w.mirror(server, w.sim().guilds().at(0)));
      members = "/api/guilds/" + guild + "/members";
      row = "/api/guilds/id/" + guild;
    }
    leavers clients{server, {members, row, members, "/api/guilds/user"}};
    eventually("there is load", 20s, [&] { return clients.good() > 100; });
    const auto begin = steady::now();
    server.child().signal(SIGTERM);
    const auto status = server.child().wait(25s);
    slowest = std::max(slowest, seconds_since(begin));
    unclean += status != 0;
    failed += clients.failed();
    good += clients.good();
  }
  const auto runs = std::to_string(times) + " SIGTERMs under load: ";
  at.lines.count(
      "R9", runs + "failed of " + std::to_string(good + failed) + " accepted requests",
      static_cast<double>(failed), 0);
  at.lines.count("R9", runs + "exits other than 0", unclean, 0);
  at.lines.figure("R9", runs + "the slowest exit", slowest, 20, "s");
  at.lines.at_least(
      "R9", "a second SIGTERM ends it at once", ends_at_once(w, how, row) ? 1 : 0, 1);
}

} // namespace guildhall::robustness
