#include "tests/simulation/difference.hpp"
#include "tests/simulation/instance.hpp"
#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <stdexcept>

namespace guildhall::simulation {

using namespace std::chrono_literals;

namespace {

/// One instance with the default settings, and guilds that were tracked a moment ago.
class fresh_service {
public:
  explicit fresh_service(const first_sync_plan& how)
      : world{how.seed},
        battlenet{world, how.seed + 1},
        rows{world} {
    for (const auto members : how.members) {
      battlenet.add_guild(members);
      rows.track({domain::region::eu, "stormrage", battlenet.guilds.back().body.slug});
    }
    // Budget enough: what is measured is who waits for whom.
    service.emplace(
        world, rows, battlenet, database_side,
        instance_settings{
            .name = "instance",
            .seed = how.seed + 2,
            .limits = domain::budget_limits{.rate = how.rate, .per_hour = 1'000'000},
            .sync = {.guild_interval = std::chrono::minutes{30}}});
  }
  ~fresh_service() {
    service->stop();
    world.advance(30s);
  }
  fresh_service(const fresh_service&) = delete;
  fresh_service& operator=(const fresh_service&) = delete;

  bool in_sync(std::size_t guild) const {
    return difference(battlenet, rows, battlenet.guilds[guild]).empty();
  }
  bool all_in_sync() const {
    return std::ranges::all_of(battlenet.guilds, [this](const auto& guild) {
      return difference(battlenet, rows, guild).empty();
    });
  }

  test::actor_world world;
  upstream battlenet;
  database rows;
  database_faults database_side;
  std::optional<instance> service;
};

} // namespace

std::vector<std::chrono::seconds> first_syncs(const first_sync_plan& how) {
  fresh_service one{how};
  if (how.faults)
    one.battlenet.faults = {.server_error = 0.2, .bad_guild = how.members.size() - 1};

  std::vector<std::chrono::seconds> after(how.members.size() - 1, 0s);
  std::size_t left = after.size();
  for (auto elapsed = 1s; left > 0; ++elapsed) {
    if (elapsed > 2h)
      throw std::runtime_error("a guild was never in sync");
    one.world.advance(1s);
    one.database_side.down = how.faults && elapsed >= how.database_leaves
                          && elapsed < how.database_leaves + how.database_away;
    for (std::size_t i = 0; i < after.size(); ++i)
      if (after[i] == 0s && one.in_sync(i)) {
        after[i] = elapsed;
        --left;
      }
  }
  return after;
}

sync_cost first_syncs_in(const weather& what, const first_sync_plan& how) {
  constexpr auto step = 100ms;
  fresh_service one{how};
  one.battlenet.faults = {
      .server_error = what.server_error,
      .throttled = what.throttled,
      .reset = what.reset,
      .truncated = what.truncated,
      .bad_guild = std::nullopt};
  sync_cost cost;
  std::vector<std::size_t> sent; // after each step
  while (!one.all_in_sync()) {   // compares everything: not at every step
    if (cost.took > 24h)
      throw std::runtime_error("a guild was never in sync");
    const auto next_look = cost.took + std::max<std::chrono::milliseconds>(1s, cost.took / 50);
    for (; cost.took < next_look; cost.took += step) {
      one.world.advance(step);
      sent.push_back(one.battlenet.requests);
    }
  }
  cost.requests = one.battlenet.requests;
  auto pause = 0ms;
  for (std::size_t i = 1; i < sent.size() && sent[i] < cost.requests * 9 / 10; ++i) {
    pause = sent[i] > sent[i - 1] ? 0ms : pause + step;
    cost.longest_pause = std::max(cost.longest_pause, pause);
  }
  return cost;
}

outage_outcome
outage(const first_sync_plan& how, std::chrono::seconds begins, std::chrono::seconds length) {
  fresh_service one{how};
  one.world.advance(begins);
  if (one.all_in_sync())
    throw std::runtime_error("the outage came too late");
  one.battlenet.faults.outage = true;
  const auto before = one.battlenet.requests;
  one.world.advance(length);
  outage_outcome out{.requests = one.battlenet.requests - before};
  one.battlenet.faults.outage = false;
  for (; !one.all_in_sync(); ++out.recovery) {
    if (out.recovery > 12h)
      throw std::runtime_error("a guild was never in sync");
    one.world.advance(1s);
  }
  return out;
}

} // namespace guildhall::simulation
