#include "tests/bench/freshness_policies.hpp"

#include "tests/simulation/random.hpp"

namespace guildhall::bench {

using simulation::chance;

outcome at_equal_intervals(const bench_world& world, double interval, bool conditional) {
  ledger book{world};
  chance chances{1};
  for (const auto& guild : world.guilds)
    for (const auto& one : guild.members) {
      profile mirrored{one};
      auto now = later(world.begins, interval * chances.unit());
      for (; now < world.ends; now = later(now, interval))
        count_probe(book, now, mirrored.look(now, book).has_value() || !conditional);
    }
  return book.told();
}

outcome by_the_oracle(const bench_world& world) {
  ledger book{world};
  for (const auto& guild : world.guilds)
    for (const auto& one : guild.members)
      for (const auto& played : one.sessions) {
        count_probe(book, played.ends, true);
        book.seen(one.how, played.ends, played.ends, {});
      }
  return book.told();
}

} // namespace guildhall::bench
