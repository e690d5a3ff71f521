#include "actors/sync/guild_step.hpp"

#include "core/log.hpp"

#include <algorithm>

namespace guildhall::actors {

using battlenet::outcome;
using domain::document;
using domain::failure_class;

guild_step::guild_step(
    guild_coordinator_actor::pointer self, environment_ptr environment, domain::guild_work work,
    std::function<void(result<void>)> over)
    : self_{self},
      environment_{std::move(environment)},
      over_{std::move(over)} {
  outcome_.work = std::move(work);
}

template <class OnReply>
void guild_step::fetch(battlenet::request what, std::string condition, OnReply on_reply) {
  ++requests_;
  actors::fetch(
      self_, *environment_,
      {.what = std::move(what),
       .if_modified_since = std::move(condition),
       .priority = work().priority,
       .group = work().tracked.value,
       .remaining = 2 + static_cast<std::int64_t>(work().open_members)},
      std::move(on_reply));
}

template <domain::operation Operation, class Atom>
void guild_step::ask(Operation what, Atom reply) {
  actors::ask(self_, environment_->store, std::move(what), reply);
}

void guild_step::end(result<void> how) {
  under_way_ = false;
  over_(std::move(how));
}

domain::guild_context guild_step::context() const {
  return {
      .now = environment_->now(),
      .guild_interval = environment_->settings.guild_interval,
      .random = environment_->random()};
}

// --- guild and roster

void guild_step::begin() {
  under_way_ = true;
  fetch(
      environment_->requests.guild(work().address),
      domain::guild_condition(work(), document::guild),
      [this](const fetch_reply& reply) { take_guild(reply); });
}

void guild_step::take_guild(const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  if (const auto failed = failure_class_of(reply->outcome)) {
    if (failed == failure_class::not_found) {
      guild_not_found(reply->detail);
      return;
    }
    note_failure(document::guild, *failed, reply->detail);
    apply();
    return;
  }
  if (reply->outcome == outcome::not_modified) {
    outcome_.unchanged.push_back(document::guild);
    fetch_roster();
    return;
  }
  auto view = domain::parse_guild(reply->body);
  if (!view) {
    note_failure(document::guild, failure_class::malformed, view.error().message);
    apply();
    return;
  }
  if (domain::is_foreign(work().identity, view->id, view->realm)) {
    guild_not_found("another guild has this address now");
    return;
  }
  outcome_.guild = document_of(document::guild, *reply);
  outcome_.guild_document = std::move(*view);
  fetch_roster();
}

void guild_step::fetch_roster() {
  fetch(
      environment_->requests.roster(work().address),
      domain::guild_condition(work(), document::roster),
      [this](const fetch_reply& reply) { take_roster(reply); });
}

void guild_step::take_roster(const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  if (const auto failed = failure_class_of(reply->outcome)) {
    note_failure(document::roster, *failed, reply->detail);
  } else if (reply->outcome == outcome::not_modified) {
    outcome_.unchanged.push_back(document::roster);
  } else if (auto view = domain::parse_roster(reply->body); !view) {
    note_failure(document::roster, failure_class::malformed, view.error().message);
  } else {
    outcome_.roster = document_of(document::roster, *reply);
    outcome_.roster_document = std::move(*view);
  }
  apply(reply->max_age);
}

void guild_step::note_failure(document what, failure_class why, std::string detail) {
  outcome_.failed.push_back(
      domain::failed_attempt(work(), what, why, std::move(detail), context()));
}

void guild_step::apply(std::optional<std::chrono::seconds> max_age) {
  outcome_.next_due = domain::next_guild_due(outcome_, max_age, context());
  ask(domain::apply_guild{outcome_}, atom::applied_v);
}

void guild_step::take_applied(const guild_application& applied) {
  if (!applied) {
    end(fail(applied.error()));
    return;
  }
  applied_ = *applied;
  if (applied->guild)
    outcome_.work.guild = applied->guild;
  if (applied->members > 0) // no new roster: as many as before
    outcome_.work.open_members = static_cast<std::size_t>(applied->members);
  transfers_ = applied->transfers;
  settle_next_transfer();
}

// --- a guild that is not at its address

/// Nobody, or somebody else: perhaps the guild has another name now, which its members'
/// profiles tell.
void guild_step::guild_not_found(std::string detail) {
  if (work().guild && !std::exchange(address_searched_, true)) {
    ask(domain::some_members{*work().guild, domain::max_witnesses}, atom::witnesses_v);
    return;
  }
  // Who could not be asked might have known: looked for again soon, not in a day.
  note_failure(
      document::guild, witness_unclear_ ? failure_class::transient : failure_class::not_found,
      std::move(detail));
  apply();
}

void guild_step::take_witnesses(const member_addresses& members) {
  if (!members) {
    end(fail(members.error()));
    return;
  }
  witnesses_ = *members;
  std::ranges::reverse(witnesses_); // lowest rank first
  ask_next_witness();
}

void guild_step::ask_next_witness() {
  if (witnesses_.empty()) {
    guild_not_found("no guild at this address, and no member shows it under another");
    return;
  }
  const auto witness = witnesses_.back();
  witnesses_.pop_back();
  fetch(environment_->requests.profile(witness), {}, [this](const fetch_reply& reply) {
    take_witness(reply);
  });
}

void guild_step::take_witness(const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  const auto word = domain::hear_witness(work(), failure_class_of(reply->outcome), reply->body);
  witness_unclear_ |= word.unclear;
  if (!word.new_slug) {
    ask_next_witness();
    return;
  }
  auto& slug = outcome_.work.address.name_slug;
  log::info("guild {}: {} is called {} now", work().tracked.value, slug, *word.new_slug);
  ask(domain::guild_renamed{work(), *word.new_slug}, atom::moved_v);
  slug = *word.new_slug;
}

void guild_step::take_move(const store_done& moved) {
  if (moved) {
    begin();
    return;
  }
  auto why = moved.error();
  if (why.code == ec::conflict) // another tracked row stands for this guild now
    why.retry_at = environment_->now() + std::chrono::hours{24};
  end(fail(std::move(why)));
}

// --- transfers

void guild_step::stop() {
  stopping_ = true;
}

void guild_step::settle_next_transfer() {
  if (transfers_.empty() || stopping_) {
    end({});
    return;
  }
  const auto transfer = transfers_.back();
  transfers_.pop_back();
  if (transfer.leaver_address.name_key.empty()) {
    settle(transfer, false); // the joiner has the very address: no transfer
    return;
  }
  fetch(
      environment_->requests.status(transfer.leaver_address), {},
      [this, transfer](const fetch_reply& reply) {
        // Only a clear answer settles it; else it stays pending for the next sync.
        if (reply && (reply->outcome == outcome::not_found || reply->outcome == outcome::ok))
          settle(transfer, reply->outcome == outcome::not_found);
        else
          settle_next_transfer();
      });
}

void guild_step::settle(const domain::pending_transfer& transfer, bool same) {
  ask(domain::settle_transfer{work().lease, transfer, same}, atom::settled_v);
}

} // namespace guildhall::actors
