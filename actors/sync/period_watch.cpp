#include "actors/sync/period_watch.hpp"

#include "actors/defaults.hpp"
#include "domain/payload.hpp"

namespace guildhall::actors {

namespace {

constexpr std::chrono::minutes look_interval{30};
constexpr std::chrono::minutes retry_interval{2};
constexpr std::chrono::hours realms_interval{24};

using self_ptr = period_watch_actor::stateful_pointer<period_watch_state>;

void look_in(self_ptr self, std::chrono::seconds wait) {
  self->delayed_send(period_watch_actor{self}, wait, atom::tick_v, ++self->state.timer);
}

void take_answer(self_ptr self, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply || reply->outcome != battlenet::outcome::ok) {
    look_in(self, retry_interval);
    return;
  }
  const auto period = domain::parse_current_period(reply->body);
  if (!period) {
    log::warn("M+ period of {}: {}", domain::to_string(st.region), message_of(period.error()));
    look_in(self, look_interval);
    return;
  }
  st.period = *period;
  caf::anon_send(st.scheduler, atom::period_v, period_notice{st.region, *period});
  ask(self, st.environment->store, domain::set_period{st.region, *period}, atom::settled_v);
}

void take_realms(self_ptr self, const fetch_reply& reply) {
  auto& st = self->state;
  if (!reply || reply->outcome != battlenet::outcome::ok)
    return; // asked again at the next look
  auto list = domain::parse_realm_index(reply->body);
  if (list)
    ask(self, st.environment->store,
        domain::set_realms{st.region, std::move(list->realms), list->whole}, atom::written_v);
  else
    log::warn("realms of {}: {}", domain::to_string(st.region), message_of(list.error()));
}

void look_at_realms(self_ptr self) {
  auto& st = self->state;
  if (st.realms_seen && self->clock().now() - *st.realms_seen < realms_interval)
    return;
  fetch(
      self, *st.environment,
      {.what = st.environment->requests.realm_index(st.region),
       .if_modified_since = {},
       .priority = domain::priority::roster},
      [self](const fetch_reply& reply) { take_realms(self, reply); });
}

void look(self_ptr self) {
  auto& st = self->state;
  look_at_realms(self);
  fetch(
      self, *st.environment,
      {.what = st.environment->requests.period_index(st.region),
       .if_modified_since = {},
       .priority = domain::priority::roster},
      [self](const fetch_reply& reply) { take_answer(self, reply); });
}

} // namespace

period_watch_state::period_watch_state(self_ptr) {}

period_watch_actor::behavior_type period_watch(
    self_ptr self, environment_ptr environment, sync_scheduler_actor scheduler,
    domain::region region) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.environment = std::move(environment);
  st.scheduler = std::move(scheduler);
  st.region = region;
  look(self);
  return {
      [self](atom::settled, const period_stored& is_new) {
        auto& state = self->state;
        if (is_new && *is_new)
          log::info("M+ period of {} is {} now", domain::to_string(state.region), state.period);
        look_in(self, is_new ? std::chrono::seconds{look_interval} : retry_interval);
      },
      [self](atom::written, const store_done& stored) {
        if (stored)
          self->state.realms_seen = self->clock().now();
      },
      [self](atom::tick, std::uint64_t timer) {
        if (timer == self->state.timer)
          look(self);
      },
  };
}

} // namespace guildhall::actors
