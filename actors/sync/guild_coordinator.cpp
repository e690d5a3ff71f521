#include "actors/sync/guild_coordinator.hpp"

#include "actors/defaults.hpp"
#include "actors/sync/guild_characters.hpp"
#include "actors/sync/guild_step.hpp"

namespace guildhall::actors {

namespace {

using self_ptr = guild_coordinator_ptr;
using clock_time = guild_coordinator_state::clock_time;

constexpr std::chrono::seconds tick_interval{1};

/// Leases are renewed after a third of their life and not trusted after five sixths of it.
std::chrono::seconds renew_after(const sync_environment& env) {
  return env.lease / 3;
}
std::chrono::seconds trust_for(const sync_environment& env) {
  return env.lease * 5 / 6;
}

// --- leases
// -----------------------------------------------------------------------------------

std::vector<domain::lease> held_leases_of(self_ptr self) {
  auto& st = self->state;
  std::vector<domain::lease> leases{st.task.work.lease};
  for (const auto& work : st.queue)
    leases.push_back(work.lease);
  for (const auto& [id, character] : st.active)
    leases.push_back(character.work.lease);
  for (const auto& checked : st.checked)
    leases.push_back(checked.lease);
  return leases;
}

void renew(self_ptr self, clock_time now) {
  auto& st = self->state;
  if (st.renewing || now < st.renewed + renew_after(*st.environment))
    return;
  st.renewing = true;
  st.renewal_asked = now;
  st.asked_for = held_leases_of(self);
  st.environment->store.ask(
      domain::renew{st.asked_for, st.environment->lease}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::renewed_v));
}

void take_renewal(self_ptr self, const held_leases& held) {
  auto& st = self->state;
  st.renewing = false;
  if (!held)
    return; // tried again at the next tick, until the leases are not trusted any more
  const auto has = [](const std::vector<domain::lease>& leases, const domain::lease& lease) {
    return std::ranges::find(leases, lease.token, &domain::lease::token) != leases.end();
  };
  if (!has(*held, st.task.work.lease)) {
    abandon_guild(self);
    return;
  }
  // Counted from when the question was asked: the answer may have taken long.
  st.renewed = st.renewal_asked;
  // What was claimed since was not asked for, and is not lost.
  std::erase_if(st.queue, [&](const auto& work) {
    return has(st.asked_for, work.lease) && !has(*held, work.lease);
  });
}

// --- the end
// ----------------------------------------------------------------------------------

void report(self_ptr self) {
  const auto& st = self->state;
  const auto& address = st.task.work.address;
  const auto seconds = std::chrono::duration<double>(self->clock().now() - st.started).count();
  const auto roster = st.applied.value_or(domain::guild_applied{});
  log::info(
      "synced {}/{}/{} in {:.1f} s: {} members, {} joined, {} left, {} returned, "
      "{} ranks, {} renamed; {} characters, {} changed, {} unchanged, {} failed; {} "
      "requests{}{}",
      domain::to_string(address.region), address.realm, address.name_slug, seconds,
      st.task.work.open_members, roster.joined, roster.left, roster.returned,
      roster.rank_changes, roster.renamed, st.counts.characters, st.counts.changed,
      st.counts.unchanged, st.counts.failed, st.counts.requests,
      st.guild_failed ? "; the guild step failed" : "",
      st.stopped_by ? "; stopped: " + std::string{message_of(*st.stopped_by)} : std::string{});
  st.environment->numbers.duration("sync_duration_seconds", "How long one guild's sync took")
      .Observe(seconds);
}

/// The process stops: everything that was claimed goes back; what is under way is cut off (its
/// write would be fenced, its lease is given back). A claim that is not answered yet is waited
/// for: nobody else knows of its leases.
void leave(self_ptr self) {
  auto& st = self->state;
  if (std::exchange(st.leaving, true))
    return;
  st.stopping = true;
  for (auto& [id, character] : st.active) {
    st.given_back.push_back(character.work.lease);
    self->send_exit(character.actor, caf::exit_reason::user_shutdown);
  }
  st.active.clear();
  for (const auto& checked : std::exchange(st.checked, {}))
    st.given_back.push_back(checked.lease);
  for (const auto& work : std::exchange(st.queue, {}))
    st.given_back.push_back(work.lease);
  st.given_back.push_back(st.task.work.lease);
  release_all(self, std::exchange(st.given_back, {}));
  if (!st.claiming)
    self->quit(caf::exit_reason::user_shutdown);
}

void tick(self_ptr self) {
  auto& st = self->state;
  if (st.leaving)
    return;
  const auto now = self->clock().now();
  if (now > st.renewed + trust_for(*st.environment)) {
    log::warn(
        "guild {}: its leases could not be renewed; stops", st.task.work.address.name_slug);
    abandon_guild(self);
    return;
  }
  renew(self, now);
  if (now > st.started + st.environment->coordinator_limit && !st.stopping)
    stop_taking(self);
  self->delayed_send(
      guild_coordinator_actor{self}, tick_interval, atom::tick_v, std::uint64_t{0});
}

} // namespace

void finish_if_done(self_ptr self) {
  auto& st = self->state;
  const bool nothing_left = st.stopping || st.drained || !st.task.work.guild;
  if (st.in_guild_step || st.finishing || !nothing_left || st.claiming || !st.queue.empty()
      || !st.active.empty())
    return;
  if (!st.checked.empty()) {
    flush_checked(self);
    return;
  }
  if (!st.given_back.empty()) {
    give_back(self);
    return;
  }
  if (st.open_writes > 0)
    return;
  st.finishing = true;
  domain::finish_guild how{
      .lease = st.task.work.lease,
      .tracked = st.task.work.tracked,
      .guild = st.task.work.guild,
      .next_roster_due = std::nullopt,
      .not_before = std::nullopt,
      .announce = st.unannounced,
      .failed = st.guild_failed,
      .error = st.stopped_by ? std::string{message_of(*st.stopped_by)} : std::string{}};
  if (st.applied)
    how.next_roster_due = st.outcome.next_due;
  if (st.stopped_by && st.stopped_by->retry_at)
    how.not_before = st.stopped_by->retry_at;
  else if (st.stopped_by || (st.task.work.roster_due && !st.applied))
    how.not_before = retry_time(self, st.task.work.attempts + 1);
  report(self);
  st.environment->store.ask(
      std::move(how), store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::finished_v));
}

void sync_characters(self_ptr self) {
  self->state.in_guild_step = false;
  feed(self);
}

void stop_guild(self_ptr self, const failure& why) {
  auto& st = self->state;
  st.in_guild_step = false;
  if (!st.stopped_by)
    st.stopped_by = why;
  st.guild_failed = st.guild_failed || !st.applied;
  stop_taking(self);
}

void abandon_guild(self_ptr self) {
  for (auto& [id, character] : self->state.active)
    self->send_exit(character.actor, caf::exit_reason::user_shutdown);
  self->quit();
}

guild_coordinator_state::guild_coordinator_state(self_ptr) {}

guild_coordinator_actor::behavior_type
guild_coordinator(self_ptr self, environment_ptr environment, guild_task task) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.environment = std::move(environment);
  st.task = std::move(task);
  st.started = st.renewed = self->clock().now();
  self->set_down_handler([self](caf::down_msg& down) { character_died(self, down); });
  self->set_exit_handler([self](caf::exit_msg&) { leave(self); });
  self->delayed_send(
      guild_coordinator_actor{self}, tick_interval, atom::tick_v, std::uint64_t{0});
  if (st.task.work.roster_due)
    begin_guild_step(self);
  else
    sync_characters(self);

  return {
      [self](atom::finished, const character_done& done) { character_finished(self, done); },
      [self](atom::stop) { stop_taking(self); },
      [self](atom::applied, const guild_application& outcome) { guild_applied(self, outcome); },
      [self](atom::claimed, const claimed_characters& claimed) { take_claim(self, claimed); },
      [self](atom::claimed, const transfers& pending) { take_transfers(self, pending); },
      [self](atom::claimed, const member_addresses& members) { take_witnesses(self, members); },
      [self](atom::renewed, const held_leases& held) { take_renewal(self, held); },
      // A write of the guild step, or a batch of the characters' (then the step is over).
      [self](atom::settled, const store_done& written) {
        auto& state = self->state;
        if (state.open_writes > 0) {
          --state.open_writes;
          finish_if_done(self);
        } else if (state.applied) {
          transfer_settled(self);
        } else {
          guild_moved(self, written);
        }
      },
      [self](atom::finished, const store_done&) { self->quit(); },
      [self](atom::tick, std::uint64_t) { tick(self); },
  };
}

} // namespace guildhall::actors
