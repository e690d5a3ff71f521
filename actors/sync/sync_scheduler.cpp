#include "actors/sync/sync_scheduler.hpp"

#include "actors/defaults.hpp"
#include "actors/sync/guild_coordinator.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = sync_scheduler_actor::stateful_pointer<sync_scheduler_state>;

/// A person's wish finds a place even when the background has taken all of its own.
constexpr std::size_t places_for_people = 4;
/// Players' characters outside of tracked guilds that are synced at once.
constexpr std::size_t own_characters_at_once = 16;
/// How often idle jobs are ended.
constexpr std::chrono::seconds job_interval{60};
constexpr std::chrono::seconds measure_timeout{10};

std::size_t
free_places(const sync_scheduler_state& st, domain::priority what = domain::priority::roster) {
  const auto cap = st.environment->settings.max_guilds_at_once
                 + (what == domain::priority::person ? places_for_people : 0);
  return cap - std::min(cap, st.coordinators.size());
}

std::optional<std::int64_t> period_of(const sync_scheduler_state& st, domain::region where) {
  const auto found = st.periods.find(where);
  return found == st.periods.end() ? std::nullopt : std::optional{found->second};
}

void arm_poll(self_ptr self) {
  auto& st = self->state;
  self->delayed_send(
      sync_scheduler_actor{self}, st.environment->settings.poll_interval, atom::tick_v,
      ++st.timer);
}

// --- one round: people's guilds -> due rosters -> guilds with due characters -> players' own

void end_if_empty(self_ptr self);
void claim_guilds(self_ptr self, domain::priority what);

void look(self_ptr self) {
  auto& st = self->state;
  if (st.stopping)
    return;
  if (st.looking) {
    st.look_again = true;
    return;
  }
  st.looking = true;
  claim_guilds(self, domain::priority::person);
}

void round_is_over(self_ptr self) {
  auto& st = self->state;
  st.looking = false;
  if (std::exchange(st.look_again, false))
    look(self);
  end_if_empty(self);
}

void claim_guilds(self_ptr self, domain::priority what) {
  auto& st = self->state;
  st.asked = what;
  ask(self, st.environment->store,
      domain::claim_guilds{
          what, static_cast<int>(free_places(st, what)), st.environment->settings.lease,
          st.environment->regions()},
      atom::claimed_v);
}

void claim_characters(self_ptr self) {
  auto& st = self->state;
  const auto places =
      own_characters_at_once - std::min(own_characters_at_once, st.characters.size());
  if (places == 0) {
    round_is_over(self);
    return;
  }
  ask(self, st.environment->store,
      domain::claim_characters{
          std::nullopt, static_cast<int>(places), st.environment->settings.lease,
          st.environment->regions()},
      atom::claimed_v);
}

void spawn_coordinator(self_ptr self, const domain::guild_work& work) {
  auto& st = self->state;
  auto actor = self->spawn(
      guild_coordinator, st.environment,
      guild_task{
          .work = work,
          .current_period = period_of(st, work.address.region),
          .price = st.price});
  self->monitor(actor);
  if (const auto old = st.coordinators.find(work.tracked.value); old != st.coordinators.end())
    self->send_exit(old->second, caf::exit_reason::user_shutdown); // its lease is lost
  st.coordinators.insert_or_assign(work.tracked.value, std::move(actor));
  st.running->Set(static_cast<double>(st.coordinators.size()));
}

void spawn_character(self_ptr self, const domain::character_work& work) {
  auto& st = self->state;
  if (st.characters.empty())
    st.renewal.begin(self->clock().now());
  auto running = start_character(
      self, st.environment,
      {.work = work,
       .priority = domain::priority::person,
       .group = 0,
       .remaining = 4,
       .current_period = period_of(st, work.identity.region),
       .terms = st.environment->terms(st.price, {})});
  st.characters.insert_or_assign(work.character.value, std::move(running));
}

void give_back(self_ptr self, std::vector<domain::lease> leases) {
  if (!leases.empty())
    tell(self, self->state.environment->store, domain::release{std::move(leases)});
}

void take_guilds(self_ptr self, const claimed_guilds& claimed) {
  auto& st = self->state;
  if (!claimed) {
    round_is_over(self);
    return;
  }
  st.clock_ahead->Set(std::chrono::duration<double>(claimed->clock_ahead).count());
  if (st.stopping) {
    give_back(self, leases_of(claimed->guilds)); // claimed while it was told to stop
    round_is_over(self);
    return;
  }
  if (claimed->paused) {
    for (const auto& [id, coordinator] : st.coordinators)
      caf::anon_send(coordinator, atom::stop_v);
    round_is_over(self);
    return;
  }
  for (const auto& work : claimed->guilds)
    spawn_coordinator(self, work);
  if (st.asked == domain::priority::character || free_places(st) == 0)
    claim_characters(self);
  else
    claim_guilds(
        self, st.asked == domain::priority::person ? domain::priority::roster
                                                   : domain::priority::character);
}

void take_characters(self_ptr self, const claimed_characters& claimed) {
  auto& st = self->state;
  if (claimed && st.stopping)
    give_back(self, leases_of(*claimed));
  else if (claimed)
    for (const auto& work : *claimed)
      spawn_character(self, work);
  round_is_over(self);
}

// --- players' own characters

/// Battle.net's budget or its breaker said when to come back: nothing has failed.
bool says_when(const failure& why) {
  return why.retry_at && (why.code == ec::budget_exhausted || why.code == ec::upstream_down);
}

constexpr std::chrono::seconds shortest_pause{15};

/// The database refuses what is to be written: it is asked for less and less often, and only
/// that is written.
void put_off(self_ptr self, const domain::character_work& work, const failure& why) {
  const auto& environment = *self->state.environment;
  log::error("character {}: {}", work.character.value, message_of(why));
  auto later = actors::put_off(environment, work);
  later.next_due = std::max(later.next_due, environment.now() + shortest_pause);
  tell(self, environment.store, domain::checked_characters{{std::move(later)}});
}

/// It could not be asked for or written, or its sync has died: that is written down, and it is
/// tried again later each time. At the least in a quarter of a minute, so that whatever is
/// wrong with one never keeps the requests busy.
void give_up(self_ptr self, const domain::character_work& work, const failure& why) {
  auto& st = self->state;
  const auto now = st.environment->now();
  const auto soonest = now + shortest_pause;
  if (says_when(why)) {
    tell(
        self, st.environment->store,
        domain::checked_characters{
            {{.lease = work.lease,
              .character = work.character,
              .unchanged = {},
              .next_due = std::max(soonest, *why.retry_at),
              .made_at = now}}});
    return;
  }
  // What all of them meet is said once.
  if (!is_of_the_surroundings(why.code) || st.said != why.code)
    log::warn("character {} of a player: {}", work.character.value, message_of(why));
  st.said = why.code;
  auto undone = actors::undone(*st.environment, work, std::string{message_of(why)});
  auto& failed = undone.outcome.failed.front();
  failed.retry_at = std::max({soonest, failed.retry_at, why.retry_at.value_or(soonest)});
  undone.outcome.next_due = failed.retry_at;
  undone.outcome.made_at = now;
  tell(self, st.environment->store, std::move(undone));
}

void character_finished(self_ptr self, const character_done& done) {
  auto& st = self->state;
  const auto found = st.characters.find(done.character.value);
  if (found == st.characters.end())
    return;
  const auto work = std::move(found->second.work);
  st.characters.erase(found);
  if (!done.not_done)
    st.said.reset();
  if (done.checked)
    tell(self, st.environment->store, domain::checked_characters{{*done.checked}});
  else if (done.not_done && done.refused)
    put_off(self, work, *done.not_done);
  else if (done.not_done && done.not_done->code != ec::lease_lost)
    give_up(self, work, *done.not_done);
}

/// Without having told its end.
void character_died(self_ptr self, const caf::down_msg& down) {
  auto& st = self->state;
  const auto found = std::ranges::find_if(st.characters, [&](const auto& entry) {
    return entry.second.actor.address() == down.source;
  });
  if (found == st.characters.end())
    return;
  const auto work = std::move(found->second.work);
  st.characters.erase(found);
  if (!st.stopping) // else its lease was given back
    give_up(self, work, {ec::internal, "its sync ended (" + caf::to_string(down.reason) + ")"});
}

void renew_characters(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  if (st.characters.empty() || !st.renewal.is_due(now, st.environment->settings.lease))
    return;
  st.renewal.asked(now);
  ask(self, st.environment->store,
      domain::renew{leases_of(st.characters), st.environment->settings.lease}, atom::renewed_v);
}

/// What the mirror is like, whoever keeps it so.
void measure_mirror(self_ptr self) {
  const auto& environment = *self->state.environment;
  auto& numbers = environment.numbers;
  auto& oldest = numbers.gauge(
      "oldest_roster_age_seconds", "Since the roster was fetched that is the oldest of all");
  auto& overdue = numbers.gauge(
      "guilds_overdue", "Tracked guilds whose roster is overdue by more than five minutes");
  auto& failed = numbers.gauge("jobs_failed", "Jobs that ended as failed within a day");
  environment.store.ask(
      domain::state_of_mirror{}, self->clock().now() + measure_timeout,
      [&oldest, &overdue, &failed](const result<domain::mirror_state>& seen) {
        if (!seen)
          return;
        oldest.Set(seen->oldest_roster.value_or(0));
        overdue.Set(static_cast<double>(seen->guilds_overdue));
        failed.Set(static_cast<double>(seen->jobs_failed));
      });
}

/// Once in a while, by any instance.
void end_idle_jobs(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  if (now - st.jobs_looked_at < job_interval)
    return;
  st.jobs_looked_at = now;
  tell(self, st.environment->store, domain::end_idle_jobs{st.environment->regions()});
  measure_mirror(self);
}

// --- the end

/// What a claim that is under way brings has to be given back first.
void end_if_empty(self_ptr self) {
  auto& st = self->state;
  if (st.stopping && st.coordinators.empty() && !st.looking)
    self->quit(caf::exit_reason::user_shutdown);
}

void child_ended(self_ptr self, const caf::down_msg& down) {
  auto& st = self->state;
  const auto ended = std::erase_if(st.coordinators, [&](const auto& entry) {
    return entry.second.address() == down.source;
  });
  character_died(self, down);
  st.running->Set(static_cast<double>(st.coordinators.size()));
  end_if_empty(self);
  if (ended > 0) // there is a place now, and there may be more to do
    look(self);
}

void stop(self_ptr self) {
  auto& st = self->state;
  if (std::exchange(st.stopping, true))
    return;
  for (const auto& [id, character] : st.characters)
    self->send_exit(character.actor, caf::exit_reason::user_shutdown);
  give_back(self, leases_of(st.characters));
  for (const auto& [id, coordinator] : st.coordinators)
    self->send_exit(coordinator, caf::exit_reason::user_shutdown);
  end_if_empty(self);
}

} // namespace

sync_scheduler_state::sync_scheduler_state(self_ptr) {}

sync_scheduler_state::~sync_scheduler_state() {
  for (const auto& [id, coordinator] : coordinators)
    send_exit_first(caf::actor_cast<caf::actor>(coordinator), caf::exit_reason::user_shutdown);
  for (const auto& [id, character] : characters)
    send_exit_first(character.actor, caf::exit_reason::user_shutdown);
}

sync_scheduler_actor::behavior_type sync_scheduler(self_ptr self, environment_ptr environment) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.environment = std::move(environment);
  st.running =
      &st.environment->numbers.gauge("sync_guilds_running", "Guilds being synced here");
  st.clock_ahead = &st.environment->numbers.gauge(
      "database_clock_ahead_seconds", "How far the database's clock is ahead of this one's");
  self->set_down_handler([self](caf::down_msg& down) { child_ended(self, down); });
  self->set_exit_handler([self](caf::exit_msg&) { stop(self); });
  caf::anon_send(sync_scheduler_actor{self}, atom::wake_v);
  arm_poll(self);

  return {
      [self](atom::finished, const character_done& done) { character_finished(self, done); },
      [self](atom::price, double price) { self->state.price = price; },
      [self](atom::wake) { look(self); },
      [self](atom::period, const period_notice& notice) {
        self->state.periods.insert_or_assign(notice.region, notice.period);
      },
      [self](atom::claimed, const claimed_guilds& claimed) { take_guilds(self, claimed); },
      [self](atom::claimed, const claimed_characters& claimed) {
        take_characters(self, claimed);
      },
      [self](atom::renewed, const held_leases& held) {
        self->state.renewal.answered(held.has_value());
      },
      [self](atom::tick, std::uint64_t timer) {
        if (timer != self->state.timer || self->state.stopping)
          return;
        renew_characters(self);
        end_idle_jobs(self);
        self->state.pricing.look(self, *self->state.environment);
        look(self);
        arm_poll(self);
      },
  };
}

} // namespace guildhall::actors
