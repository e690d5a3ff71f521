#include "actors/battlenet/rate_limiter.hpp"

#include "actors/bridge.hpp"
#include "actors/defaults.hpp"
#include "core/crypto.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace guildhall::actors {

namespace {

/// A loan is asked for this many seconds of work, and again when half of its time is over.
constexpr std::chrono::seconds loan_length{4};
/// How soon after a loan the next may be asked for: a growing demand is not kept waiting.
constexpr std::chrono::milliseconds min_loan_interval{250};
/// Until the database answers again, or a spent hour has moved on.
constexpr std::chrono::milliseconds failed_loan_pause{1'000};
constexpr std::chrono::seconds spent_hour_pause{10};
constexpr std::chrono::seconds borrow_timeout{5};
constexpr std::chrono::seconds longest_throttle{60};
constexpr std::chrono::seconds longest_retry_after{3'600};
constexpr std::chrono::seconds throttle_memory{10};
constexpr int max_throttles = 7;

using self_ptr = rate_limiter_actor::stateful_pointer<rate_limiter_state>;
using clock_time = rate_limiter_state::clock_time;

void answer(self_ptr self, std::uint64_t id, result<void> word) {
  auto& st = self->state;
  const auto found = st.wishes.find(id);
  if (found == st.wishes.end())
    return;
  auto wish = std::move(found->second);
  st.wishes.erase(found);
  caf::anon_send(wish.holder, atom::granted_v, permit{wish.request.ticket, std::move(word)});
}

void arm(self_ptr self, clock_time when) {
  auto& st = self->state;
  if (st.armed && st.armed_for <= when)
    return;
  const auto now = self->clock().now();
  st.armed = true;
  st.armed_for = when;
  self->delayed_send(
      rate_limiter_actor{self}, std::max(when - now, clock_time::duration{0}), atom::tick_v,
      ++st.timer);
}

bool loan_is_live(const rate_limiter_state& st, clock_time now) {
  return now < st.loan_ends;
}

bool has_spendable(const rate_limiter_state& st) {
  return st.background > 0 || (st.people > 0 && st.queue.waiting(domain::priority::person) > 0);
}

void borrow(self_ptr self, clock_time now) {
  auto& st = self->state;
  if (st.borrowing)
    return;
  const auto waiting = static_cast<std::int64_t>(st.queue.size());
  const auto people = static_cast<std::int64_t>(st.queue.waiting(domain::priority::person));
  const auto earliest = people > 0 ? std::min(st.next_loan, st.next_people_loan) : st.next_loan;
  if (now < earliest) {
    arm(self, earliest);
    return;
  }
  st.borrowing = true;
  st.people_asked = people > 0;
  st.giving_back = waiting == 0;
  const auto seconds_of_work = static_cast<std::int64_t>(
      std::ceil(st.options.limits.rate * static_cast<double>(loan_length.count())));
  const auto unspent = std::exchange(st.background, 0) + std::exchange(st.people, 0);
  st.store->ask(
      domain::borrow_budget{
          .instance = st.options.instance,
          .request =
              {.wanted_rate = st.giving_back ? 0.0 : st.options.limits.rate,
               .wanted = st.giving_back
                           ? 0
                           : std::min(seconds_of_work, waiting + seconds_of_work / 2),
               .wanted_people = std::min(seconds_of_work, people)},
          .limits = st.options.limits,
          .unspent = unspent},
      self->clock().now() + borrow_timeout, reply_to(rate_limiter_actor{self}, atom::loan_v));
}

/// The background is told when to come back; people go on waiting for their reserve.
void refuse_background(self_ptr self, clock_time now) {
  auto& st = self->state;
  failure why{ec::budget_exhausted};
  why.retry_at =
      self->state.options.now()
      + std::chrono::duration_cast<std::chrono::microseconds>(
          std::max<clock_time::duration>(st.next_loan - now, std::chrono::seconds{1}));
  std::vector<std::uint64_t> refused;
  for (const auto& [id, wish] : st.wishes)
    if (wish.request.priority != domain::priority::person)
      refused.push_back(id);
  for (const auto id : refused) {
    st.queue.remove(id);
    answer(self, id, std::unexpected<failure>(why));
  }
}

void pump(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  for (const auto& late : st.queue.expire(now))
    answer(self, late.id, fail(ec::deadline_expired));
  while (st.queue.size() > 0) {
    if (!loan_is_live(st, now) || !has_spendable(st)) {
      borrow(self, now);
      break;
    }
    const auto next = st.pacer.next(now);
    if (!next) { // lent requests, but no share of the rate yet
      borrow(self, now);
      break;
    }
    if (*next > now) {
      arm(self, *next);
      break;
    }
    const bool people_only = st.background <= 0;
    const auto chosen = st.queue.pop(now, people_only);
    if (!chosen || !st.pacer.take(now))
      break;
    --(people_only ? st.people : st.background);
    st.granted->Increment();
    answer(self, chosen->id, {});
  }
  st.waiting->Set(static_cast<double>(st.queue.size()));
  // Ahead of time, so that the loan's end is no pause.
  if (st.queue.size() > 0 && now + loan_length / 2 > st.loan_ends)
    borrow(self, now);
  // What nobody needs goes back, or a request now and then would use up the hour.
  if (st.queue.size() == 0 && st.background + st.people > 0) {
    if (loan_is_live(st, now))
      arm(self, st.loan_ends);
    else
      borrow(self, now);
  }
}

void tell_stretch(self_ptr self, double stretch) {
  auto& st = self->state;
  if (std::abs(stretch - st.stretch) < 0.01)
    return;
  st.stretch = stretch;
  for (const auto& listener : st.listeners)
    caf::anon_send(listener, atom::stretch_v, stretch);
}

void take_loan(self_ptr self, const loan_reply& loan) {
  auto& st = self->state;
  const auto now = self->clock().now();
  st.borrowing = false;
  if (!loan) {
    st.next_loan = st.next_people_loan = now + failed_loan_pause;
    if (!loan_is_live(st, now))
      st.pacer.set_rate(0, now);
    pump(self);
    return;
  }
  st.background = loan->background;
  st.people = loan->people;
  st.loan_ends = now + loan->valid_for;
  st.next_loan = st.next_people_loan = now + min_loan_interval;
  st.pacer.set_rate(loan->rate, now);
  st.hour_spent->Set(static_cast<double>(loan->spent_last_hour));
  tell_stretch(
      self, domain::interval_stretch(
                loan->spent_last_hour, loan->hour_limit, st.options.limits.people_share));
  if (!st.giving_back && loan->background == 0) { // of the hour, only the reserve is left
    st.next_loan = now + spent_hour_pause;
    if (st.people_asked && loan->people == 0)
      st.next_people_loan = st.next_loan;
    refuse_background(self, now);
  }
  pump(self);
}

/// At an orderly end the others have the rate and the unspent requests at once. After a crash
/// they wait until the share has run out.
void give_back(self_ptr self) {
  auto& st = self->state;
  st.store->ask(
      domain::borrow_budget{
          .instance = st.options.instance,
          .request = {.wanted_rate = 0, .wanted = 0, .wanted_people = 0},
          .limits = st.options.limits,
          .unspent = std::exchange(st.background, 0) + std::exchange(st.people, 0)},
      self->clock().now() + borrow_timeout, [](const loan_reply&) {});
}

void throttle(self_ptr self, const throttle_notice& notice) {
  auto& st = self->state;
  const auto now = self->clock().now();
  st.throttled->Increment();
  if (now < st.throttled_until && !notice.retry_after)
    return; // an answer to a request sent before the pause tells nothing new
  if (now >= st.throttled_until) {
    const bool calm = now > st.throttled_until + throttle_memory;
    st.throttles = calm ? 1 : std::min(st.throttles + 1, max_throttles);
  }
  const auto own = std::min(std::chrono::seconds{1 << (st.throttles - 1)}, longest_throttle);
  const auto asked =
      std::min(notice.retry_after.value_or(std::chrono::seconds{0}), longest_retry_after);
  st.throttled_until = std::max(st.throttled_until, now + std::max(own, asked));
  st.pacer.pause_until(st.throttled_until);
  pump(self);
}

} // namespace

rate_limiter_state::rate_limiter_state(self_ptr) {}

rate_limiter_actor::behavior_type rate_limiter(
    self_ptr self, domain::sync_port* store, rate_limiter_options options, metrics* numbers) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.options = std::move(options);
  // What an earlier life of this limiter still writes must not touch this one's share.
  st.options.instance += '-' + crypto::random_hex(4);
  st.store = store;
  st.waiting = &numbers->gauge("battlenet_waiting", "Requests waiting for the budget");
  st.hour_spent = &numbers->gauge(
      "battlenet_hour_spent", "Requests lent in the last hour over all instances");
  st.granted = &numbers->counter("battlenet_granted_total", "Requests the budget let through");
  st.throttled = &numbers->counter("battlenet_throttled_total", "Answers with status 429");
  self->set_exit_handler([self](caf::exit_msg& message) {
    give_back(self);
    self->quit(std::move(message.reason));
  });

  return {
      [self](atom::acquire, const permit_request& request, const permit_holder_actor& holder) {
        auto& state = self->state;
        if (state.queue.size() >= state.options.max_queue) {
          failure why{ec::overloaded};
          why.retry_at = self->state.options.now() + std::chrono::seconds{5};
          caf::anon_send(
              holder, atom::granted_v,
              permit{request.ticket, result<void>{std::unexpected<failure>(why)}});
          return;
        }
        const auto id = state.next_id++;
        state.queue.push(
            {.id = id,
             .priority = request.priority,
             .group = request.group,
             .remaining = request.remaining,
             .since = self->clock().now(),
             .expires = request.expires});
        state.wishes.emplace(id, rate_limiter_state::wish{request, holder});
        pump(self);
      },
      [self](atom::throttled, const throttle_notice& notice) { throttle(self, notice); },
      [self](atom::stretch, const stretch_listener_actor& listener) {
        self->state.listeners.push_back(listener);
        caf::anon_send(listener, atom::stretch_v, self->state.stretch);
      },
      [self](atom::loan, const loan_reply& loan) { take_loan(self, loan); },
      [self](atom::tick, std::uint64_t timer) {
        if (timer != self->state.timer)
          return;
        self->state.armed = false;
        pump(self);
      },
  };
}

} // namespace guildhall::actors
