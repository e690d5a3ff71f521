// The rule itself, by the very functions that the service runs.

#include "domain/crawling/hints.hpp"
#include "domain/crawling/next_check.hpp"
#include "tests/bench/freshness_policies.hpp"
#include "tests/simulation/random.hpp"

#include <cmath>
#include <functional>
#include <queue>
#include <utility>

namespace guildhall::bench {

namespace {

using namespace std::chrono_literals;
using simulation::chance;

constexpr auto guild_check_every = 4h;
constexpr auto price_every = 2h;

struct member {
  std::size_t guild{0};
  profile mirrored;
  domain::change_record seen{};
  std::optional<domain::change_hint> hint{};
  std::optional<time_point> looked{};
  domain::priced_row priced{};
  double priced_at{0};
  time_point due{};
};

struct guild_state {
  time_point check{};
  domain::hour_counts counts{};
  domain::playing_hours hours{};
  std::vector<time_point> moments{}; ///< seen since the last check
};

class rule_run {
public:
  rule_run(const bench_world& world, const rule_options& options)
      : world_(world),
        options_(options),
        price_(options.price),
        floor_(options.price),
        book_(world),
        busy_until_(world.begins),
        price_due_(world.begins) {
    for (std::size_t i = 0; i < world.guilds.size(); ++i) {
      guilds_.push_back({.check = later(world.begins, 4 * chances_.unit())});
      for (const auto& one : world.guilds[i].members)
        members_.push_back({.guild = i, .mirrored = profile{one}});
    }
    for (std::size_t who = 0; who < members_.size(); ++who)
      be_due(who, later(world.begins, 24 * chances_.unit()));
    for (std::size_t i = 0; i < guilds_.size(); ++i)
      checks_.emplace(guilds_[i].check, i);
  }

  rule_outcome run() {
    while (true) {
      const auto [due, who] = queue_.top();
      const auto now = std::max(due, busy_until_);
      const auto [check, guild] = checks_.top();
      if (options_.supply > 0 && price_due_ <= std::min(now, check)) {
        solve(price_due_);
        price_due_ += price_every;
      } else if (std::min(now, check) >= world_.ends) {
        break;
      } else if (check <= now) {
        checks_.pop();
        check_guild(guild, check);
        checks_.emplace(check + guild_check_every, guild);
      } else {
        queue_.pop();
        if (due == members_[who].due) // else it was moved
          look(who, now);
      }
    }
    told_.told = book_.told();
    return std::move(told_);
  }

private:
  void be_due(std::size_t who, time_point when) {
    members_[who].due = when;
    queue_.emplace(when, who);
  }

  bool is_measured(time_point when) const {
    return when >= world_.measured && when < world_.measured_until;
  }

  /// An hour, for the activity of all guilds: what comes before the characters.
  double guild_calls() const {
    const auto guilds = static_cast<double>(guilds_.size()) * options_.stands_for;
    return options_.hints ? guilds / hours{guild_check_every}.count() : 0;
  }

  void pay(time_point now, int calls) {
    if (options_.supply > 0)
      busy_until_ = later(now, calls * options_.stands_for / (options_.supply - guild_calls()));
  }

  void look(std::size_t who, time_point now) {
    auto& one = members_[who];
    auto& guild = guilds_[one.guild];
    if (is_measured(now))
      told_.latest = std::max(told_.latest, hours_between(one.due, now));
    const auto changed = one.mirrored.look(now, book_, guild.hours);
    const bool whole = changed || !one.looked;
    count_probe(book_, now, whole);
    pay(now, whole ? 1 + children : 1);
    if (one.looked)
      book_.gap(*one.looked, now);
    one.looked = now;
    one.seen = domain::noted(one.seen, {.now = now, .changed_at = changed}, guild.hours);
    if (changed)
      guild.moments.push_back(*changed);
    plan(who, now);
  }

  void plan(std::size_t who, time_point now) {
    auto& one = members_[who];
    const auto last_change = one.mirrored.last_change();
    const auto next = domain::plan_next_look(
        {.seen = one.seen, .last_change = last_change, .why = {}},
        {.price = price_, .hours = guilds_[one.guild].hours}, now, chances_.unit());
    one.priced = {.per_hour = next.per_hour, .weight = next.weight};
    one.priced_at = price_;
    auto due = next.due;
    if (one.hint) {
      const auto answer = domain::answer_of_look(*one.hint, last_change);
      if (answer.tries)
        one.hint->tries = *answer.tries;
      else
        one.hint.reset();
      due = domain::with_hint(due, one.hint, last_change, now);
    }
    be_due(who, due);
  }

  /// Counts what was seen of its hours, and reads who is said to have changed.
  void check_guild(std::size_t which, time_point now) {
    auto& guild = guilds_[which];
    guild.counts = domain::with_moments(std::move(guild.counts), guild.moments, now);
    guild.moments.clear();
    guild.hours = domain::playing_hours{guild.counts};
    if (!options_.hints)
      return;
    book_.call(purpose::hint, now);
    const auto& members = world_.guilds[which].members;
    for (std::size_t i = 0; i < members.size(); ++i)
      for (const auto& played : members[i].sessions)
        if (played.said && *played.said <= now && *played.said > now - guild_check_every)
          take_hint(which * members.size() + i, *played.said, now);
  }

  void take_hint(std::size_t who, time_point said, time_point now) {
    auto& one = members_[who];
    const auto last_change = one.mirrored.last_change();
    const auto newest = domain::newest_hint(one.hint, said, last_change);
    if (newest == one.hint)
      return;
    one.hint = newest;
    const auto due = domain::hint_due(*newest, last_change, now);
    if (due && *due < one.due)
      be_due(who, *due);
  }

  /// By those that have been looked at; how many wait for their first look does not matter.
  void solve(time_point now) {
    std::vector<domain::priced_row> known;
    for (const auto& one : members_)
      if (one.looked)
        known.push_back(one.priced);
    const double solved = domain::solve_price(
        known, options_.stands_for, children, options_.supply - guild_calls(), floor_);
    price_ = domain::stepped_price(
        price_, solved, std::chrono::duration_cast<std::chrono::seconds>(price_every), floor_);
    if (is_measured(now))
      told_.prices.push_back(price_);
    for (std::size_t who = 0; who < members_.size(); ++who)
      pull(who, now);
  }

  /// As the store does with each guild step (`reprice_members`).
  void pull(std::size_t who, time_point now) {
    auto& one = members_[who];
    if (one.priced_at <= 2 * price_ || one.due <= now)
      return;
    const double part = std::sqrt(price_ / std::exchange(one.priced_at, price_));
    be_due(who, later(now, part * hours_between(now, one.due)));
  }

  using entry = std::pair<time_point, std::size_t>;
  using by_time = std::priority_queue<entry, std::vector<entry>, std::greater<>>;

  const bench_world& world_;
  rule_options options_;
  double price_;
  double floor_;
  ledger book_;
  chance chances_{1};
  time_point busy_until_;
  time_point price_due_;
  std::vector<guild_state> guilds_{};
  std::vector<member> members_{};
  by_time queue_{};
  by_time checks_{};
  rule_outcome told_{};
};

} // namespace

rule_outcome by_the_rule(const bench_world& world, const rule_options& options) {
  return rule_run{world, options}.run();
}

} // namespace guildhall::bench
