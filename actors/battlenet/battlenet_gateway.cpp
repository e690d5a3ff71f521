#include "actors/battlenet/battlenet_gateway.hpp"

#include "actors/bridge.hpp"
#include "actors/defaults.hpp"
#include "domain/document_proof.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

namespace guildhall::actors {

namespace {

constexpr std::chrono::seconds token_timeout{12};

using self_ptr = battlenet_gateway_actor::stateful_pointer<battlenet_gateway_state>;
using battlenet::outcome;

bool is_shown(const battlenet::answer& answer) {
  return answer.outcome == outcome::ok || answer.outcome == outcome::not_modified;
}

bool is_refused(const battlenet::answer& answer) {
  return answer.outcome == outcome::not_found || answer.outcome == outcome::forbidden;
}

void note_doubt(self_ptr self, std::string_view kind, doubt_watch::change what);
void arm_look(self_ptr self);

void finish(self_ptr self, std::uint64_t ticket, fetch_reply reply) {
  auto& st = self->state;
  const auto found = st.fetches.find(ticket);
  if (found == st.fetches.end())
    return;
  auto fetch = std::move(found->second);
  st.fetches.erase(found);
  if (!fetch.canary) {
    fetch.reply.deliver(std::move(reply));
    return;
  }
  note_doubt(
      self, fetch.request.what.kind,
      st.doubt.take_canary(fetch.request, reply && is_shown(*reply), self->clock().now()));
  arm_look(self);
}

void ask_permit(self_ptr self, std::uint64_t ticket) {
  auto& st = self->state;
  const auto& request = st.fetches.at(ticket).request;
  caf::anon_send(
      st.limiter, atom::acquire_v,
      permit_request{
          .ticket = ticket,
          .region = st.options.region,
          .priority = request.priority,
          .group = request.group,
          .remaining = request.remaining,
          .expires = request.expires},
      caf::actor_cast<permit_holder_actor>(battlenet_gateway_actor{self}));
}

void send(self_ptr self, std::uint64_t ticket, const std::string& token) {
  auto& st = self->state;
  const auto found = st.fetches.find(ticket);
  if (found == st.fetches.end())
    return;
  found->second.token = token;
  found->second.sent = self->clock().now();
  const auto& request = found->second.request;
  const auto answered = [me = battlenet_gateway_actor{self}, ticket](battlenet::answer answer) {
    caf::anon_send(me, atom::response_v, gateway_response{ticket, std::move(answer)});
  };
  try {
    st.client->get(request.what, token, request.if_modified_since, request.expires, answered);
  } catch (const std::exception& error) { // that request's affair, whatever it is
    answered(battlenet::unsendable(error.what()));
  }
}

/// A permit has been granted: the token, then the request.
void go(self_ptr self, std::uint64_t ticket, std::string refused_token) {
  if (const auto& own = self->state.fetches.at(ticket).request.user_token; !own.empty())
    return send(self, ticket, std::string{own});
  const auto& known = self->state.token;
  if (known.value != refused_token && self->clock().now() < known.valid_until)
    return send(self, ticket, known.value);
  self->request(
          self->state.tokens, token_timeout, atom::token_v,
          token_request{std::move(refused_token)})
      .then(
          [self, ticket](const token_reply& token) {
            if (token)
              send(self, ticket, *token);
            else
              finish(self, ticket, std::unexpected<failure>(token.error()));
          },
          [self, ticket](const caf::error&) { finish(self, ticket, fail(ec::unavailable)); });
}

void note_breaker(
    self_ptr self, circuit_breaker::change what, const battlenet::answer& answer) {
  auto& st = self->state;
  const auto where = domain::to_string(st.options.region);
  switch (what) {
  case circuit_breaker::change::none:
    return;
  case circuit_breaker::change::opened:
    st.breaker_open->Set(1);
    log::error(
        "battle.net {}: {}; one probe every {} s", where,
        answer.outcome == outcome::forbidden ? "refuses this client or its address (403)"
                                             : "does not answer (" + answer.detail + ")",
        circuit_breaker::probe_interval.count());
    return;
  case circuit_breaker::change::closed:
    st.breaker_open->Set(0);
    log::info("battle.net {}: answers again", where);
    st.doubt.hurry(self->clock().now());
    arm_look(self);
  }
}

failure breaker_failure(self_ptr self) {
  failure why{ec::upstream_down};
  why.retry_at = self->state.options.now()
               + std::chrono::duration_cast<std::chrono::microseconds>(
                     self->state.breaker.next_probe() - self->clock().now());
  return why;
}

void count(self_ptr self, const battlenet_gateway_state::pending& fetch, outcome what) {
  auto& st = self->state;
  st.numbers
      ->counter(
          "battlenet_answers_total", "Answers of Battle.net",
          {{"region", std::string{domain::to_string(st.options.region)}},
           {"kind", std::string{fetch.request.what.kind}},
           {"outcome", std::string{battlenet::to_string(what)}}})
      .Increment();
}

/// What an answer says about Battle.net as a whole, for limiter and breaker.
void note(
    self_ptr self, const battlenet_gateway_state::pending& fetch,
    const battlenet::answer& answer) {
  auto& st = self->state;
  count(self, fetch, answer.outcome);
  const bool throttled = answer.outcome == outcome::throttled;
  if (answer.status != 0)
    caf::anon_send(
        st.limiter, atom::answered_v,
        answer_notice{
            .region = st.options.region,
            .sent = fetch.sent,
            .throttled = throttled,
            .retry_after = throttled ? answer.retry_after : std::nullopt});
  note_breaker(self, st.breaker.take(fetch.request, answer, self->clock().now()), answer);
}

/// It is sent when it has a permit.
void admit(self_ptr self, battlenet_gateway_state::pending fetch) {
  auto& st = self->state;
  fetch.probe = st.breaker.is_open();
  const auto ticket = st.next_ticket++;
  st.fetches.emplace(ticket, std::move(fetch));
  ask_permit(self, ticket);
}

/// Another request for the same fetch. It needs a permit of its own.
void ask_again(self_ptr self, std::uint64_t ticket, bool& once) {
  once = true;
  ask_permit(self, ticket);
}

// --- doubt

void tell_store(self_ptr self, std::optional<domain::report_doubt> what) {
  auto& st = self->state;
  if (!what || !st.options.store)
    return;
  constexpr std::chrono::seconds patience{30};
  st.options.store->ask(
      *what, self->clock().now() + patience,
      [me = battlenet_gateway_actor{self}, over = what->over](result<std::int64_t> due) {
        caf::anon_send(me, atom::doubts_v, doubt_recorded{over, std::move(due)});
      });
}

void report(self_ptr self, std::string_view kind, bool over) {
  auto& st = self->state;
  tell_store(
      self, st.reports.add(
                {.region = st.options.region,
                 .document = std::string{kind},
                 .lasted = st.doubt.lasted(kind, self->clock().now()),
                 .over = over}));
}

void take_recorded(self_ptr self, const doubt_recorded& report) {
  auto& st = self->state;
  const auto where = domain::to_string(st.options.region);
  if (!report.due)
    log::warn(
        "battle.net {}: its doubt is not recorded: {}", where, message_of(report.due.error()));
  else if (report.over && *report.due > 0)
    log::info("battle.net {}: {} entities are due again", where, *report.due);
  tell_store(self, st.reports.next());
}

/// Sooner than what was in question is looked at again, and than what was settling is reported.
constexpr std::chrono::minutes hears_every{1};

/// What another instance met, or this one before it was restarted, is not believed here either.
void ask_for_doubts(self_ptr self) {
  auto& st = self->state;
  if (!st.options.store)
    return;
  st.options.store->ask(
      domain::doubts_in{st.options.region}, self->clock().now() + std::chrono::seconds{30},
      reply_to(battlenet_gateway_actor{self}, atom::doubts_v));
  self->delayed_send(battlenet_gateway_actor{self}, hears_every, atom::doubts_v);
}

/// Without an answer the last one counts for a while.
void take_doubts(self_ptr self, const heard_doubts& heard) {
  if (heard)
    self->state.doubt.hear(*heard, self->clock().now() + 4 * hears_every);
}

void note_doubt(self_ptr self, std::string_view kind, doubt_watch::change what) {
  if (what == doubt_watch::change::none)
    return;
  auto& st = self->state;
  const bool began = what == doubt_watch::change::began;
  const auto where = domain::to_string(st.options.region);
  st.numbers
      ->gauge(
          "battlenet_in_doubt", "1 while what was shown before is 404 or 403, mostly",
          {{"region", std::string{where}}, {"kind", std::string{kind}}})
      .Set(began ? 1 : 0);
  if (began)
    log::error(
        "battle.net {}: most of what it showed before is 404 or 403 now ({}); nothing is "
        "believed to be gone until it answers again",
        where, kind);
  else
    log::info("battle.net {}: is believed again ({})", where, kind);
  report(self, kind, !began);
  arm_look(self);
}

void arm_look(self_ptr self) {
  auto& st = self->state;
  auto next = st.doubt.next_look_at();
  if (next && st.breaker.is_open())
    next = std::max(*next, st.breaker.next_probe());
  if (const auto settled = st.doubt.settles_at())
    next = std::min(next.value_or(*settled), *settled);
  if (!next)
    return;
  const auto wait = std::max(*next - self->clock().now(), deadline::duration::zero());
  self->delayed_send(battlenet_gateway_actor{self}, wait, atom::tick_v, ++st.timer);
}

void send_canary(self_ptr self, battlenet::request what) {
  constexpr std::chrono::seconds patience{30};
  fetch_request request;
  request.what = std::move(what);
  request.priority = domain::priority::roster;
  request.expires = self->clock().now() + patience;
  request.answered_before = true;
  admit(self, {.request = std::move(request), .reply = {}, .canary = true});
}

void look(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  for (const auto kind : st.doubt.note_time(now))
    note_doubt(self, kind, doubt_watch::change::ended);
  for (const auto kind : st.doubt.take_settled(now))
    report(self, kind, true);
  while (st.breaker.may_send(now)) {
    auto due = st.doubt.next_look(now, st.breaker.is_open());
    if (!due)
      break;
    st.breaker.note_sent(now);
    report(self, due->kind, false);
    for (auto& canary : due->canaries)
      send_canary(self, std::move(canary));
  }
  arm_look(self);
}

/// When whatever waits for the canaries is asked for by itself, should nobody make it due
/// before: in about an hour, not all at once.
time_point waits_until(self_ptr self, const battlenet::request& what) {
  constexpr std::chrono::minutes at_least{50};
  constexpr std::size_t spread = 1'200;
  const std::chrono::seconds own{std::hash<std::string>{}(what.target) % spread};
  return self->state.options.now() + at_least + own;
}

battlenet::answer waiting(self_ptr self, const fetch_request& request) {
  auto answer = battlenet::no_response("not asked for: Battle.net is in doubt");
  answer.retry_at = waits_until(self, request.what);
  return answer;
}

/// The answer as the asker gets it: a 404 or 403 proves nothing while Battle.net is in doubt.
battlenet::answer
judged(self_ptr self, const fetch_request& request, battlenet::answer answer) {
  auto& st = self->state;
  const auto now = self->clock().now();
  const auto kind = request.what.kind;
  if (request.user_token.empty())
    note_doubt(self, kind, st.doubt.take(request, answer.outcome, now));
  if (!is_refused(answer))
    return answer;
  answer.kind_is_silent = st.doubt.is_silent(kind, now);
  if (st.doubt.is_doubtful(kind, now)) {
    answer.outcome = outcome::transient;
    answer.detail += ", while Battle.net is in doubt";
    answer.retry_at = waits_until(self, request.what);
  }
  return answer;
}

/// What brings nothing that could be kept proves nothing either: "unchanged" about what was
/// asked for whole, or a body that is no document.
battlenet::answer usable(const fetch_request& request, battlenet::answer answer) {
  const auto refuse = [&](std::string_view why) {
    answer.outcome = outcome::malformed;
    answer.body.clear();
    answer.detail += why;
  };
  if (answer.outcome == outcome::not_modified && request.if_modified_since.empty())
    refuse(", although there was no condition");
  if (answer.outcome == outcome::ok && !domain::may_be_document(answer.body))
    refuse(" with what is no document");
  return answer;
}

void receive(self_ptr self, const gateway_response& response) {
  auto& st = self->state;
  const auto found = st.fetches.find(response.ticket);
  if (found == st.fetches.end())
    return;
  auto& fetch = found->second;
  auto answer = usable(fetch.request, response.answer);
  if (answer.stale && !fetch.resent) {
    st.resent->Increment();
    ask_again(self, response.ticket, fetch.resent);
    return;
  }
  note(self, fetch, answer);
  if (answer.outcome == outcome::unauthorised && fetch.request.user_token.empty()) {
    if (fetch.renewed) {
      finish(self, response.ticket, fail(ec::upstream_unauthorised));
      return;
    }
    if (fetch.token == st.token.value)
      st.token = {};
    ask_again(self, response.ticket, fetch.renewed);
    return;
  }
  if (!fetch.canary)
    answer = judged(self, fetch.request, std::move(answer));
  finish(self, response.ticket, std::move(answer));
}

} // namespace

battlenet_gateway_state::battlenet_gateway_state(self_ptr) {}

battlenet_gateway_state::~battlenet_gateway_state() {
  for (auto& [ticket, fetch] : fetches)
    if (!fetch.canary)
      fetch.reply.deliver(fetch_reply{fail(ec::unavailable)});
  if (client)
    client->close();
}

battlenet_gateway_actor::behavior_type battlenet_gateway(
    self_ptr self, battlenet_gateway_options options,
    std::shared_ptr<battlenet::http_client> client, rate_limiter_actor limiter,
    token_manager_actor tokens, metrics* numbers) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.options = options;
  st.client = std::move(client);
  st.limiter = std::move(limiter);
  st.tokens = std::move(tokens);
  st.numbers = numbers;
  st.breaker_open = &numbers->gauge(
      "battlenet_breaker_open", "1 while the breaker is open",
      {{"region", std::string{domain::to_string(options.region)}}});
  st.resent = &numbers->counter(
      "battlenet_resent_total", "Requests sent again because a kept connection was closed",
      {{"region", std::string{domain::to_string(options.region)}}});

  caf::anon_send(
      st.tokens, atom::token_v,
      caf::actor_cast<token_listener_actor>(battlenet_gateway_actor{self}));

  ask_for_doubts(self);

  return {
      [self](atom::token, const issued_token& token) { self->state.token = token; },
      [self](atom::doubts, const heard_doubts& heard) { take_doubts(self, heard); },
      [self](atom::doubts) { ask_for_doubts(self); },
      [self](atom::doubts, const doubt_recorded& report) { take_recorded(self, report); },
      [self](atom::granted, const permit& word) {
        const auto found = self->state.fetches.find(word.ticket);
        if (found == self->state.fetches.end())
          return;
        if (!word.granted)
          finish(self, word.ticket, std::unexpected<failure>(word.granted.error()));
        else if (self->state.breaker.is_open() && !found->second.probe) // opened since
          finish(self, word.ticket, std::unexpected<failure>(breaker_failure(self)));
        else
          go(self, word.ticket, found->second.renewed ? found->second.token : std::string{});
      },
      [self](atom::fetch, const fetch_request& request) -> caf::result<fetch_reply> {
        auto& state = self->state;
        if (request.user_token.empty()
            && state.doubt.must_wait(request.what, self->clock().now()))
          return fetch_reply{waiting(self, request)};
        if (state.fetches.size() >= state.options.max_pending)
          return fetch_reply{fail(ec::overloaded)};
        const auto now = self->clock().now();
        if (!state.breaker.may_send(now))
          return fetch_reply{std::unexpected<failure>(breaker_failure(self))};
        state.breaker.note_sent(now);
        auto promise = self->make_response_promise<battlenet_gateway_state::promise>();
        admit(self, {.request = request, .reply = promise});
        return promise;
      },
      [self](atom::response, const gateway_response& response) { receive(self, response); },
      [self](atom::tick, std::uint64_t timer) {
        if (timer == self->state.timer)
          look(self);
      },
  };
}

} // namespace guildhall::actors
