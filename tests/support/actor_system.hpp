#pragma once

#include "actors/atoms.hpp"
#include "core/clock.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

namespace guildhall::test {

/// An actor system under CAF's test coordinator: one thread, virtual time, nothing sleeps. The
/// outside world (a server that answers later) takes part through `after`. With a seed, the
/// order in which actors that have mail get their turn is drawn from it: the same seed gives
/// the same run.
class actor_world {
public:
  using clock_time = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  explicit actor_world(std::optional<std::uint64_t> seed = std::nullopt)
      : system_(config_),
        scheduler_(dynamic_cast<coordinator&>(system_.scheduler())) {
    if (seed)
      shuffle_.emplace(*seed);
    scheduler_.clock().current_time = start;
  }

  actor_world(const actor_world&) = delete;
  actor_world& operator=(const actor_world&) = delete;

  ~actor_world() {
    // ~actor_system waits for every actor: one that was forgotten would hang the test.
    for (int round = 0; system_.registry().running() > 0 && round < 100; ++round)
      advance(std::chrono::minutes{1});
    if (system_.registry().running() > 0) {
      std::cerr << system_.registry().running() << " actors were not stopped\n";
      std::abort();
    }
    scheduler_.inline_all_enqueues();
  }

  caf::actor_system& system() {
    return system_;
  }
  clock_time now() {
    return scheduler_.clock().current_time;
  }
  time_point wall() {
    return wall_start + std::chrono::duration_cast<std::chrono::microseconds>(now() - start);
  }
  std::function<time_point()> wall_clock() {
    return [this] { return wall(); };
  }

  /// Something outside of the actors happens in this much virtual time.
  void after(duration wait, std::function<void()> what) {
    events_.emplace(now() + wait, std::move(what));
  }

  /// Called after every step of an actor.
  void on_step(std::function<void()> check) {
    check_ = std::move(check);
  }

  /// Lets everybody work until nobody has mail; no time passes.
  void run() {
    constexpr int endless = 5'000'000;
    for (int steps = 0; scheduler_.has_job(); ++steps) {
      if (steps == endless)
        throw std::runtime_error("the actors never rest");
      step();
    }
  }

  bool has_work() const {
    return scheduler_.has_job();
  }
  /// For actors that never rest: nobody has mail, so time passes until somebody gets some.
  void pass_to_next_event() {
    const auto next = next_event();
    if (!next)
      throw std::runtime_error("nothing will ever happen again");
    pass_to(*next);
  }

  /// One turn of one actor.
  void step() {
    auto& jobs = scheduler_.jobs;
    if (shuffle_ && jobs.size() > 1)
      std::swap(jobs.front(), jobs[(*shuffle_)() % jobs.size()]);
    scheduler_.run_once();
    if (check_)
      check_();
  }

  /// Lets this much time pass; whatever is due meanwhile happens at its own moment.
  void advance(duration by) {
    const auto until = now() + by;
    run_until([] { return false; }, by);
    scheduler_.clock().current_time = until;
    run();
  }

  /// Lets time pass until the condition holds (true) or `limit` is over (false).
  template <class Condition>
  bool run_until(Condition holds, duration limit) {
    const auto until = now() + limit;
    run();
    while (!holds()) {
      const auto next = next_event();
      if (!next || *next > until)
        return false;
      pass_to(*next);
      run();
    }
    return true;
  }

  /// Asks an actor to end and lets it.
  template <class Handle>
  void stop(const Handle& whom) {
    caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
    run();
  }

  /// Time passes although an actor is in the middle of a blocking call.
  void block_for(duration by) {
    scheduler_.clock().current_time += by;
  }

private:
  using coordinator = caf::scheduler::test_coordinator;

  struct config : caf::actor_system_config {
    config() {
      set("scheduler.policy", caf::atom("testing"));
    }
  };
  std::optional<clock_time> next_event() {
    const auto& timeouts = scheduler_.clock().schedule();
    std::optional<clock_time> next;
    if (!timeouts.empty())
      next = timeouts.begin()->first;
    if (!events_.empty() && (!next || events_.begin()->first < *next))
      next = events_.begin()->first;
    return next;
  }

  void pass_to(clock_time moment) {
    auto& clock = scheduler_.clock();
    clock.current_time = std::max(clock.current_time, moment);
    while (!events_.empty() && events_.begin()->first <= clock.current_time) {
      auto event = events_.extract(events_.begin());
      event.mapped()();
    }
    clock.advance_time(duration{0});
  }

  static constexpr clock_time start{std::chrono::hours{1}};
  static constexpr time_point wall_start{std::chrono::seconds{1'767'657'600}}; // 2026-01-06

  config config_;
  caf::actor_system system_;
  coordinator& scheduler_;
  std::optional<std::mt19937_64> shuffle_;
  std::multimap<clock_time, std::function<void()>> events_;
  std::function<void()> check_;
};

} // namespace guildhall::test
