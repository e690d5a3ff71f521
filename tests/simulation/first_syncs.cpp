#include "tests/simulation/difference.hpp"
#include "tests/simulation/instance.hpp"
#include "tests/simulation/simulation.hpp"

#include <stdexcept>

namespace guildhall::simulation {

using namespace std::chrono_literals;

std::vector<std::chrono::seconds> first_syncs(const first_sync_plan& how) {
  test::actor_world world{how.seed};
  upstream battlenet{world, how.seed + 1};
  database rows{world};
  database_faults faults;
  for (const auto members : how.members) {
    battlenet.add_guild(members);
    rows.track({domain::region::eu, "stormrage", battlenet.guilds.back().body.slug});
  }
  if (how.faults)
    battlenet.faults = {.server_error = 0.2, .bad_guild = how.members.size() - 1};
  // Budget enough: what is measured is who waits for whom.
  instance one{
      world,
      rows,
      battlenet,
      faults,
      {.name = "instance",
       .seed = how.seed + 2,
       .limits = {.rate = how.rate, .per_hour = 1'000'000}}};

  std::vector<std::chrono::seconds> after(how.members.size() - 1, 0s);
  const auto in_sync = [&](std::size_t which) {
    return difference(battlenet, rows, battlenet.guilds[which]).empty();
  };
  std::size_t left = after.size();
  for (auto elapsed = 1s; left > 0 && elapsed < 2h; ++elapsed) {
    world.advance(1s);
    faults.down = how.faults && elapsed >= how.database_leaves
               && elapsed < how.database_leaves + how.database_away;
    for (std::size_t i = 0; i < after.size(); ++i)
      if (after[i] == 0s && in_sync(i)) {
        after[i] = elapsed;
        --left;
      }
  }
  one.stop();
  world.advance(30s);
  if (left > 0)
    throw std::runtime_error("a guild was never in sync");
  return after;
}

} // namespace guildhall::simulation
