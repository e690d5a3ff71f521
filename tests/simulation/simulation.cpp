#include "tests/simulation/simulation.hpp"

#include "tests/simulation/difference.hpp"
#include "tests/simulation/instance.hpp"

#include <algorithm>
#include <memory>

namespace guildhall::simulation {

using namespace std::chrono_literals;

namespace {

class simulation {
public:
  explicit simulation(const plan& how)
      : how_(how),
        luck_(how.seed),
        own_world_(std::make_unique<test::actor_world>(how.seed)),
        world_(*own_world_),
        battlenet_(world_, how.seed + 1),
        rows_(world_) {
    limits_.rate = how.rate;
    limits_.per_hour = how.per_hour > 0 ? how.per_hour : luck_.between(300, 3'000);
    rows_.on_left = [this](std::int64_t guild, std::int64_t who) {
      if (!battlenet_.departures.contains({guild, who}))
        throw broken_rule("a member who never left was closed");
    };
    rows_.on_slowed = [this] {
      world_.after(5ms, [this] {
        for (auto& one : instances_)
          if (one)
            one->slow();
      });
    };
    for (std::size_t i = 0; i < how.guilds; ++i) {
      battlenet_.add_guild(static_cast<std::size_t>(
          how.changes ? luck_.between(2, static_cast<std::int64_t>(how.most_members))
                      : static_cast<std::int64_t>(how.most_members)));
      rows_.track({domain::region::eu, "stormrage", battlenet_.guilds.back().body.slug});
    }
  }

  ~simulation() {
    own_world_.reset();
  }

  outcome run() {
    outcome result;
    try {
      for (std::size_t i = 0; i < how_.instances; ++i)
        start_instance();
      if (how_.faults)
        live_with_faults();
      const auto calm_since = world_.now();
      while (!out_of_sync().empty()) {
        if (world_.now() - calm_since > how_.calm_limit)
          throw broken_rule("not in sync long after the faults stopped: " + out_of_sync());
        world_.advance(10s);
      }
      result.calm = std::chrono::duration_cast<std::chrono::seconds>(world_.now() - calm_since);
      judge_requests();
    } catch (const std::exception& broken) {
      result.broken = broken.what();
    }
    for (auto& one : instances_)
      if (one)
        one->stop();
    rows_.on_left = [](auto, auto) {};
    try {
      world_.advance(30s);
    } catch (const std::exception& broken) {
      result.broken += broken.what();
    }
    result.requests = battlenet_.requests;
    result.trace = battlenet_.trace ^ rows_.trace;
    return result;
  }

private:
  void start_instance() {
    instances_.push_back(std::make_unique<instance>(
        world_, rows_, battlenet_, database_faults_,
        instance_settings{
            .name = "instance-" + std::to_string(started_++),
            .seed = luck_.number(),
            .limits = limits_,
            .sync = {
                .guild_interval = how_.guild_interval,
                .freshness = how_.freshness,
                .poll_interval = 20s,
                .max_guilds_at_once = 2,
                .characters_at_once = 3,
                .batch = 5}}));
  }

  void draw_faults() {
    auto& upstream = battlenet_.faults;
    if (how_.fixed_faults) {
      upstream = {
          .server_error = 0.30,
          .throttled = 0.01,
          .reset = 0.05,
          .truncated = 0.01,
          .bad_guild = std::nullopt};
      return;
    }
    const auto some = [this](double most) {
      return luck_.happens(0.5) ? luck_.unit() * most : 0;
    };
    upstream = {
        .server_error = some(0.4),
        .throttled = some(0.02),
        .reset = some(0.1),
        .hang = some(0.01),
        .truncated = some(0.03),
        .unauthorised = some(0.02),
        .bad_guild = std::nullopt};
    if (luck_.happens(0.3))
      upstream.bad_guild =
          static_cast<std::size_t>(luck_.between(0, 2)) % battlenet_.guilds.size();
    database_faults_ = {.refused = some(0.05), .lost_reply = some(0.05), .crash = some(0.004)};
  }

  void live_with_faults() {
    draw_faults();
    if (how_.fixed_faults) {
      for (auto left = how_.faults_for; left > 0min && !out_of_sync().empty(); left -= 1min)
        world_.advance(1min);
      battlenet_.faults = {};
      return;
    }
    const auto until = world_.now() + how_.faults_for;
    while (world_.now() < until) {
      world_.advance(luck_.wait(1'000, 60'000));
      something_happens();
    }
    battlenet_.faults = {};
    database_faults_ = {};
    for (auto& guild : battlenet_.guilds)
      guild.empty_roster_once = false;
  }

  void something_happens() {
    auto& one = instances_[static_cast<std::size_t>(
        luck_.between(0, static_cast<std::int64_t>(instances_.size()) - 1))];
    switch (luck_.between(0, 19)) {
    case 0: // the process dies, another takes its place
      one->kill();
      gone_.push_back(std::move(one));
      std::erase(instances_, nullptr);
      world_.advance(luck_.wait(0, 90'000));
      start_instance();
      break;
    case 1: // a deployment
      one->stop();
      gone_.push_back(std::move(one));
      std::erase(instances_, nullptr);
      start_instance();
      break;
    case 2: // Battle.net is away
      battlenet_.faults.outage = true;
      world_.advance(luck_.wait(10'000, 600'000));
      battlenet_.faults.outage = false;
      break;
    case 3: // PostgreSQL is away
      database_faults_.down = true;
      world_.advance(luck_.wait(1'000, 120'000));
      database_faults_.down = false;
      break;
    case 4: // an empty roster, once per guild: twice would be a second opinion
      if (emptied_ < battlenet_.guilds.size())
        battlenet_.guilds[emptied_++].empty_roster_once = true;
      break;
    case 5:
      one->wake();
      break;
    case 6:
      draw_faults();
      break;
    case 7: {
      const auto where = static_cast<std::size_t>(
          luck_.between(0, static_cast<std::int64_t>(battlenet_.guilds.size()) - 1));
      if (how_.changes && has_members_stored(battlenet_.guilds[where]))
        battlenet_.rename(where);
      break;
    }
    default:
      if (how_.changes)
        battlenet_.change();
    }
  }

  bool has_members_stored(const upstream::guild_truth& guild) const {
    return std::ranges::any_of(rows_.members, [&](const auto& member) {
      return rows_.guilds.at(member.first.first).identity.bnet_id.value == guild.body.id
          && member.second.open && member.second.rank == 0;
    });
  }

  std::string out_of_sync() const {
    for (const auto& guild : battlenet_.guilds)
      if (auto first = difference(battlenet_, rows_, guild); !first.empty())
        return first;
    return {};
  }

  void judge_requests() const {
    // Each instance's timer may fall together with the next slot once.
    const auto per_second = static_cast<std::size_t>(limits_.rate) + 2 * how_.instances;
    if (battlenet_.most_per_second > per_second)
      throw broken_rule(std::to_string(battlenet_.most_per_second) + " requests in a second");
    if (battlenet_.most_per_hour > static_cast<std::size_t>(limits_.per_hour))
      throw broken_rule(
          std::to_string(battlenet_.most_per_hour) + " requests in an hour, allowed are "
          + std::to_string(limits_.per_hour));
  }

  plan how_;
  chance luck_;
  domain::budget_limits limits_;
  database_faults database_faults_;
  std::size_t emptied_{0};
  std::size_t started_{0};
  /// Ends first: its actors talk to everything below.
  std::unique_ptr<test::actor_world> own_world_;
  test::actor_world& world_;
  upstream battlenet_;
  database rows_;
  std::vector<std::unique_ptr<instance>> instances_;
  std::vector<std::unique_ptr<instance>> gone_;
};

} // namespace

outcome run(const plan& how) {
  simulation one{how};
  return one.run();
}

} // namespace guildhall::simulation
