#include "actors/sync/guild_characters.hpp"

#include "core/log.hpp"
#include "domain/guild_plan.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

/// So many outcomes in a row that the database refuses are no trouble of the characters.
constexpr std::size_t refusals_that_stop = 3;

} // namespace

guild_characters::guild_characters(
    guild_coordinator_actor::pointer self, environment_ptr environment, character_task terms)
    : self_{self},
      environment_{std::move(environment)},
      terms_{std::move(terms)},
      alarm_{&environment_->numbers.gauge(
          "sync_writes_refused", "1 while the database refuses what the sync writes")} {}

void guild_characters::begin(std::optional<guild_id> guild, std::size_t members) {
  guild_ = guild;
  members_ = members;
  feed();
}

void guild_characters::stop(std::optional<failure> why) {
  stopping_ = true;
  if (why && domain::is_refused_write(why->code))
    raise_alarm(*why);
  if (!stopped_by_)
    stopped_by_ = std::move(why);
  give_back();
}

bool guild_characters::settle() {
  const bool nothing_left = stopping_ || drained_ || !guild_;
  if (!nothing_left || claiming_ || !queue_.empty() || !active_.empty())
    return false;
  settle_refused();
  flush_checked();
  return open_writes_ == 0;
}

// --- taking them

void guild_characters::feed() {
  // After a refusal one alone shows whether the database takes it: the others are not asked of
  // Battle.net for nothing.
  const auto at_once = alarm_->Value() > 0 || !refused_.empty()
                         ? std::size_t{1}
                         : environment_->settings.characters_at_once;
  while (!stopping_ && !queue_.empty() && active_.size() < at_once) {
    spawn(queue_.front());
    queue_.pop_front();
  }
  claim_more();
}

void guild_characters::claim_more() {
  if (claiming_ || drained_ || stopping_ || !guild_
      || queue_.size() >= environment_->settings.batch / 2)
    return;
  claiming_ = true;
  ask(self_, environment_->store,
      domain::claim_characters{
          guild_, static_cast<int>(environment_->settings.batch), environment_->settings.lease},
      atom::claimed_v);
}

void guild_characters::take_claim(const claimed_characters& claimed) {
  claiming_ = false;
  // A claim that failed: what is left is due still and claimed by the next coordinator.
  drained_ = !claimed || claimed->empty();
  if (claimed)
    queue_.insert(queue_.end(), claimed->begin(), claimed->end());
  if (stopping_)
    give_back();
  feed();
}

std::int64_t guild_characters::remaining_requests() const {
  constexpr std::int64_t requests_per_character = 4;
  const auto known = static_cast<std::int64_t>(queue_.size() + active_.size());
  const auto members = static_cast<std::int64_t>(members_);
  const auto seen = static_cast<std::int64_t>(counts_.characters);
  return requests_per_character * std::max(known, drained_ ? known : members - seen);
}

bool guild_characters::announces_now() {
  const auto now = self_->clock().now();
  if (now - announced_ < std::chrono::seconds{1})
    return false;
  announced_ = now;
  return true;
}

void guild_characters::spawn(const domain::character_work& work) {
  auto task = terms_;
  task.work = work;
  task.priority = work.forced ? domain::priority::person : domain::priority::character;
  task.remaining = remaining_requests();
  task.announce = announces_now();
  ++counts_.characters;
  active_.emplace(work.character.value, start_character(self_, environment_, std::move(task)));
}

// --- what became of them

void guild_characters::take_end(const character_done& done) {
  const auto found = active_.find(done.character.value);
  if (found == active_.end())
    return;
  counts_.requests += done.requests;
  counts_.failed += done.failures > 0 ? 1 : 0;
  if (done.checked) {
    ++counts_.unchanged;
    checked_.push_back(*done.checked);
    if (checked_.size() >= environment_->settings.batch)
      flush_checked();
  } else if (done.applied) {
    ++counts_.changed;
    unannounced_ = true;
    if (done.changed_at)
      played_.push_back(*done.changed_at);
    written();
  } else if (done.not_done) {
    not_done(found->second.work, done);
  }
  active_.erase(found);
  feed();
}

void guild_characters::not_done(
    const domain::character_work& work, const character_done& done) {
  const auto& why = *done.not_done;
  if (why.code == ec::lease_lost)
    return;
  if (done.refused) {
    refused(work, why);
    return;
  }
  if (is_of_the_surroundings(why.code)) {
    queue_.push_back(work); // given back with what waits
    stop(why);
    return;
  }
  try_later(work, why);
}

void guild_characters::written() {
  alarm_->Set(0);
  settle_refused();
}

void guild_characters::settle_refused() {
  for (const auto& [work, why] : std::exchange(refused_, {}))
    try_later(work, why);
}

void guild_characters::refused(const domain::character_work& work, const failure& why) {
  refused_.emplace_back(work, why);
  if (alarm_->Value() == 0 && refused_.size() < refusals_that_stop)
    return;
  raise_alarm(why);
  // Were it their own trouble after all, the others go first the next time.
  for (const auto& [one, reason] : std::exchange(refused_, {}))
    put_off(one);
  stop(why);
}

void guild_characters::raise_alarm(const failure& why) {
  if (alarm_->Value() == 0)
    log::error(
        "the database refuses what the sync writes ({}); its guilds wait, longer each time",
        message_of(why));
  alarm_->Set(1);
}

/// Its own trouble: it is tried again later, the others go on.
void guild_characters::try_later(const domain::character_work& work, const failure& why) {
  log::error("character {}: {}", work.character.value, message_of(why));
  put_off(work);
}

void guild_characters::put_off(const domain::character_work& work) {
  ++counts_.failed;
  checked_.push_back(actors::put_off(*environment_, work));
}

void guild_characters::take_death(const caf::down_msg& down) {
  const auto found = std::ranges::find_if(
      active_, [&](const auto& entry) { return entry.second.actor.address() == down.source; });
  // One that has told its end is not listed any more. One that ended without a word leaves its
  // lease to run out: released at once it would be claimed and die in a circle.
  if (found == active_.end() || !down.reason)
    return;
  log::error("character {}: its sync ended ({})", found->first, caf::to_string(down.reason));
  ++counts_.failed;
  active_.erase(found);
  feed();
}

// --- writes and leases

void guild_characters::flush_checked() {
  if (checked_.empty())
    return;
  ++open_writes_;
  ask(self_, environment_->store, domain::checked_characters{std::exchange(checked_, {})},
      atom::written_v);
}

void guild_characters::give_back() {
  if (queue_.empty())
    return;
  ++open_writes_;
  ask(self_, environment_->store, domain::release{leases_of(std::exchange(queue_, {}))},
      atom::written_v);
}

void guild_characters::batch_written(const store_done& how) {
  --open_writes_;
  // Their leases run out; what is asked for meanwhile could not be written either.
  if (!how)
    stop(how.error());
}

std::vector<domain::lease> guild_characters::held() const {
  auto leases = leases_of(queue_);
  const auto active = leases_of(active_);
  leases.insert(leases.end(), active.begin(), active.end());
  for (const auto& checked : checked_)
    leases.push_back(checked.lease);
  for (const auto& [work, why] : refused_)
    leases.push_back(work.lease);
  return leases;
}

void guild_characters::drop(const std::function<bool(const domain::lease&)>& is_lost) {
  std::erase_if(queue_, [&](const auto& work) { return is_lost(work.lease); });
}

std::vector<domain::lease> guild_characters::abandon() {
  stopping_ = true;
  auto leases = held();
  for (const auto& [id, character] : active_)
    self_->send_exit(character.actor, caf::exit_reason::user_shutdown);
  queue_.clear();
  active_.clear();
  checked_.clear();
  refused_.clear();
  return leases;
}

} // namespace guildhall::actors
