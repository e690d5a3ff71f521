#include "actors/sync/guild_step.hpp"

#include "core/log.hpp"
#include "domain/last_modified.hpp"

#include <algorithm>

namespace guildhall::actors {

using battlenet::outcome;
using domain::document;
using domain::failure_class;

namespace {

/// What a status says of a leaver and a joiner: where the joiner has the leaver's address, that
/// it is the joiner who is there; else that the leaver is nowhere.
std::optional<bool>
is_same(const domain::pending_transfer& transfer, bool taken, const battlenet::answer& answer) {
  if (!taken && answer.outcome == outcome::not_found)
    return true;
  if (answer.outcome != outcome::ok)
    return std::nullopt;
  const auto status = domain::parse_status(answer.body);
  if (!status)
    return std::nullopt;
  return taken && status->is_valid && status->id == transfer.joiner_bnet_id;
}

} // namespace

guild_step::guild_step(
    guild_coordinator_actor::pointer self, environment_ptr environment, domain::guild_work work,
    std::function<void(result<void>)> over)
    : self_{self},
      environment_{std::move(environment)},
      over_{std::move(over)} {
  outcome_.work = std::move(work);
}

template <class OnReply>
void guild_step::fetch(
    battlenet::request what, std::string condition, OnReply on_reply, bool answered_before) {
  ++requests_;
  actors::fetch(
      self_, *environment_,
      {.what = std::move(what),
       .if_modified_since = std::move(condition),
       .priority = work().priority,
       .group = work().tracked.value,
       .remaining = 2 + static_cast<std::int64_t>(work().open_members),
       .answered_before = answered_before},
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
      .now = environment_->now() + work().clock_ahead,
      .guild_interval = environment_->settings.guild_interval,
      .verify_within = environment_->verify_within,
      .random = environment_->random()};
}

domain::reading guild_step::reading_here() const {
  return domain::reading_of(environment_->now(), work().address, work().identity);
}

// --- guild and roster

void guild_step::begin() {
  under_way_ = true;
  fetch(
      environment_->requests.guild(work().address),
      domain::guild_condition(work(), document::guild, context()),
      [this](const fetch_reply& reply) { take_guild(reply); },
      domain::answered_well(work(), document::guild));
}

void guild_step::take_guild(const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  if (const auto failed = failure_class_of(reply->outcome)) {
    if (domain::is_refusal(*failed)) {
      look_for_guild(failed_answer_of(*reply, work().clock_ahead));
      return;
    }
    note_failure(document::guild, failed_answer_of(*reply, work().clock_ahead));
    apply();
    return;
  }
  if (reply->outcome == outcome::not_modified) {
    outcome_.unchanged.push_back(document::guild);
    fetch_roster();
    return;
  }
  auto view = domain::parse_guild(reply->body, reading_here());
  if (!view) {
    note_failure(document::guild, {failure_class::malformed, view.error().message});
    apply();
    return;
  }
  take_guild_document(std::move(*view), *reply);
}

void guild_step::take_guild_document(domain::guild_view view, const battlenet::answer& answer) {
  const auto& known = work().identity;
  if (domain::is_foreign(known, view.id, view.realm)) {
    if (view.id == known->bnet_id) { // its realm has another id: realms were merged
      new_view_ = view;
      new_answer_ = answer;
      move_to({work().address, {known->region, view.realm.id, view.id}});
      return;
    }
    outcome_.stranger = std::move(view);
    look_for_guild({failure_class::not_found, "another guild answers at this address"});
    return;
  }
  outcome_.guild = document_of(document::guild, answer, environment_->now(), view.left_out);
  outcome_.guild_document = std::move(view);
  fetch_roster();
}

void guild_step::fetch_roster() {
  fetch(
      environment_->requests.roster(work().address),
      domain::guild_condition(work(), document::roster, context()),
      [this](const fetch_reply& reply) { take_roster(reply); },
      domain::answered_well(work(), document::roster));
}

void guild_step::take_roster(const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  if (failure_class_of(reply->outcome)) {
    note_failure(document::roster, failed_answer_of(*reply, work().clock_ahead));
  } else if (reply->outcome == outcome::not_modified) {
    outcome_.unchanged.push_back(document::roster);
  } else if (auto view = domain::parse_roster(reply->body, reading_here()); !view) {
    note_failure(document::roster, {failure_class::malformed, view.error().message});
  } else if (
      domain::is_foreign(work().identity, view->guild_id, view->guild_realm)
      && !outcome_.guild_document && !std::exchange(asked_whole_, true)) {
    // The 304 hid who answers: the guild document is asked for with its id.
    outcome_.unchanged.clear();
    outcome_.work.guild_document.last_modified.clear();
    begin();
    return;
  } else {
    outcome_.roster =
        document_of(document::roster, *reply, environment_->now(), view->left_out);
    outcome_.roster_document = std::move(*view);
  }
  if (outcome_.failed.empty())
    fetch_activity(reply->max_age);
  else
    apply(reply->max_age);
}

/// Nothing waits for it: whatever comes of it, guild and roster are applied.
void guild_step::fetch_activity(std::optional<std::chrono::seconds> max_age) {
  if (stopping_ || !domain::activity_is_due(work(), context())) {
    apply(max_age);
    return;
  }
  fetch(
      environment_->requests.document(document::activity, work().address),
      domain::guild_condition(work(), document::activity, context()),
      [this, max_age](const fetch_reply& reply) {
        if (reply)
          take_activity(reply);
        apply(max_age);
      },
      domain::answered_well(work(), document::activity));
}

void guild_step::take_activity(const fetch_reply& reply) {
  auto& told = outcome_.activity;
  const auto failed = [&](domain::failed_answer why) {
    told.failed = domain::failed_activity(work(), why, context());
  };
  if (failure_class_of(reply->outcome))
    return failed(failed_answer_of(*reply, work().clock_ahead));
  if (reply->outcome == outcome::not_modified) {
    told.unchanged = true;
    return;
  }
  auto view = domain::parse_activity(reply->body, reading_here());
  if (!view)
    return failed({failure_class::malformed, view.error().message});
  const auto& known = work().identity;
  if (view->guild && known && *view->guild != std::pair{known->realm_id, known->bnet_id})
    return failed({failure_class::malformed, "another guild's activity"});
  told.arrived = document_of(document::activity, *reply, environment_->now(), view->left_out);
  told.arrived->body.clear();
  outcome_.hints = std::move(view->hints);
  // The document shows what it has shown before: each moment counts once.
  const auto seen = domain::parse_last_modified(work().activity_document.last_modified);
  for (const auto moment : view->raid_moments)
    if (!seen || moment > *seen)
      outcome_.raid_moments.push_back(moment);
}

void guild_step::note_failure(document what, domain::failed_answer why) {
  outcome_.failed.push_back(domain::failed_attempt(work(), what, std::move(why), context()));
}

void guild_step::apply(std::optional<std::chrono::seconds> max_age) {
  outcome_.made_at = context().now;
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
  std::ranges::reverse(
      transfers_); // the oldest is settled first: a later one may go on from it
  settle_next_transfer();
}

// --- a guild that is not at its address

/// Perhaps the guild has another name or realm now, which its members' profiles tell.
void guild_step::look_for_guild(domain::failed_answer why) {
  odd_ = std::move(why);
  if (work().guild && !std::exchange(address_searched_, true))
    ask(domain::some_members{*work().guild, domain::max_witnesses}, atom::witnesses_v);
  else
    decide();
}

void guild_step::take_witnesses(const member_addresses& members) {
  if (!members) {
    end(fail(members.error()));
    return;
  }
  witnesses_ = *members;
  std::ranges::reverse(witnesses_);
  ask_next_witness();
}

/// One who shows our guild under another name is enough; else all are heard.
void guild_step::ask_next_witness() {
  const bool shown = !words_.empty() && words_.back().place
                  && words_.back().place->identity == work().identity
                  && words_.back().place->address != work().address;
  if (witnesses_.empty() || shown) {
    places_ = domain::places_to_look(work(), words_, !outcome_.stranger);
    ask_next_place();
    return;
  }
  const auto witness = witnesses_.back();
  witnesses_.pop_back();
  fetch(environment_->requests.profile(witness), {}, [this, witness](const fetch_reply& reply) {
    take_witness(witness, reply);
  });
}

void guild_step::take_witness(
    const domain::character_address& witness, const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  words_.push_back(domain::hear_witness(
      work(), failure_class_of(reply->outcome), reply->body, reply->last_modified,
      domain::reading_at(environment_->now(), witness)));
  unclear_ |= words_.back().unclear;
  ask_next_witness();
}

void guild_step::ask_next_place() {
  if (places_.empty()) {
    decide();
    return;
  }
  const auto place = places_.front();
  places_.erase(places_.begin());
  fetch(
      environment_->requests.guild(place.address), {},
      [this, place](const fetch_reply& reply) { take_place(place, reply); });
}

/// A profile may be old: only the address itself tells that the guild is there.
void guild_step::take_place(const domain::guild_place& place, const fetch_reply& reply) {
  if (!reply) {
    end(fail(reply.error()));
    return;
  }
  const auto failed = failure_class_of(reply->outcome);
  unclear_ |= failed && !domain::is_refusal(*failed);
  const auto as = domain::reading_of(environment_->now(), place.address, place.identity);
  auto view = failed ? fail(ec::not_found) : domain::parse_guild(reply->body, as);
  if (!view || domain::is_foreign(place.identity, view->id, view->realm)) {
    ask_next_place();
    return;
  }
  new_view_ = std::move(*view);
  new_answer_ = *reply;
  move_to(place);
}

void guild_step::move_to(const domain::guild_place& place) {
  log::info(
      "guild {}: {}/{} is {}/{} now", work().tracked.value, work().address.realm,
      work().address.name_slug, place.address.realm, place.address.name_slug);
  new_place_ = place;
  ask(domain::move_guild{work(), place.address, place.identity, outcome_.stranger},
      atom::moved_v);
}

void guild_step::take_move(const store_done& moved) {
  if (!moved) {
    auto why = moved.error();
    if (why.code == ec::conflict) // another tracked row stands for this guild now
      why.retry_at = environment_->now() + std::chrono::hours{24};
    end(fail(std::move(why)));
    return;
  }
  outcome_.work.address = new_place_->address;
  outcome_.work.identity = new_place_->identity;
  outcome_.work.disputed.reset();
  outcome_.stranger.reset();
  take_guild_document(std::move(*new_view_), new_answer_);
}

/// Nobody shows the guild anywhere else.
void guild_step::decide() {
  const auto now = context().now;
  if (outcome_.stranger && domain::is_handed_over(work(), stranger(), words_, now)) {
    log::warn(
        "guild {}: {} belongs to another guild now", work().tracked.value,
        work().address.name_slug);
    ask(domain::hand_over_guild{work()}, atom::handed_v);
    return;
  }
  // Who could not be asked might have known: looked for again soon, not in a day.
  auto why = odd_;
  unclear_ |= !outcome_.stranger && domain::is_everybody_refused(words_);
  if (unclear_)
    why.error_class = failure_class::transient;
  note_failure(document::guild, std::move(why));
  if (outcome_.stranger && !unclear_)
    outcome_.failed.back().retry_at =
        domain::next_dispute_look(work(), now, environment_->random());
  apply();
}

domain::guild_identity guild_step::stranger() const {
  return {work().address.region, outcome_.stranger->realm.id, outcome_.stranger->id};
}

/// The address is asked once more, as one where nobody is known.
void guild_step::take_hand_over(const store_done& done) {
  if (!done) {
    end(fail(done.error()));
    return;
  }
  auto& fresh = outcome_.work;
  fresh.guild.reset();
  fresh.identity.reset();
  fresh.disputed.reset();
  fresh.not_found_since.reset();
  fresh.earlier_suspicion.reset();
  fresh.guild_document = {};
  fresh.guild_document.document = document::guild;
  fresh.roster_document = {};
  fresh.roster_document.document = document::roster;
  fresh.open_members = 0;
  outcome_.stranger.reset();
  begin();
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
  const bool taken = transfer.leaver_address.name_key.empty();
  if (taken && !transfer.same_address) {
    settle(transfer, false); // somebody else is called so
    return;
  }
  fetch(
      environment_->requests.status(taken ? transfer.joiner_address : transfer.leaver_address),
      {}, [this, transfer, taken](const fetch_reply& reply) {
        // Only a clear answer settles it; else it stays pending for the next sync.
        if (const auto same = reply ? is_same(transfer, taken, *reply) : std::nullopt)
          settle(transfer, *same);
        else
          settle_next_transfer();
      });
}

void guild_step::settle(const domain::pending_transfer& transfer, bool same) {
  ask(domain::settle_transfer{work().lease, transfer, same}, atom::settled_v);
}

} // namespace guildhall::actors
