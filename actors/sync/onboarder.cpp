#include "actors/sync/onboarder.hpp"

#include "actors/defaults.hpp"
#include "battlenet/sendable.hpp"

namespace guildhall::actors {

namespace {

using self_ptr = onboarder_actor::stateful_pointer<onboarder_state>;
using battlenet::outcome;

constexpr std::chrono::seconds list_patience{30};
constexpr std::chrono::seconds profile_patience{5};
constexpr int claimed_at_once = 5;

void poll_in(self_ptr self, std::chrono::seconds wait) {
  self->delayed_send(onboarder_actor{self}, wait, atom::tick_v, ++self->state.timer);
}

void tell(const std::vector<std::function<void()>>& waiting) {
  for (const auto& when_done : waiting)
    if (when_done)
      when_done();
}

void store(self_ptr self, user_id user) {
  auto& st = self->state;
  auto& run = st.runs.at(user.value);
  st.options.store->ask(
      domain::onboard{{user, std::move(run.lists), !run.again}, st.environment->discovery()},
      store_deadline(self), [me = onboarder_actor{self}, user](result<domain::onboarded> done) {
        caf::anon_send(me, atom::settled_v, onboarding_stored{user, std::move(done)});
      });
}

/// What one region's answer means: only a list, or a 404, says anything about characters. A
/// refused token will not be taken later either; what is refused with a token that is taken
/// (403) may pass.
void take(onboarder_state::run& run, domain::region where, const fetch_reply& reply) {
  if (!reply) {
    run.again = true;
    return;
  }
  switch (reply->outcome) {
  case outcome::ok: {
    auto account = domain::parse_account(reply->body);
    if (account && account->left_out.parts > 0)
      log::warn(
          "onboarding: {} parts of the account list of {} cannot be read: {}",
          account->left_out.parts, domain::to_string(where), account->left_out.first);
    if (account)
      run.lists.push_back(
          {where, std::move(account->characters), std::move(account->licences),
           account->left_out.parts == 0});
    else
      log::warn(
          "onboarding: the account list of {} is malformed: {}", domain::to_string(where),
          message_of(account.error()));
    run.again |= !account;
    return;
  }
  case outcome::not_found: // no licence there
    run.lists.push_back({.region = where});
    return;
  case outcome::unauthorised:
    log::warn("onboarding: {} refuses the user's token", domain::to_string(where));
    return;
  default:
    run.again = true;
  }
}

void answered(self_ptr self, user_id user, domain::region where, const fetch_reply& reply) {
  auto& run = self->state.runs.at(user.value);
  take(run, where, reply);
  if (--run.outstanding == 0)
    store(self, user);
}

void start(self_ptr self, const onboarding_request& asked) {
  auto& st = self->state;
  if (const auto under_way = st.runs.find(asked.user.value); under_way != st.runs.end()) {
    under_way->second.waiting.push_back(asked.when_done);
    return;
  }
  if (st.runs.size() >= st.options.max_users)
    return tell({asked.when_done});
  const auto& gateways = st.environment->gateways;
  auto& run = st.runs[asked.user.value];
  run.waiting.push_back(asked.when_done);
  run.outstanding = gateways.size();
  for (const auto& [region, gateway] : gateways) {
    fetch_request request;
    request.what = st.environment->requests.account(region);
    request.priority = domain::priority::person;
    request.group = -asked.user.value; // no guild's
    request.expires = self->clock().now() + list_patience;
    request.user_token = asked.token;
    self->request(gateway, list_patience, atom::fetch_v, std::move(request))
        .then(
            [self, user = asked.user, where = region](const fetch_reply& reply) {
              answered(self, user, where, reply);
            },
            [self, user = asked.user, where = region](const caf::error&) {
              answered(self, user, where, fail(ec::unavailable));
            });
  }
  if (gateways.empty())
    store(self, asked.user);
}

void finish(self_ptr self, user_id user) {
  auto& runs = self->state.runs;
  const auto found = runs.find(user.value);
  if (found == runs.end())
    return;
  const auto waiting = std::move(found->second.waiting);
  runs.erase(found);
  tell(waiting);
}

void settle(self_ptr self, const onboarding_stored& stored) {
  auto& st = self->state;
  if (!stored.outcome)
    log::warn(
        "onboarding of user {} was not stored: {}", stored.user.value,
        message_of(stored.outcome.error()));
  else
    log::info(
        "onboarding of user {}: {} characters linked, {} unlinked, {} missing from the list",
        stored.user.value, stored.outcome->linked, stored.outcome->unlinked,
        stored.outcome->missing);
  if (!stored.outcome || !st.environment->discovery().of_users)
    return finish(self, stored.user);
  st.options.store->ask(
      domain::unseen_characters{stored.user}, store_deadline(self),
      [me = onboarder_actor{self},
       user = stored.user](result<std::vector<domain::unseen_character>> found) {
        caf::anon_send(me, atom::settled_v, onboarding_unseen{user, std::move(found)});
      });
}

/// One look is over; with the last one the waiting is.
void looked(self_ptr self, user_id user) {
  if (--self->state.runs.at(user.value).looks == 0)
    finish(self, user);
}

std::optional<domain::guild_ref>
guild_in(const fetch_reply& reply, const domain::character_identity& who) {
  if (!reply || reply->outcome != outcome::ok)
    return std::nullopt;
  const auto profile = domain::parse_profile(reply->body);
  if (!profile || profile->id != who.bnet_id || profile->realm.id != who.realm_id)
    return std::nullopt;
  return profile->guild;
}

void take_profile(
    self_ptr self, user_id user, const domain::unseen_character& one,
    const fetch_reply& reply) {
  auto& st = self->state;
  auto& run = st.runs.at(user.value);
  const auto guild = guild_in(reply, one.who);
  const auto is_new = guild
                   && run.guilds
                          .insert(
                              std::string{domain::to_string(one.who.region)} + '/'
                              + std::to_string(guild->realm.id.value) + '/'
                              + std::to_string(guild->id.value))
                          .second;
  if (is_new) {
    ++run.looks;
    st.options.store->ask(
        domain::discover{user, one, *guild, st.environment->discovery()}, store_deadline(self),
        [me = onboarder_actor{self}, user](result<void> done) {
          caf::anon_send(me, atom::settled_v, onboarding_discovered{user, std::move(done)});
        });
  }
  looked(self, user);
}

/// All at once: whoever waits for them waits for two answers of Battle.net in all.
void look_at(self_ptr self, const onboarding_unseen& found) {
  auto& st = self->state;
  if (!found.outcome || found.outcome->empty())
    return finish(self, found.user);
  st.runs.at(found.user.value).looks = found.outcome->size();
  for (const auto& one : *found.outcome) {
    const auto gateway = st.environment->gateways.find(one.who.region);
    if (gateway == st.environment->gateways.end()) {
      looked(self, found.user);
      continue;
    }
    fetch_request request;
    request.what = st.environment->requests.profile(one.address);
    request.priority = domain::priority::person;
    request.group = -found.user.value; // no guild's
    request.expires = self->clock().now() + profile_patience;
    self->request(gateway->second, profile_patience, atom::fetch_v, std::move(request))
        .then(
            [self, user = found.user, one](const fetch_reply& reply) {
              take_profile(self, user, one, reply);
            },
            [self, user = found.user, one](const caf::error&) {
              take_profile(self, user, one, fail(ec::unavailable));
            });
  }
}

void discovered(self_ptr self, const onboarding_discovered& stored) {
  if (!stored.outcome)
    log::warn(
        "onboarding of user {}: a guild was not stored: {}", stored.user.value,
        message_of(stored.outcome.error()));
  looked(self, stored.user);
}

void take_claims(self_ptr self, const due_onboardings& due) {
  auto& st = self->state;
  if (due)
    for (const auto& one : *due) {
      const auto token =
          st.options.seals->open(one.sealed_token, domain::seal_context(one.account));
      if (!token)
        log::warn("onboarding of user {}: {}", one.user.value, message_of(token.error()));
      else if (battlenet::is_token(*token))
        start(self, {one.user, *token, {}});
      else
        log::warn("onboarding of user {}: what is stored is no token", one.user.value);
    }
  poll_in(self, st.options.poll_interval);
}

} // namespace

onboarder_state::~onboarder_state() {
  for (const auto& [user, under_way] : runs)
    tell(under_way.waiting);
}

onboarder_actor::behavior_type
onboarder(self_ptr self, environment_ptr environment, onboarder_options options) {
  set_actor_defaults(self);
  self->state.environment = std::move(environment);
  self->state.options = std::move(options);
  poll_in(self, self->state.options.poll_interval);
  return {
      [self](atom::onboard, const onboarding_request& asked) { start(self, asked); },
      [self](atom::settled, const onboarding_stored& stored) { settle(self, stored); },
      [self](atom::settled, const onboarding_unseen& found) { look_at(self, found); },
      [self](atom::settled, const onboarding_discovered& stored) { discovered(self, stored); },
      [self](atom::claimed, const due_onboardings& due) { take_claims(self, due); },
      [self](atom::tick, std::uint64_t timer) {
        if (timer == self->state.timer)
          self->state.options.store->ask(
              domain::pending_onboardings{claimed_at_once}, store_deadline(self),
              reply_to(onboarder_actor{self}, atom::claimed_v));
      },
  };
}

} // namespace guildhall::actors
