#include "tests/bench/freshness_world.hpp"

#include "tests/simulation/random.hpp"

#include <algorithm>
#include <chrono>

namespace guildhall::bench {

namespace {

using namespace std::chrono_literals;
using simulation::chance;
using std::chrono::minutes;

constexpr auto a_day = 24h;
constexpr auto a_week = 7 * a_day;

minutes up_to(chance& chances, std::chrono::hours from, std::chrono::hours to) {
  return minutes{chances.between(minutes{from}.count(), minutes{to}.count())};
}

/// One to four hours, of which half leave a line somewhere in between.
session session_from(chance& chances, time_point begins) {
  const auto lasts = up_to(chances, 1h, 4h);
  session made{.ends = begins + lasts, .said = {}};
  if (chances.happens(0.5))
    made.said = begins + minutes{chances.between(0, lasts.count())};
  return made;
}

struct raid {
  std::array<std::int64_t, 2> nights; ///< days of the week
  minutes begins;                     ///< after midnight
};

raid make_raid(chance& chances) {
  const auto first = chances.between(0, 6);
  return {{first, (first + chances.between(1, 6)) % 7}, up_to(chances, 18h, 21h)};
}

/// Whether somebody who plays like this does so on that day, and from when.
std::optional<minutes>
plays_from(chance& chances, playing how, const raid& raids, std::int64_t day) {
  if (how == playing::daily)
    return up_to(chances, 17h, 22h);
  const bool is_night = std::ranges::find(raids.nights, day % 7) != raids.nights.end();
  if (how == playing::on_raid_nights && is_night)
    return raids.begins + minutes{chances.between(-20, 20)};
  return std::nullopt;
}

playing how_of(const world_options& options, double part) {
  if (part < options.daily)
    return playing::daily;
  if (part < options.daily + options.on_raid_nights)
    return playing::on_raid_nights;
  return part < options.daily + options.on_raid_nights + options.comes_back
           ? playing::comes_back
           : playing::not_at_all;
}

player make_player(chance& chances, const bench_world& world, playing how, const raid& raids) {
  player made{.how = how, .last_login = {}, .sessions = {}};
  const bool plays = how == playing::daily || how == playing::on_raid_nights;
  const std::int64_t away = plays ? chances.between(0, 3) : chances.between(30, 900);
  made.last_login = world.begins - up_to(chances, 1h, 20h) - away * a_day;
  const auto days = (world.ends - world.begins) / a_day;
  for (std::int64_t day = 0; day < days; ++day)
    if (const auto from = plays_from(chances, how, raids, day))
      made.sessions.push_back(session_from(chances, world.begins + day * a_day + *from));
  if (how == playing::comes_back)
    made.sessions.push_back(session_from(
        chances, world.measured + chances.between(0, 6) * a_day + up_to(chances, 10h, 23h)));
  return made;
}

} // namespace

bench_world make_world(const world_options& options) {
  constexpr time_point monday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
  chance chances{options.seed};
  bench_world world;
  world.begins = monday;
  world.measured = monday + 4 * a_week;
  world.measured_until = world.measured + a_week;
  world.ends = world.measured_until + 2 * a_week + a_day;
  world.guilds.resize(options.guilds);
  for (auto& guild : world.guilds) {
    const auto raids = make_raid(chances);
    for (std::size_t i = 0; i < options.members; ++i) {
      const double part = (static_cast<double>(i) + 0.5) / static_cast<double>(options.members);
      guild.members.push_back(make_player(chances, world, how_of(options, part), raids));
    }
  }
  return world;
}

} // namespace guildhall::bench
