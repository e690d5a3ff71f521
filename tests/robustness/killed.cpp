#include "tests/robustness/targets.hpp"

#include <csignal>

namespace guildhall::robustness {

namespace {

namespace json = boost::json;

/// A sync that takes some seconds, in a world that moves: it is killed at random moments.
class killings {
public:
  explicit killings(bench at) : at_(at), random_(at.how.seed) {
    w_.keep_what_is_acknowledged();
    w_.simulate(
        {"--world", "120,60", "--latency-min", "20", "--latency-max", "60", "--per-second", "0",
         "--per-hour", "0"});
    how_ = quick_budget();
    how_["GUILDHALL_BUDGET_REQUESTS_PER_SECOND"] = "250";
    how_["GUILDHALL_SYNC_LEASE"] = "3s";
    guilds_ = w_.sim().guilds();
  }

  void run() {
    auto& first = w_.serve(how_);
    for (const auto& guild : guilds_)
      w_.track(first, guild);
    eventually("the rosters are known", 60s, [&] {
      return w_.db.number("select count(distinct guild_id) from guild_members") == 2;
    });
    kill(first);
    movers_ = w_.sim().members(guilds_[0]);
    const int kills = at_.how.choose(100, 10);
    for (int i = 0; i < kills; ++i)
      live_and_die(i);
    settle();
    judge(kills);
  }

private:
  void kill(instance& victim) {
    victim.child().signal(SIGKILL);
    victim.child().wait(5s);
  }

  /// Fewer in all than a roster may lose at once without being doubted.
  void move_the_world(int round) {
    if (round % at_.how.choose(10, 3) != 0)
      return;
    w_.sim().post("world/leave", json::object{{"character", movers_.back().id}});
    movers_.pop_back();
    ++left_;
    w_.sim().post(
        "world/join", json::object{
                          {"guild", guilds_[0].realm + '/' + guilds_[0].slug},
                          {"name", std::string{"Comer"} + static_cast<char>('a' + joined_)}});
    ++joined_;
    w_.db.exec("update tracked_guilds set roster_due_at = app_now()");
  }

  void live_and_die(int round) {
    constexpr int shortest_ms = 100;
    constexpr int longest_ms = 2'000;
    move_the_world(round);
    w_.let_pass(4s); // a dead one's leases are over
    auto& victim = w_.launch(how_);
    std::this_thread::sleep_for(std::chrono::milliseconds{
        std::uniform_int_distribution{shortest_ms, longest_ms}(random_)});
    kill(victim);
    for (const auto& flaw : w_.flaws()) {
      ++flaws_;
      at_.lines.note("after kill " + std::to_string(round) + ": " + flaw);
    }
  }

  void settle() {
    auto& last = w_.serve(how_);
    for (const auto& guild : guilds_)
      w_.refresh(last, w_.guild_id(guild), 120s);
    w_.await_idle(120s);
  }

  void judge(int kills) {
    auto& lines = at_.lines;
    const auto count = [&](const std::string& sql) {
      return static_cast<double>(w_.db.number(sql));
    };
    const auto of_kind = [&](const std::string& kind) {
      return count("select count(*) from guild_events where kind = '" + kind + "'");
    };
    const auto times = std::to_string(kills) + " kills: ";
    lines.count("R2", times + "constraints broken", flaws_, 0);
    std::size_t differences = 0;
    for (const auto& guild : guilds_)
      differences += w_.differences(guild).size();
    lines.count("R2", times + "differences at the end", static_cast<double>(differences), 0);
    lines.count(
        "R2", times + "of " + std::to_string(left_) + " leavings told wrongly",
        std::abs(of_kind("left") - left_), 0);
    lines.count(
        "R2", times + "of " + std::to_string(joined_) + " joinings told wrongly",
        std::abs(of_kind("joined") - joined_), 0);
    lines.count("R2", times + "returns told that were none", of_kind("returned"), 0);
    lines.count(
        "R2", times + "leases that outlive their time",
        count("select count(*) from sync_queue where lease_token is not null and leased_until "
              "< app_now() - interval '10 s'"),
        0);
    lines.count(
        "R2", times + "documents that are not in sync",
        count("select count(*) from document_states where state not in ('ok', 'not_found')"),
        0);
  }

  bench at_;
  std::mt19937_64 random_;
  field w_;
  settings how_;
  std::vector<system_test::guild_address> guilds_;
  std::vector<system_test::member> movers_;
  int left_{0};
  int joined_{0};
  int flaws_{0};
};

} // namespace

void killed_again_and_again(bench at) {
  killings{at}.run();
}

} // namespace guildhall::robustness
