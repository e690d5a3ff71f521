#include "actors/sync/character_sync.hpp"

#include "actors/defaults.hpp"
#include "domain/document_kinds.hpp"
#include "domain/guild_plan.hpp"

#include <algorithm>

namespace guildhall::actors {

namespace {

using self_ptr = character_sync_actor::stateful_pointer<character_sync_state>;
using battlenet::outcome;
using domain::document;

void tell_parent(self_ptr self, character_done done) {
  auto& st = self->state;
  done.character = st.task.work.character;
  done.requests = st.requests;
  done.failures = st.outcome.failed.size();
  caf::anon_send(st.parent, atom::finished_v, std::move(done));
  self->quit();
}

/// By the clock of the work's times.
time_point now_of_work(const character_sync_state& st) {
  return st.environment->now() + st.task.work.clock_ahead;
}

/// What the database refuses, and what others kept or took too long: this character's own
/// trouble, unless others meet it as well.
bool may_be_its_own(ec why) {
  return domain::is_refused_write(why) || why == ec::contended || why == ec::deadline_expired;
}

void tell_not_done(self_ptr self, failure why) {
  character_done done;
  done.not_done = std::move(why);
  tell_parent(self, std::move(done));
}

const domain::document_record* record_of(const domain::character_work& work, document what) {
  const auto it = std::ranges::find(work.documents, what, &domain::document_record::document);
  return it == work.documents.end() ? nullptr : &*it;
}

void note_failure(self_ptr self, document what, const domain::failed_answer& why) {
  auto& st = self->state;
  st.outcome.failed.push_back(domain::judge_failure(
      what, record_of(st.task.work, what), why, now_of_work(st), st.environment->random()));
}

void note_malformed(self_ptr self, document what, std::string detail) {
  note_failure(
      self, what,
      {.error_class = domain::failure_class::malformed, .detail = std::move(detail)});
}

void note_arrival(
    self_ptr self, document what, const battlenet::answer& answer, domain::unread left_out) {
  auto& st = self->state;
  st.outcome.arrived.push_back(document_of(what, answer, st.context.now, std::move(left_out)));
}

domain::reading reading_here(self_ptr self) {
  const auto& st = self->state;
  return domain::reading_of(st.context.now, st.task.work.address, st.task.work.identity);
}

template <class OnReply>
void fetch(
    self_ptr self, document which, battlenet::request what, std::string if_modified_since,
    OnReply on_reply) {
  auto& st = self->state;
  ++st.requests;
  fetch(
      self, *st.environment,
      {.what = std::move(what),
       .if_modified_since = std::move(if_modified_since),
       .priority = st.task.priority,
       .group = st.task.group,
       .remaining = st.task.remaining,
       .answered_before = domain::answered_well(record_of(st.task.work, which))},
      std::move(on_reply));
}

/// Everything that was asked for has been answered.
void finish(self_ptr self) {
  auto& st = self->state;
  auto& done = st.outcome;
  if (st.not_sent && done.arrived.empty() && done.failed.empty() && !done.gone) {
    tell_not_done(self, *st.not_sent);
    return;
  }
  const auto next = domain::plan_next_check(done, st.context, st.environment->random());
  done.next_due = next.due;
  done.look = next.look;
  done.hint = next.hint;
  if (st.not_sent)
    done.next_due = std::min(
        done.next_due, st.not_sent->retry_at ? *st.not_sent->retry_at + st.task.work.clock_ahead
                                             : st.context.now);
  done.made_at = now_of_work(st);
  if (done.only_checked()) {
    character_done report;
    report.checked = domain::checked_character{
        .lease = st.task.work.lease,
        .character = st.task.work.character,
        .unchanged = done.unchanged,
        .next_due = done.next_due,
        .look = done.look,
        .hint = done.hint,
        .made_at = done.made_at};
    tell_parent(self, std::move(report));
    return;
  }
  ask(self, st.environment->store,
      domain::apply_character{done, st.task.announce, st.environment->discovery()},
      atom::applied_v);
}

void take_child(self_ptr self, document what, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply) {
    st.not_sent = reply.error();
  } else if (failure_class_of(reply->outcome)) {
    note_failure(self, what, failed_answer_of(*reply, st.task.work.clock_ahead));
  } else if (reply->outcome == outcome::ok) {
    auto& columns = st.outcome.columns;
    auto read = domain::read_document(what, reply->body, reading_here(self), columns);
    if (!read)
      note_malformed(self, what, read.error().message);
    else
      note_arrival(self, what, *reply, std::move(*read));
    // The document knows its week best; the next one may have begun, none later.
    if (columns.period_id)
      st.outcome.period_id = std::min(
          *columns.period_id, st.context.current_period.value_or(*columns.period_id - 1) + 1);
  }
  if (--st.waiting == 0)
    finish(self);
}

void fetch_children(self_ptr self) {
  auto& st = self->state;
  // What a fresh profile says about the last login decides about the M+ week.
  auto work = st.task.work;
  if (st.outcome.profile && st.outcome.profile->last_login_at)
    work.last_login_at = st.outcome.profile->last_login_at;
  const auto due = domain::plan_children(work, st.outcome.profile_version, st.context);
  st.waiting = due.size();
  if (due.empty()) {
    finish(self);
    return;
  }
  for (const auto what : due)
    fetch(
        self, what, st.environment->requests.document(what, work.address), {},
        [self, what](const fetch_reply& reply) { take_child(self, what, reply); });
}

void take_profile_body(self_ptr self, const battlenet::answer& answer) {
  auto& st = self->state;
  auto profile = domain::parse_profile(answer.body, reading_here(self));
  if (!profile) {
    note_malformed(self, document::profile, profile.error().message);
    finish(self);
    return;
  }
  const auto& expected = st.task.work.identity;
  if (profile->id != expected.bnet_id || profile->realm.id != expected.realm_id) {
    // Somebody else answers here now: nothing of it may land in this row.
    st.outcome.gone = true;
    finish(self);
    return;
  }
  st.outcome.verified = true;
  domain::project_profile(*profile, st.outcome.columns);
  note_arrival(self, document::profile, answer, profile->left_out);
  st.outcome.profile_version = st.outcome.arrived.back().stored_version();
  st.outcome.profile = std::move(*profile);
  fetch_children(self);
}

/// One 404 says little; when it is still there at its retry, the status tells a deleted
/// character from a hidden one. Not when somebody wants to know sooner: a guild may have many
/// such members.
bool was_not_found(const domain::character_work& work, time_point now) {
  const auto* record = record_of(work, document::profile);
  return record && record->error_class == domain::failure_class::not_found
      && record->retry_at.value_or(now) <= now;
}

void ask_status(self_ptr self) {
  auto& st = self->state;
  fetch(
      self, document::status, st.environment->requests.status(st.task.work.address), {},
      [self](const fetch_reply& reply) {
        auto& done = self->state.outcome;
        if (reply && reply->outcome == outcome::ok)
          if (const auto status = domain::parse_status(reply->body, reading_here(self))) {
            const bool ours = status->id == done.work.identity.bnet_id;
            done.gone = !ours || !status->is_valid;
            done.verified = ours && status->is_valid;
          }
        finish(self);
      });
}

void take_profile(self_ptr self, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply) {
    tell_not_done(self, reply.error());
    return;
  }
  switch (reply->outcome) {
  case outcome::ok:
    take_profile_body(self, *reply);
    return;
  case outcome::not_modified: {
    const auto* record = record_of(st.task.work, document::profile);
    st.outcome.unchanged.push_back(document::profile);
    st.outcome.profile_version = record ? record->stored_version() : std::string{};
    fetch_children(self);
    return;
  }
  default:
    note_failure(self, document::profile, failed_answer_of(*reply, st.task.work.clock_ahead));
    if (reply->outcome == outcome::not_found && was_not_found(st.task.work, st.context.now))
      ask_status(self);
    else
      finish(self);
  }
}

void start(self_ptr self) {
  auto& st = self->state;
  const auto plan = domain::plan_profile(st.task.work, st.context);
  if (!plan.ask) {
    character_done done;
    done.checked = domain::checked_character{
        .lease = st.task.work.lease,
        .character = st.task.work.character,
        .unchanged = {},
        .next_due = st.context.now + st.context.verify_within,
        .made_at = st.context.now};
    tell_parent(self, std::move(done));
    return;
  }
  const auto* record = record_of(st.task.work, document::profile);
  if (plan.fresh) {
    st.outcome.profile_version = record->stored_version();
    fetch_children(self);
    return;
  }
  fetch(
      self, document::profile, st.environment->requests.profile(st.task.work.address),
      plan.conditional && record ? record->last_modified : std::string{},
      [self](const fetch_reply& reply) { take_profile(self, reply); });
}

} // namespace

std::vector<domain::lease> leases_of(const running_characters& characters) {
  std::vector<domain::lease> leases;
  for (const auto& [id, character] : characters)
    leases.push_back(character.work.lease);
  return leases;
}

domain::apply_character undone(
    const sync_environment& environment, const domain::character_work& work, std::string why) {
  const domain::failed_answer answer{
      .error_class = domain::failure_class::transient, .detail = std::move(why)};
  const auto* known = record_of(work, document::profile);
  const int failures = std::max(
      domain::failures_in_a_row(known, answer.error_class),
      domain::failures_in_a_row(work.attempts, work.attempts_class, answer.error_class));
  domain::character_outcome outcome;
  outcome.work = work;
  outcome.failed.push_back(domain::judge_failure(
      document::profile, known, answer, environment.now(), environment.random(), failures));
  outcome.next_due = outcome.failed.front().retry_at;
  return {.outcome = std::move(outcome), .announce = false, .policy = {}};
}

domain::checked_character
put_off(const sync_environment& environment, const domain::character_work& work) {
  constexpr auto why_class = domain::failure_class::transient;
  return {
      .lease = work.lease,
      .character = work.character,
      .unchanged = {},
      .next_due = environment.retry_at(
          why_class, domain::failures_in_a_row(work.attempts, work.attempts_class, why_class)),
      .failed = true,
      .made_at = environment.now()};
}

character_sync_state::character_sync_state(self_ptr) {}

character_sync_actor::behavior_type character_sync(
    self_ptr self, environment_ptr environment, character_parent_actor parent,
    character_task task) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.environment = std::move(environment);
  st.parent = std::move(parent);
  st.task = std::move(task);
  st.context = {
      .now = now_of_work(st),
      .current_period = st.task.current_period,
      .verify_within = st.environment->verify_within,
      .terms = st.task.terms,
      .optional_documents = st.environment->documents};
  st.outcome.work = st.task.work;
  st.outcome.period_id = st.task.current_period;
  start(self);

  return {
      [self](atom::applied, const store_done& written) {
        character_done done;
        if (written) {
          done.applied = true;
          if (const auto& look = self->state.outcome.look)
            done.changed_at = look->changed_at;
        } else {
          done.not_done = written.error();
        }
        done.refused = !written && may_be_its_own(written.error().code);
        tell_parent(self, std::move(done));
      },
  };
}

} // namespace guildhall::actors
