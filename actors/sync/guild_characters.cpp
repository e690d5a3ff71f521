#include "actors/sync/guild_characters.hpp"

#include "actors/sync/character_sync.hpp"
#include "core/log.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = guild_coordinator_ptr;

std::int64_t remaining_requests(const guild_coordinator_state& st) {
  constexpr std::int64_t requests_per_character = 4;
  const auto known = static_cast<std::int64_t>(st.queue.size() + st.active.size());
  const auto members = static_cast<std::int64_t>(st.task.work.open_members);
  const auto seen = static_cast<std::int64_t>(st.counts.characters);
  return requests_per_character * std::max(known, st.drained ? known : members - seen);
}

void spawn_character(self_ptr self, domain::character_work work) {
  auto& st = self->state;
  const auto now = self->clock().now();
  const bool announce = now - st.announced >= std::chrono::seconds{1};
  if (announce)
    st.announced = now;
  character_task task{
      .work = work,
      .priority = work.forced ? domain::priority::person : domain::priority::character,
      .group = st.task.work.tracked.value,
      .remaining = remaining_requests(st),
      .current_period = st.task.current_period,
      .stretch = st.task.stretch,
      .announce = announce};
  const auto id = work.character.value;
  auto actor = self->spawn(
      character_sync, st.environment,
      caf::actor_cast<character_parent_actor>(guild_coordinator_actor{self}), std::move(task));
  self->monitor(actor);
  ++st.counts.characters;
  st.active.emplace(
      id,
      guild_coordinator_state::running{std::move(work), caf::actor_cast<caf::actor>(actor)});
}

void claim_more(self_ptr self) {
  auto& st = self->state;
  if (st.claiming || st.drained || st.stopping || !st.task.work.guild
      || st.queue.size() >= static_cast<std::size_t>(st.environment->batch) / 2)
    return;
  st.claiming = true;
  st.environment->store.ask(
      domain::claim_characters{
          st.task.work.guild, st.environment->batch, st.environment->lease},
      store_deadline(self), reply_to(guild_coordinator_actor{self}, atom::claimed_v));
}

/// What was claimed for a coordinator that leaves.
void refuse_claim(self_ptr self, const claimed_characters& claimed) {
  std::vector<domain::lease> leases;
  if (claimed)
    for (const auto& work : *claimed)
      leases.push_back(work.lease);
  if (!leases.empty())
    release_all(self, std::move(leases));
  self->quit(caf::exit_reason::user_shutdown);
}

/// Failures that the next character would meet as well.
bool is_of_the_surroundings(ec code) {
  switch (code) {
  case ec::budget_exhausted:
  case ec::upstream_down:
  case ec::upstream_unauthorised:
  case ec::overloaded:
  case ec::deadline_expired:
  case ec::database_down:
  case ec::shutting_down:
  case ec::unavailable:
    return true;
  default:
    return false;
  }
}

void character_not_done(
    self_ptr self, const guild_coordinator_state::running& character, const failure& why) {
  auto& st = self->state;
  const auto& work = character.work;
  if (why.code == ec::lease_lost)
    return;
  if (is_of_the_surroundings(why.code)) {
    st.given_back.push_back(work.lease);
    if (!st.stopped_by)
      st.stopped_by = why;
    st.stopping = true;
    give_back(self);
    return;
  }
  // Its own trouble: it is tried again later, the others go on.
  log::error("character {}: {}", work.character.value, message_of(why));
  ++st.counts.failed;
  st.checked.push_back(
      {.lease = work.lease,
       .character = work.character,
       .unchanged = {},
       .next_due = retry_time(self, work.attempts + 1),
       .failed = true});
}

} // namespace

void flush_checked(self_ptr self) {
  auto& st = self->state;
  if (st.checked.empty())
    return;
  ++st.open_writes;
  st.environment->store.ask(
      domain::checked_characters{std::exchange(st.checked, {})}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::settled_v));
}

void give_back(self_ptr self) {
  auto& st = self->state;
  for (auto& work : std::exchange(st.queue, {}))
    st.given_back.push_back(work.lease);
  if (st.given_back.empty())
    return;
  ++st.open_writes;
  st.environment->store.ask(
      domain::release{std::exchange(st.given_back, {})}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::settled_v));
}

void feed(self_ptr self) {
  auto& st = self->state;
  while (!st.stopping && !st.queue.empty()
         && st.active.size() < st.environment->characters_at_once) {
    auto work = std::move(st.queue.front());
    st.queue.pop_front();
    spawn_character(self, std::move(work));
  }
  claim_more(self);
  finish_if_done(self);
}

void release_all(self_ptr self, std::vector<domain::lease> leases) {
  self->state.environment->store.ask(
      domain::release{std::move(leases)}, store_deadline(self), [](const result<void>&) {});
}

void take_claim(self_ptr self, const claimed_characters& claimed) {
  auto& st = self->state;
  st.claiming = false;
  if (st.leaving)
    return refuse_claim(self, claimed);
  if (!claimed) {
    st.drained = true; // what is left is due still and claimed by the next coordinator
  } else {
    st.drained = claimed->empty();
    for (const auto& work : *claimed)
      st.queue.push_back(work);
  }
  if (st.stopping)
    give_back(self);
  feed(self);
}

void stop_taking(self_ptr self) {
  self->state.stopping = true;
  give_back(self);
  finish_if_done(self);
}

time_point retry_time(self_ptr self, int failures) {
  const auto& env = *self->state.environment;
  return env.now()
       + domain::retry_delay(domain::failure_class::transient, failures, env.random());
}

void character_finished(self_ptr self, const character_done& done) {
  auto& st = self->state;
  const auto found = st.active.find(done.character.value);
  if (found == st.active.end())
    return;
  st.counts.requests += done.requests;
  st.counts.failed += done.failures > 0 ? 1 : 0;
  if (done.checked) {
    ++st.counts.unchanged;
    st.checked.push_back(*done.checked);
    if (st.checked.size() >= static_cast<std::size_t>(st.environment->batch))
      flush_checked(self);
  } else if (done.applied) {
    ++st.counts.changed;
    st.unannounced = true;
  } else if (done.not_done) {
    character_not_done(self, found->second, *done.not_done);
  }
  st.active.erase(found);
  feed(self);
}

void character_died(self_ptr self, const caf::down_msg& down) {
  auto& st = self->state;
  const auto found = std::ranges::find_if(st.active, [&](const auto& entry) {
    return entry.second.actor.address() == down.source;
  });
  // One that has told its end is not listed any more. One that ended without a word leaves its
  // lease to run out: released at once it would be claimed and die in a circle.
  if (found == st.active.end() || !down.reason)
    return;
  log::error("character {}: its sync ended ({})", found->first, caf::to_string(down.reason));
  ++st.counts.failed;
  st.active.erase(found);
  feed(self);
}

} // namespace guildhall::actors
