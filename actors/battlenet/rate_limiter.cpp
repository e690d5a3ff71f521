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
/// Shorter waits are over before another instance has heard of them.
constexpr std::chrono::seconds worth_telling{2};

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

bool has_spendable(const rate_limiter_state& st, std::size_t people) {
  return st.background > 0 || (st.people > 0 && people > 0);
}

/// While everything pauses, nothing is lent: others may need it.
domain::loan_request wanted(const rate_limiter_state& st, clock_time now) {
  const auto closed = st.throttling.closed(now);
  const auto waiting = static_cast<std::int64_t>(st.queue.size(closed));
  if (waiting == 0 || now < st.throttling.paused_until())
    return {};
  const auto people =
      static_cast<std::int64_t>(st.queue.waiting(domain::priority::person, closed));
  const double rate = st.options.limits->rate;
  const auto seconds_of_work = static_cast<std::int64_t>(std::ceil(
      rate * st.throttling.factor(now + loan_length)
      * static_cast<double>(loan_length.count())));
  return {
      .wanted_rate = rate,
      .wanted = std::min(seconds_of_work, waiting + seconds_of_work / 2),
      .wanted_people = std::min(seconds_of_work, people)};
}

/// What the others are to hear with the next loan.
std::optional<domain::slowdown> news(rate_limiter_state& st, clock_time now) {
  if (!std::exchange(st.untold, false))
    return std::nullopt;
  return st.throttling.told(now);
}

void borrow(self_ptr self, clock_time now) {
  auto& st = self->state;
  if (st.borrowing)
    return;
  const auto request = wanted(st, now);
  const bool people = request.wanted_people > 0;
  auto earliest = people ? std::min(st.next_loan, st.next_people_loan) : st.next_loan;
  if (st.untold || st.unheard)
    earliest = std::min(earliest, st.next_telling);
  if (now < earliest) {
    arm(self, earliest);
    return;
  }
  st.borrowing = true;
  st.people_asked = people;
  st.giving_back = request.wanted == 0;
  st.unheard = false;
  const auto unspent = std::exchange(st.background, 0) + std::exchange(st.people, 0);
  const auto met = news(st, now);
  st.store->ask(
      domain::borrow_budget{
          .instance = st.options.instance,
          .request = request,
          .limits = *st.options.limits.get(),
          .unspent = unspent,
          .met = met},
      self->clock().now() + borrow_timeout,
      [me = rate_limiter_actor{self}, told = met.has_value()](loan_reply loan) {
        caf::anon_send(me, atom::loan_v, loan_notice{std::move(loan), told});
      });
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

/// Nobody waits for a region longer than it is closed, or than they want to.
void refuse_closed(self_ptr self, clock_time now) {
  auto& st = self->state;
  std::vector<std::pair<std::uint64_t, clock_time>> refused;
  for (const auto& [id, wish] : st.wishes)
    if (const auto opens = st.throttling.paused_until(wish.request.region);
        opens > now && opens >= wish.request.expires)
      refused.emplace_back(id, opens);
  for (const auto& [id, opens] : refused) {
    st.queue.remove(id);
    failure why{ec::budget_exhausted};
    why.retry_at =
        st.options.now() + std::chrono::duration_cast<std::chrono::microseconds>(opens - now);
    answer(self, id, std::unexpected<failure>(why));
  }
}

/// Whether another one may go now; if not, who or what is waited for is asked or armed.
bool let_one_go(self_ptr self, clock_time now, domain::region_set closed) {
  auto& st = self->state;
  const auto people = st.queue.waiting(domain::priority::person, closed);
  if (st.unheard || !loan_is_live(st, now) || !has_spendable(st, people)) {
    borrow(self, now);
    return false;
  }
  const auto next = st.pacer.next(now);
  if (!next) { // lent requests, but no share of the rate yet
    borrow(self, now);
    return false;
  }
  if (*next > now) {
    arm(self, *next);
    return false;
  }
  const bool people_only = st.background <= 0;
  const auto chosen = st.queue.pop(now, people_only, closed);
  if (!chosen || !st.pacer.take(now))
    return false;
  --(people_only ? st.people : st.background);
  st.granted->Increment();
  answer(self, chosen->id, {});
  return true;
}

/// What nobody needs goes back, or a request now and then would use up the hour.
void return_the_rest(self_ptr self, clock_time now) {
  auto& st = self->state;
  if (st.background + st.people == 0)
    return;
  if (loan_is_live(st, now))
    arm(self, st.loan_ends);
  else
    borrow(self, now);
}

/// The next moment at which something is to be done whoever else does nothing.
void arm_for_waiting(self_ptr self, clock_time now, domain::region_set closed) {
  auto& st = self->state;
  if (const auto first = st.queue.earliest())
    arm(self, *first);
  for (std::size_t i = 0; i < closed.size(); ++i)
    if (closed[i])
      arm(self, st.throttling.paused_until(static_cast<domain::region>(i)));
  if (now < st.throttling.paused_until())
    arm(self, st.throttling.paused_until());
}

void pump(self_ptr self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  for (const auto& late : st.queue.expire(now))
    answer(self, late.id, fail(ec::deadline_expired));
  st.pacer.set_rate(st.rate * st.throttling.factor(now), now);
  const auto closed = st.throttling.closed(now);
  const bool paused = now < st.throttling.paused_until();
  while (!paused && st.queue.size(closed) > 0 && let_one_go(self, now, closed)) {
  }
  const auto waiting = paused ? 0 : st.queue.size(closed);
  st.waiting->Set(static_cast<double>(st.queue.size()));
  st.slowed->Set(st.throttling.factor(now));
  // Ahead of time, so that the loan's end is no pause.
  if (waiting > 0 && now + loan_length / 2 > st.loan_ends)
    borrow(self, now);
  if (st.untold)
    borrow(self, now);
  if (waiting == 0)
    return_the_rest(self, now);
  if (st.queue.size() > 0)
    arm_for_waiting(self, now, closed);
}

/// A permit for somebody who is not there any more would be a request less for the others.
void forget_holder(self_ptr self, const caf::actor_addr& who) {
  auto& st = self->state;
  st.holders.erase(who);
  std::erase_if(st.wishes, [&](const auto& entry) {
    if (entry.second.holder.address() != who)
      return false;
    st.queue.remove(entry.first);
    return true;
  });
  pump(self);
}

/// Small changes are not worth a message.
void tell_price(self_ptr self, double price) {
  auto& st = self->state;
  if (std::abs(price - st.price) <= 0.001 * st.price)
    return;
  st.price = price;
  for (const auto& listener : st.listeners)
    caf::anon_send(listener, atom::price_v, price);
}

/// For whoever looks at the metrics: until when each region is left alone.
void show_pauses(rate_limiter_state& st, clock_time now) {
  for (std::size_t i = 0; i < st.left_alone.size(); ++i) {
    const auto until = st.throttling.paused_until(static_cast<domain::region>(i));
    if (until <= now)
      continue;
    const auto wall =
        st.options.now() + std::chrono::duration_cast<std::chrono::microseconds>(until - now);
    st.left_alone[i]->Set(std::chrono::duration<double>{wall.time_since_epoch()}.count());
  }
}

void take_loan(self_ptr self, const loan_notice& notice) {
  auto& st = self->state;
  const auto& loan = notice.loan;
  const auto now = self->clock().now();
  st.borrowing = false;
  if (!loan) {
    st.next_loan = st.next_people_loan = st.next_telling = now + failed_loan_pause;
    st.untold = st.untold || notice.told;
    if (!loan_is_live(st, now))
      st.rate = 0;
    pump(self);
    return;
  }
  st.background = loan->background;
  st.people = loan->people;
  st.loan_ends = now + loan->valid_for;
  st.next_loan = st.next_people_loan = st.next_telling = now + min_loan_interval;
  st.rate = loan->rate;
  st.throttling.adopt(loan->slowed, now);
  show_pauses(st, now);
  refuse_closed(self, now);
  st.hour_spent->Set(static_cast<double>(loan->spent_last_hour));
  tell_price(self, loan->price);
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
          .limits = *st.options.limits.get(),
          .unspent = std::exchange(st.background, 0) + std::exchange(st.people, 0),
          .met = news(st, self->clock().now())},
      self->clock().now() + borrow_timeout, [](const loan_reply&) {});
}

void report(
    const rate_limiter_state& st, const answer_notice& notice, domain::throttling::degree what,
    clock_time now) {
  using enum domain::throttling::degree;
  const auto where = domain::to_string(notice.region);
  if (what == slow)
    log::info("battle.net answers 429; asked at {:.2f} of the rate", st.throttling.factor(now));
  if (what == pause)
    log::warn("battle.net answers 429 to most requests; everything waits");
  if (what == region)
    log::warn("battle.net {}: answers 429 to most requests; it is left alone", where);
}

/// Once for each time that it is obeyed.
void report_wish(const rate_limiter_state& st, const answer_notice& notice, clock_time now) {
  const auto left = st.throttling.paused_until(notice.region) - now;
  log::warn(
      "battle.net {}: wants to be left alone for {} s, and is for {} s",
      domain::to_string(notice.region), notice.retry_after->count(),
      std::chrono::ceil<std::chrono::seconds>(left).count());
}

void take_answer(self_ptr self, const answer_notice& notice) {
  using degree = domain::throttling::degree;
  auto& st = self->state;
  const auto now = self->clock().now();
  if (notice.throttled)
    st.throttled->Increment();
  const auto what = st.throttling.note(notice.region, notice.sent, notice.throttled, now);
  const bool closes =
      notice.retry_after
      && st.throttling.pause_region(notice.region, notice.sent, *notice.retry_after, now);
  if (what == degree::none && !closes)
    return;
  report(st, notice, what, now);
  const bool is_long = closes && *notice.retry_after >= worth_telling;
  if (is_long)
    report_wish(st, notice, now);
  show_pauses(st, now);
  const bool lasts = what != degree::none && what != degree::wait;
  st.untold = st.untold || lasts || is_long;
  refuse_closed(self, now);
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
  st.slowed = &numbers->gauge(
      "battlenet_rate_factor", "What answers with status 429 have left of the rate, 1 for all");
  st.throttled = &numbers->counter("battlenet_throttled_total", "Answers with status 429");
  for (std::size_t i = 0; i < st.left_alone.size(); ++i)
    st.left_alone[i] = &numbers->gauge(
        "battlenet_left_alone_until_seconds", "Unix time until which 429s close a region",
        {{"region", std::string{domain::to_string(static_cast<domain::region>(i))}}});
  self->set_down_handler([self](caf::down_msg& down) { forget_holder(self, down.source); });
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
        if (state.holders.insert(holder.address()).second)
          self->monitor(holder);
        const auto id = state.next_id++;
        state.queue.push(
            {.id = id,
             .priority = request.priority,
             .group = request.group,
             .remaining = request.remaining,
             .region = request.region,
             .since = self->clock().now(),
             .expires = request.expires});
        state.wishes.emplace(id, rate_limiter_state::wish{request, holder});
        if (const auto now = self->clock().now(); state.throttling.closed(now).any())
          refuse_closed(self, now);
        pump(self);
      },
      [self](atom::answered, const answer_notice& notice) { take_answer(self, notice); },
      [self](atom::wake) {
        // Without a loan nothing goes out before the next one, which tells as well.
        self->state.unheard = true;
        if (loan_is_live(self->state, self->clock().now()))
          borrow(self, self->clock().now());
      },
      [self](atom::price, const price_listener_actor& listener) {
        self->state.listeners.push_back(listener);
        caf::anon_send(listener, atom::price_v, self->state.price);
      },
      [self](atom::loan, const loan_notice& notice) { take_loan(self, notice); },
      [self](atom::tick, std::uint64_t timer) {
        if (timer != self->state.timer)
          return;
        self->state.armed = false;
        pump(self);
      },
  };
}

} // namespace guildhall::actors
