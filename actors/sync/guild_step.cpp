#include "actors/sync/guild_step.hpp"

#include "core/log.hpp"
#include "domain/payload.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = guild_coordinator_ptr;
using battlenet::outcome;
using domain::document;
using domain::failure_class;

/// How many members are asked where their guild has gone.
constexpr int max_witnesses = 3;

template <class OnReply>
void fetch(
    self_ptr self, battlenet::request what, std::string if_modified_since, OnReply on_reply) {
  auto& st = self->state;
  const auto gateway = st.environment->gateways.find(what.region);
  if (gateway == st.environment->gateways.end()) {
    stop_guild(self, {ec::unavailable, "This region is not configured"});
    return;
  }
  ++st.counts.requests;
  self->request(
          gateway->second, fetch_patience + std::chrono::seconds{10}, atom::fetch_v,
          fetch_request{
              .what = std::move(what),
              .if_modified_since = std::move(if_modified_since),
              .priority = st.task.work.priority,
              .group = st.task.work.tracked.value,
              .remaining = 2 + static_cast<std::int64_t>(st.task.work.open_members),
              .expires = fetch_deadline(self)})
      .then(
          [on_reply](const fetch_reply& reply) { on_reply(reply); },
          [on_reply](const caf::error&) { on_reply(fetch_reply{fail(ec::unavailable)}); });
}

void note_failure(self_ptr self, document what, failure_class why, std::string detail) {
  auto& st = self->state;
  const auto& record =
      what == document::guild ? st.task.work.guild_document : st.task.work.roster_document;
  // A guild that was never fetched has no documents to count by.
  const int failures = std::max(record.failures, st.task.work.attempts) + 1;
  st.outcome.failed.push_back(
      {.document = what,
       .error_class = why,
       .detail = std::move(detail),
       .retry_at = st.environment->now()
                 + domain::retry_delay(why, failures, st.environment->random())});
  st.guild_failed = true;
}

/// At the interval or when Battle.net's answer goes stale, whichever is later; a failure at its
/// own retry.
void set_next_due(self_ptr self, std::optional<std::chrono::seconds> max_age) {
  auto& st = self->state;
  const auto now = st.environment->now();
  const auto stale = max_age.value_or(std::chrono::seconds{0});
  const auto own = st.task.work.interval;
  const auto interval = own.count() > 0 ? own : st.environment->guild_interval;
  st.outcome.next_due = std::max(
      now + stale, now + domain::jittered(std::max(interval, stale), st.environment->random()));
  if (!st.outcome.failed.empty())
    st.outcome.next_due =
        std::ranges::min(st.outcome.failed, {}, &domain::document_failure::retry_at).retry_at;
}

void apply(self_ptr self, std::optional<std::chrono::seconds> max_age = std::nullopt) {
  auto& st = self->state;
  set_next_due(self, max_age);
  st.outcome.work = st.task.work;
  st.environment->store.ask(
      domain::apply_guild{st.outcome}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::applied_v));
}

/// Battle.net answered 304 only to what it was asked conditionally.
std::string condition(const self_ptr self, const domain::document_record& record) {
  const bool known = self->state.task.work.guild.has_value();
  return known && record.state == domain::document_state::ok ? record.last_modified
                                                             : std::string{};
}

bool is_foreign(
    const domain::guild_work& work, bnet_guild_id id, const domain::realm_ref& realm) {
  return work.identity && (work.identity->bnet_id != id || work.identity->realm_id != realm.id);
}

void take_roster(self_ptr self, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply) {
    stop_guild(self, reply.error());
    return;
  }
  if (const auto failed = failure_class_of(reply->outcome)) {
    // The guild was there a moment ago: it is being renamed, which the next look finds out.
    const auto why = *failed == failure_class::not_found ? failure_class::transient : *failed;
    note_failure(self, document::roster, why, reply->detail);
  } else if (reply->outcome == outcome::not_modified) {
    st.outcome.unchanged.push_back(document::roster);
  } else if (auto view = domain::parse_roster(reply->body); !view) {
    note_failure(self, document::roster, failure_class::malformed, view.error().message);
  } else {
    st.outcome.roster = domain::fetched_document{
        .document = document::roster,
        .body = reply->body,
        .last_modified = reply->last_modified,
        .schema_revision = reply->schema_revision};
    st.outcome.roster_document = std::move(*view);
  }
  apply(self, reply->max_age);
}

void fetch_roster(self_ptr self) {
  auto& st = self->state;
  // A suspect roster is asked for again whole: a 304 could not agree with it.
  fetch(
      self, st.environment->requests.roster(st.task.work.address),
      condition(self, st.task.work.roster_document),
      [self](const fetch_reply& reply) { take_roster(self, reply); });
}

/// Nobody by this address, or somebody else: perhaps the guild has another name now, which its
/// members' profiles tell.
void guild_not_found(self_ptr self, std::string detail) {
  auto& st = self->state;
  if (st.task.work.guild && !std::exchange(st.address_searched, true)) {
    st.environment->store.ask(
        domain::some_members{*st.task.work.guild, max_witnesses}, store_deadline(self),
        reply_to(guild_coordinator_actor{self}, atom::claimed_v));
    return;
  }
  // Who could not be asked might have known: looked for again soon, not in a day.
  note_failure(
      self, document::guild,
      st.witness_unclear ? failure_class::transient : failure_class::not_found,
      std::move(detail));
  apply(self);
}

void take_guild(self_ptr self, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply) {
    stop_guild(self, reply.error());
    return;
  }
  if (reply->outcome == outcome::not_found) {
    guild_not_found(self, reply->detail);
    return;
  }
  if (const auto failed = failure_class_of(reply->outcome)) {
    note_failure(self, document::guild, *failed, reply->detail);
    apply(self);
    return;
  }
  if (reply->outcome == outcome::not_modified) {
    st.outcome.unchanged.push_back(document::guild);
    fetch_roster(self);
    return;
  }
  auto view = domain::parse_guild(reply->body);
  if (!view) {
    note_failure(self, document::guild, failure_class::malformed, view.error().message);
    apply(self);
    return;
  }
  if (is_foreign(st.task.work, view->id, view->realm)) {
    guild_not_found(self, "another guild has this address now");
    return;
  }
  st.outcome.guild = domain::fetched_document{
      .document = document::guild,
      .body = reply->body,
      .last_modified = reply->last_modified,
      .schema_revision = reply->schema_revision};
  st.outcome.guild_document = std::move(*view);
  fetch_roster(self);
}

/// The slug under which a member's profile shows our guild, if it does.
std::optional<std::string> new_slug(self_ptr self, const fetch_reply& reply) {
  const auto& work = self->state.task.work;
  if (!reply || reply->outcome != outcome::ok)
    return std::nullopt;
  const auto profile = domain::parse_profile(reply->body);
  if (!profile || !profile->guild || is_foreign(work, profile->guild->id, profile->guild->realm)
      || profile->guild->name_slug == work.address.name_slug)
    return std::nullopt;
  return profile->guild->name_slug;
}

/// Whether this answer leaves open what guild the member is in.
bool is_unclear(const battlenet::answer& answer) {
  if (answer.outcome == outcome::ok)
    return !domain::parse_profile(answer.body);
  return answer.outcome != outcome::not_found && answer.outcome != outcome::forbidden;
}

void ask_next_witness(self_ptr self) {
  auto& st = self->state;
  if (st.witnesses.empty()) {
    guild_not_found(self, "no guild at this address, and no member shows it under another");
    return;
  }
  const auto witness = st.witnesses.back();
  st.witnesses.pop_back();
  fetch(self, st.environment->requests.profile(witness), {}, [self](const fetch_reply& reply) {
    auto& state = self->state;
    if (!reply) {
      stop_guild(self, reply.error());
      return;
    }
    state.witness_unclear |= is_unclear(*reply);
    const auto slug = new_slug(self, reply);
    if (!slug) {
      ask_next_witness(self);
      return;
    }
    log::info(
        "guild {}: {} is called {} now", state.task.work.tracked.value,
        state.task.work.address.name_slug, *slug);
    state.environment->store.ask(
        domain::guild_renamed{state.task.work, *slug}, store_deadline(self),
        reply_to(guild_coordinator_actor{self}, atom::settled_v));
    state.task.work.address.name_slug = *slug;
  });
}

/// Another tracked row stands for this guild now.
void look_again_tomorrow(self_ptr self, failure why) {
  why.retry_at = self->state.environment->now() + std::chrono::hours{24};
  stop_guild(self, why);
}

void settle_transfer(self_ptr self, const domain::pending_transfer& transfer, bool same) {
  auto& st = self->state;
  st.environment->store.ask(
      domain::settle_transfer{st.task.work.lease, transfer, same}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::settled_v));
}

void settle_next_transfer(self_ptr self) {
  auto& st = self->state;
  if (st.transfers.empty() || st.stopping) {
    st.transfers.clear();
    sync_characters(self);
    return;
  }
  const auto transfer = st.transfers.back();
  st.transfers.pop_back();
  if (transfer.leaver_address.name_key
          .empty()) { // the joiner has the very address: no transfer
    settle_transfer(self, transfer, false);
    return;
  }
  fetch(
      self, st.environment->requests.status(transfer.leaver_address), {},
      [self, transfer](const fetch_reply& reply) {
        // Only a clear answer settles it; else it stays pending for the next sync.
        if (!reply || (reply->outcome != outcome::not_found && reply->outcome != outcome::ok)) {
          settle_next_transfer(self);
          return;
        }
        settle_transfer(self, transfer, reply->outcome == outcome::not_found);
      });
}

} // namespace

void begin_guild_step(self_ptr self) {
  auto& st = self->state;
  st.in_guild_step = true;
  fetch(
      self, st.environment->requests.guild(st.task.work.address),
      condition(self, st.task.work.guild_document),
      [self](const fetch_reply& reply) { take_guild(self, reply); });
}

void guild_applied(self_ptr self, const guild_application& outcome) {
  auto& st = self->state;
  if (!outcome) {
    if (outcome.error().code == ec::lease_lost)
      abandon_guild(self);
    else
      stop_guild(self, outcome.error());
    return;
  }
  st.applied = *outcome;
  if (outcome->retry_at) {
    st.guild_failed = true;
    st.outcome.next_due = std::min(st.outcome.next_due, *outcome->retry_at);
  }
  if (outcome->guild)
    st.task.work.guild = outcome->guild;
  if (outcome->members > 0) // no new roster: as many as before
    st.task.work.open_members = static_cast<std::size_t>(outcome->members);
  if (!st.task.work.guild) { // never fetched, and not today either
    sync_characters(self);
    return;
  }
  st.environment->store.ask(
      domain::pending_transfers{*st.task.work.guild}, store_deadline(self),
      reply_to(guild_coordinator_actor{self}, atom::claimed_v));
}

void take_witnesses(self_ptr self, const member_addresses& members) {
  if (!members) {
    stop_guild(self, members.error());
    return;
  }
  self->state.witnesses = *members;
  std::ranges::reverse(self->state.witnesses); // asked from the back: lowest rank first
  ask_next_witness(self);
}

void guild_moved(self_ptr self, const store_done& moved) {
  if (!moved && moved.error().code == ec::lease_lost)
    abandon_guild(self);
  else if (!moved && moved.error().code == ec::conflict)
    look_again_tomorrow(self, moved.error());
  else if (!moved)
    stop_guild(self, moved.error());
  else
    begin_guild_step(self);
}

void take_transfers(self_ptr self, const transfers& pending) {
  self->state.transfers = pending.value_or(std::vector<domain::pending_transfer>{});
  settle_next_transfer(self);
}

void transfer_settled(self_ptr self) {
  settle_next_transfer(self);
}

} // namespace guildhall::actors
