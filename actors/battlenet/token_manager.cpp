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
    st.source(self->clock().now() + fetch_timeout, fetched);
  } catch (const std::exception& error) {
    fetched(fail(ec::internal, text::printable(error.what())));
  }
}

void store_token(self_ptr self, const battlenet::access_token& token) {
  auto& st = self->state;
  const auto now = self->clock().now();
  const auto refresh_after = token.expires_in * 9 / 10;
  st.token = {token.value, now + token.expires_in};
  st.failures = 0;
  // A token that is refused as soon as it is there was not the trouble.
  st.not_before = now + first_backoff;
  st.last_failure = {ec::upstream_unauthorised};
  st.last_failure.retry_at = st.now() + first_backoff;
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
  if (st.failures == 0)
    log::error("battle.net token: {}", message_of(why));
  st.failures = std::min(st.failures + 1, 16);
  const auto wait =
      std::min<std::chrono::seconds>(first_backoff * (1 << (st.failures - 1)), longest_backoff);
  st.not_before = self->clock().now() + wait;
  st.last_failure = why;
  st.last_failure.retry_at = st.now() + wait;
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

token_manager_actor::behavior_type
token_manager(self_ptr self, token_source source, std::function<time_point()> wall) {
  set_actor_defaults(self);
  self->state.source = std::move(source);
  self->state.now = std::move(wall);
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
