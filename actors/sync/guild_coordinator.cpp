#include "actors/sync/guild_coordinator.hpp"

#include "actors/defaults.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = guild_coordinator_actor::stateful_pointer<guild_coordinator_state>;

constexpr std::chrono::seconds tick_interval{1};

void arm_tick(self_ptr self) {
  self->delayed_send(guild_coordinator_actor{self}, tick_interval, atom::tick_v);
}

// --- the end

struct ending {
  log::level::level_enum level;
  std::string_view event;
  std::string_view verb;
  std::string_view when;
};

/// Only what was done is told as such. That our client id is refused is told once, by whoever
/// asks for tokens, and not again by every guild.
ending how_it_ended(bool failed, const std::optional<failure>& stopped_by) {
  const bool is_known = stopped_by && stopped_by->code == ec::upstream_unauthorised;
  if (failed)
    return {
        is_known ? log::level::debug : log::level::warn, "guild.not_synced", "could not sync",
        "after"};
  if (stopped_by)
    return {
        is_known ? log::level::debug : log::level::info, "guild.synced_in_part",
        "synced a part of", "in"};
  return {log::level::info, "guild.synced", "synced", "in"};
}

void report(const guild_coordinator_state& st, bool failed, double seconds) {
  const auto& work = st.step->work();
  const auto& counts = st.characters->counts();
  const auto& stopped_by = st.characters->stopped_by();
  const auto roster = st.step->applied().value_or(domain::guild_applied{});
  const auto told = how_it_ended(failed, stopped_by);
  log_event(
      told.level, told.event,
      {{"guild", work.address.realm + '/' + work.address.name_slug},
       {"region", domain::to_string(work.address.region)},
       {"duration_ms", seconds * 1e3},
       {"characters", counts.characters},
       {"failed", counts.failed},
       {"requests", st.step->requests() + counts.requests},
       {"error", stopped_by ? to_string(stopped_by->code) : std::string_view{}}},
      "{} {}/{}/{} {} {:.1f} s{}: {} members, {} joined, {} left, {} returned, "
      "{} ranks, {} renamed; {} characters, {} changed, {} unchanged, {} failed; {} requests",
      told.verb, domain::to_string(work.address.region), work.address.realm,
      work.address.name_slug, told.when, seconds,
      stopped_by ? " (" + std::string{message_of(*stopped_by)} + ')' : std::string{},
      work.open_members, roster.joined, roster.left, roster.returned, roster.rank_changes,
      roster.renamed, counts.characters, counts.changed, counts.unchanged, counts.failed,
      st.step->requests() + counts.requests);
  st.environment->numbers.duration("sync_duration_seconds", "How long one guild's sync took")
      .Observe(seconds);
}

/// Gives the guild back once nothing is under way and nothing is left to do.
void finish_if_done(self_ptr self) {
  auto& st = self->state;
  if (st.leaving || st.finishing || st.step->is_under_way() || !st.characters->settle())
    return;
  st.finishing = true;
  auto finish = domain::finish_of(
      st.step->outcome(), st.step->applied(), st.characters->stopped_by(), st.step->context());
  finish.announce = st.characters->has_unannounced();
  finish.played = st.characters->played();
  // What was not written is told again.
  if (st.step->applied()) {
    const auto& raids = st.step->raid_moments();
    finish.played.insert(finish.played.end(), raids.begin(), raids.end());
  }
  report(
      st, finish.failed,
      std::chrono::duration<double>(self->clock().now() - st.started).count());
  ask(self, st.environment->store, std::move(finish), atom::closed_v);
}

/// Another instance holds the guild now: writes nothing more and ends.
void abandon_guild(self_ptr self) {
  self->state.characters->abandon();
  self->quit();
}

/// Takes no more work, and finishes what is under way.
void stop(self_ptr self) {
  self->state.step->stop();
  self->state.characters->stop();
  finish_if_done(self);
}

/// The process stops: everything that was claimed goes back; what is under way is cut off (its
/// write would be fenced, its lease is given back). A claim that is not answered yet is waited
/// for: nobody else knows of its leases.
void leave(self_ptr self) {
  auto& st = self->state;
  if (std::exchange(st.leaving, true))
    return;
  auto leases = st.characters->abandon();
  leases.push_back(st.step->work().lease);
  tell(self, st.environment->store, domain::release{std::move(leases)});
  if (!st.characters->is_claiming())
    self->quit(caf::exit_reason::user_shutdown);
}

// --- its two halves

void begin_characters(self_ptr self) {
  auto& st = self->state;
  st.characters->begin(st.step->work().guild, st.step->work().open_members);
  finish_if_done(self);
}

void step_is_over(self_ptr self, const result<void>& how) {
  if (how) {
    begin_characters(self);
  } else if (how.error().code == ec::lease_lost) {
    abandon_guild(self);
  } else {
    self->state.characters->stop(how.error());
    finish_if_done(self);
  }
}

void take_claim(self_ptr self, const claimed_characters& claimed) {
  auto& st = self->state;
  if (!st.leaving) {
    st.characters->take_claim(claimed);
    finish_if_done(self);
    return;
  }
  if (claimed && !claimed->empty())
    tell(self, st.environment->store, domain::release{leases_of(*claimed)});
  self->quit(caf::exit_reason::user_shutdown);
}

// --- leases

bool has(const std::vector<domain::lease>& leases, const domain::lease& lease) {
  return std::ranges::find(leases, lease.token, &domain::lease::token) != leases.end();
}

void renew(self_ptr self) {
  auto& st = self->state;
  st.renewal.asked(self->clock().now());
  st.asked_for = st.characters->held();
  st.asked_for.push_back(st.step->work().lease);
  ask(self, st.environment->store, domain::renew{st.asked_for, st.environment->settings.lease},
      atom::renewed_v);
}

void take_renewal(self_ptr self, const held_leases& held) {
  auto& st = self->state;
  st.renewal.answered(held.has_value());
  if (!held)
    return; // tried again at the next tick, until the leases are not trusted any more
  // What was claimed since was not asked for, and is not lost.
  const auto is_lost = [&](const domain::lease& lease) {
    return has(st.asked_for, lease) && !has(*held, lease);
  };
  if (is_lost(st.step->work().lease))
    abandon_guild(self);
  else
    st.characters->drop(is_lost);
}

void tick(self_ptr self) {
  auto& st = self->state;
  if (st.leaving)
    return;
  const auto now = self->clock().now();
  if (st.renewal.is_too_late(now, st.environment->settings.lease)) {
    log::warn(
        "guild {}: its leases could not be renewed; stops", st.step->work().address.name_slug);
    abandon_guild(self);
    return;
  }
  if (st.renewal.is_due(now, st.environment->settings.lease))
    renew(self);
  if (now > st.started + st.environment->settings.coordinator_limit)
    stop(self);
  arm_tick(self);
}

} // namespace

guild_coordinator_state::guild_coordinator_state(self_ptr) {}

guild_coordinator_actor::behavior_type
guild_coordinator(self_ptr self, environment_ptr environment, guild_task task) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.environment = std::move(environment);
  st.started = self->clock().now();
  st.renewal.begin(st.started);
  st.characters.emplace(
      self, st.environment,
      character_task{
          .work = {},
          .group = task.work.tracked.value,
          .current_period = task.current_period,
          .terms = st.environment->terms(task.price, task.work.played)});
  st.step.emplace(self, st.environment, std::move(task.work), [self](const result<void>& how) {
    step_is_over(self, how);
  });
  self->set_down_handler([self](caf::down_msg& down) {
    self->state.characters->take_death(down);
    finish_if_done(self);
  });
  self->set_exit_handler([self](caf::exit_msg&) { leave(self); });
  arm_tick(self);
  if (st.step->work().roster_due)
    st.step->begin();
  else
    begin_characters(self);

  return {
      [self](atom::stop) { stop(self); },
      [&step = *st.step](atom::applied, const guild_application& applied) {
        step.take_applied(applied);
      },
      [&step = *st.step](atom::witnesses, const member_addresses& members) {
        step.take_witnesses(members);
      },
      [&step = *st.step](atom::moved, const store_done& moved) { step.take_move(moved); },
      [&step = *st.step](atom::handed, const store_done& done) { step.take_hand_over(done); },
      [&step = *st.step](atom::settled, const store_done&) { step.settle_next_transfer(); },
      [self](atom::claimed, const claimed_characters& claimed) { take_claim(self, claimed); },
      [self](atom::finished, const character_done& done) {
        self->state.characters->take_end(done);
        finish_if_done(self);
      },
      [self](atom::written, const store_done& how) {
        self->state.characters->batch_written(how);
        finish_if_done(self);
      },
      [self](atom::renewed, const held_leases& held) { take_renewal(self, held); },
      [self](atom::closed, const store_done&) { self->quit(); },
      [self](atom::tick) { tick(self); },
  };
}

} // namespace guildhall::actors
