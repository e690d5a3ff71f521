#include "actors/serving/login_desk.hpp"

#include "actors/bridge.hpp"
#include "actors/defaults.hpp"

#include <algorithm>
#include <exception>

namespace guildhall::actors {

namespace {

using self_ptr = login_desk_actor::stateful_pointer<login_desk_state>;

/// Of a request's time, what is kept for the answer to it.
constexpr std::chrono::milliseconds reserve{300};

login_desk_state::login* find(self_ptr self, std::uint64_t login) {
  const auto found = self->state.logins.find(login);
  return found == self->state.logins.end() ? nullptr : &found->second;
}

void finish(self_ptr self, std::uint64_t login, result<domain::standing> outcome) {
  auto& logins = self->state.logins;
  const auto found = logins.find(login);
  if (found == logins.end())
    return;
  const auto ticket = std::move(found->second.ticket);
  logins.erase(found);
  ticket->answer(std::move(outcome));
}

deadline ask_until(const login_ptr& ticket) {
  return ticket->expires - reserve;
}

/// What throws is the end of that login, not of the others.
template <class F>
void guarded(self_ptr self, std::uint64_t login, F run) {
  try {
    run();
  } catch (const std::exception& error) {
    log::error("login: {}", error.what());
    finish(self, login, fail(ec::internal));
  }
}

void redeem(self_ptr self, login_ptr ticket) {
  auto& st = self->state;
  if (st.logins.size() >= st.options.max_logins)
    return ticket->answer(fail(ec::overloaded));
  const auto login = st.next++;
  st.logins.emplace(login, login_desk_state::login{ticket, {}});
  guarded(self, login, [&] {
    st.options.source.exchange(
        ticket->code, ask_until(ticket),
        [me = login_desk_actor{self}, login](result<battlenet::user_token> outcome) {
          caf::anon_send(me, atom::response_v, login_token{login, std::move(outcome)});
        });
  });
}

void identify(self_ptr self, const login_token& got) {
  auto* login = find(self, got.login);
  if (!login)
    return;
  if (!got.outcome)
    return finish(self, got.login, fail(got.outcome.error()));
  if (!got.outcome->shares_profile)
    return finish(
        self, got.login, fail(ec::forbidden, "Access to the characters was not allowed"));
  login->token = got.outcome->value;
  guarded(self, got.login, [&] {
    self->state.options.source.identify(
        login->token, ask_until(login->ticket),
        [me = login_desk_actor{self},
         number = got.login](result<battlenet::user_info> outcome) {
          caf::anon_send(me, atom::response_v, login_user{number, std::move(outcome)});
        });
  });
}

/// Names of digits alone are ids.
bool is_battletag(const std::string& name) {
  return name.find_first_not_of("0123456789") != std::string::npos;
}

bool is_named(const std::vector<std::string>& admins, const std::string& name) {
  return std::ranges::find(admins, name) != admins.end();
}

/// Stores who has logged in, with the sealed token.
void store(self_ptr self, const login_desk_state::login& login, const login_user& got) {
  auto& st = self->state;
  const auto& who = *got.outcome;
  domain::arrival arrival{
      .account = who.id,
      .battletag = who.battletag,
      .region = login.ticket->region,
      .sealed_token = st.options.seals->seal(login.token, domain::seal_context(who.id)),
      .becomes_admin = is_named(*st.options.admins.get(), std::to_string(who.id.value)),
      .named_by_tag =
          is_battletag(who.battletag) && is_named(*st.options.admins.get(), who.battletag)};
  st.options.store->ask(
      domain::record_login{std::move(arrival)}, ask_until(login.ticket),
      [me = login_desk_actor{self}, number = got.login](result<domain::standing> outcome) {
        caf::anon_send(me, atom::settled_v, login_recorded{number, std::move(outcome)});
      });
}

void record(self_ptr self, const login_user& got) {
  const auto* login = find(self, got.login);
  if (!login)
    return;
  if (!got.outcome)
    return finish(self, got.login, fail(got.outcome.error()));
  guarded(self, got.login, [&] { store(self, *login, got); });
}

void wait_for_characters(self_ptr self, const login_recorded& got) {
  auto& st = self->state;
  auto* login = find(self, got.login);
  if (!login)
    return;
  if (!got.outcome)
    return finish(self, got.login, fail(got.outcome.error()));
  login->who = *got.outcome;
  const login_desk_actor me{self};
  const auto left = ask_until(login->ticket) - self->clock().now();
  const auto wait = std::min<deadline::duration>(st.options.onboarding_wait, left);
  const bool under_way =
      st.options.onboard({got.outcome->id, login->token, [me, number = got.login] {
                            caf::anon_send(me, atom::finished_v, number);
                          }});
  if (!under_way || wait <= deadline::duration::zero())
    return finish(self, got.login, *got.outcome);
  self->delayed_send(me, wait, atom::finished_v, got.login);
}

} // namespace

login_desk_actor::behavior_type login_desk(self_ptr self, login_desk_options options) {
  set_actor_defaults(self);
  self->state.options = std::move(options);
  return {
      [self](atom::login, const login_ptr& ticket) { redeem(self, ticket); },
      [self](atom::response, const login_token& got) { identify(self, got); },
      [self](atom::response, const login_user& got) { record(self, got); },
      [self](atom::settled, const login_recorded& got) { wait_for_characters(self, got); },
      [self](atom::finished, std::uint64_t login) {
        if (const auto* known = find(self, login); known && known->who)
          finish(self, login, *known->who);
      },
  };
}

void desk_login_port::log_in(
    std::string code, domain::region where, deadline expires,
    domain::completion<domain::standing> done) {
  auto ticket =
      std::make_shared<login_ticket>(std::move(code), where, expires, std::move(done));
  if (const auto desk = desk_.get())
    caf::anon_send(desk, atom::login_v, std::move(ticket));
}

} // namespace guildhall::actors
