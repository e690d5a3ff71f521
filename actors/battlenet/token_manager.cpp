#include "actors/battlenet/token_manager.hpp"

#include "actors/defaults.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <exception>

namespace guildhall::actors {

namespace {

constexpr std::chrono::seconds fetch_timeout{10};
constexpr std::chrono::seconds first_backoff{1};
constexpr std::chrono::seconds longest_backoff{60};
constexpr std::size_t max_waiting{4'096};

using self_ptr = token_manager_actor::stateful_pointer<token_manager_state>;

void answer_all(self_ptr self, const token_reply& reply) {
  auto waiting = std::exchange(self->state.waiting, {});
  for (auto& promise : waiting)
    promise.deliver(reply);
}

void fetch(self_ptr self) {
  auto& st = self->state;
  if (st.fetching)
    return;
  st.fetching = true;
  const auto fetched = [me = token_manager_actor{self}](new_token outcome) {
    caf::anon_send(me, atom::response_v, std::move(outcome));
  };
  try {
    st.options.source(self->clock().now() + fetch_timeout, fetched);
  } catch (const std::exception& error) {
    fetched(fail(ec::internal, text::printable(error.what())));
  }
}

constexpr std::chrono::minutes told_again_after{10};

/// One line when it begins or turns into something else, and now and then while it lasts.
void tell(self_ptr self, const failure& why) {
  auto& st = self->state;
  const bool refused = why.code == ec::upstream_unauthorised;
  st.failed->Increment();
  st.refused->Set(refused ? 1 : 0);
  const auto now = self->clock().now();
  if (st.told == why.code && now - st.told_at < told_again_after)
    return;
  st.told = why.code;
  st.told_at = now;
  if (refused)
    log_event(
        log::level::err, "battlenet.refused", {{"error", to_string(why.code)}},
        "battle.net refuses battlenet.client_id and battlenet.client_secret: nothing is synced "
        "and nobody can log in. Compare them with https://develop.battle.net, correct the "
        "configuration and restart");
  else
    log_event(
        log::level::err, "battlenet.no_token", {{"error", to_string(why.code)}},
        "battle.net token: {}", message_of(why));
  if (st.options.on_verdict)
    st.options.on_verdict(refused ? std::optional{why} : std::nullopt);
}

void all_is_well(self_ptr self) {
  auto& st = self->state;
  st.refused->Set(0);
  if (std::exchange(st.told, std::nullopt))
    log::info("battle.net token: granted again");
  if (st.options.on_verdict)
    st.options.on_verdict(std::nullopt);
}

void store_token(self_ptr self, const battlenet::access_token& token) {
  auto& st = self->state;
  const auto now = self->clock().now();
  const auto refresh_after = token.expires_in * 9 / 10;
  st.token = {token.value, now + token.expires_in};
  st.failures = 0;
  st.fetched->Set(std::chrono::duration<double>(st.options.now().time_since_epoch()).count());
  all_is_well(self);
  // A token that is refused as soon as it is there was not the trouble.
  st.not_before = now + first_backoff;
  st.last_failure = {ec::upstream_unauthorised};
  st.last_failure.retry_at = st.options.now() + first_backoff;
  self->delayed_send(
      token_manager_actor{self},
      std::max<std::chrono::seconds>(refresh_after, std::chrono::seconds{1}), atom::tick_v,
      ++st.generation);
  // First those who keep it: whoever is answered next need not ask again.
  for (const auto& listener : st.listeners)
    caf::anon_send(listener, atom::token_v, st.token);
  answer_all(self, st.token.value);
}

bool has_good_token(self_ptr self) {
  const auto& token = self->state.token;
  return !token.value.empty() && self->clock().now() < token.valid_until;
}

void note_failure(self_ptr self, const failure& why) {
  auto& st = self->state;
  tell(self, why);
  st.failures = std::min(st.failures + 1, 16);
  const auto wait =
      std::min<std::chrono::seconds>(first_backoff * (1 << (st.failures - 1)), longest_backoff);
  st.not_before = self->clock().now() + wait;
  st.last_failure = why;
  st.last_failure.retry_at = st.options.now() + wait;
  if (!st.token.value.empty()) // still good; its refresh goes on
    self->delayed_send(token_manager_actor{self}, wait, atom::tick_v, ++st.generation);
  answer_all(self, std::unexpected<failure>(st.last_failure));
}

} // namespace

token_manager_state::token_manager_state(self_ptr) {}

token_manager_state::~token_manager_state() {
  for (auto& asker : waiting)
    asker.deliver(token_reply{fail(ec::unavailable)});
}

token_manager_actor::behavior_type token_manager(self_ptr self, token_manager_options options) {
  set_actor_defaults(self);
  self->state.options = std::move(options);
  auto& numbers = *self->state.options.numbers;
  self->state.refused = &numbers.gauge(
      "battlenet_credentials_refused", "1 while Battle.net refuses our client id or secret");
  self->state.fetched = &numbers.gauge(
      "battlenet_token_fetched_timestamp_seconds", "When the token was fetched, 0 for never");
  self->state.failed =
      &numbers.counter("battlenet_token_failures_total", "Tokens that could not be fetched");
  self->set_down_handler([self](caf::down_msg& down) {
    std::erase_if(self->state.listeners, [&](const auto& listener) {
      return listener.address() == down.source;
    });
  });
  return {
      [self](atom::token, const token_listener_actor& listener) {
        self->monitor(listener);
        self->state.listeners.push_back(listener);
        if (has_good_token(self))
          caf::anon_send(listener, atom::token_v, self->state.token);
      },
      [self](atom::token, const token_request& request) -> caf::result<token_reply> {
        auto& st = self->state;
        if (!request.refused.empty() && request.refused == st.token.value)
          st.token = {};
        if (has_good_token(self))
          return token_reply{st.token.value};
        if (self->clock().now() < st.not_before || st.waiting.size() >= max_waiting)
          return token_reply{std::unexpected<failure>(st.last_failure)};
        auto promise = self->make_response_promise<token_manager_state::promise>();
        st.waiting.push_back(promise);
        fetch(self);
        return promise;
      },
      [self](atom::response, const new_token& outcome) {
        self->state.fetching = false;
        if (outcome)
          store_token(self, *outcome);
        else
          note_failure(self, outcome.error());
      },
      [self](atom::tick, std::uint64_t generation) {
        if (generation == self->state.generation)
          fetch(self);
      },
  };
}

} // namespace guildhall::actors
