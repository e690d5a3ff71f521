#include "actors/sync/retention_sweeper.hpp"

#include "actors/defaults.hpp"

namespace guildhall::actors {

namespace {

constexpr int step_size = 200;
constexpr std::chrono::seconds step_patience{30};
constexpr std::chrono::milliseconds between_steps{50};
constexpr std::chrono::minutes retry_interval{1};

using self_ptr = retention_sweeper_actor::stateful_pointer<retention_sweeper_state>;

void sweep_in(self_ptr self, std::chrono::milliseconds wait) {
  self->delayed_send(retention_sweeper_actor{self}, wait, atom::tick_v, ++self->state.timer);
}

/// "3 characters, 200 logins": what is none is left out.
std::string spell(const domain::sweep_report& report) {
  std::string out;
  for (const auto& kind : domain::sweep_report::kinds)
    if (report.*kind.rows > 0)
      out += (out.empty() ? "" : ", ") + std::to_string(report.*kind.rows) + ' '
           + std::string{kind.name};
  return out;
}

void take_step(self_ptr self, const sweep_result& step) {
  auto& st = self->state;
  if (!step) {
    log::warn("retention: a sweep failed: {}", message_of(step.error()));
    sweep_in(self, retry_interval);
    return;
  }
  for (std::size_t i = 0; i < st.erased.size(); ++i)
    st.erased[i]->Increment(static_cast<double>((*step).*domain::sweep_report::kinds[i].rows));
  st.total += *step;
  if (step->rows() > 0) {
    sweep_in(self, between_steps);
    return;
  }
  if (st.total.rows() > 0)
    log::info("retention: erased {}", spell(st.total));
  st.total = {};
  st.last_sweep->SetToCurrentTime();
  sweep_in(self, st.options.interval);
}

} // namespace

retention_sweeper_state::retention_sweeper_state(self_ptr) {}

retention_sweeper_actor::behavior_type retention_sweeper(
    self_ptr self, domain::sync_port* store, retention_sweeper_options options,
    metrics* numbers) {
  set_actor_defaults(self);
  auto& st = self->state;
  st.store = store;
  st.options = options;
  for (std::size_t i = 0; i < st.erased.size(); ++i)
    st.erased[i] = &numbers->counter(
        "sweep_erased_total", "Rows that the retention sweep erased or deleted",
        {{"kind", std::string{domain::sweep_report::kinds[i].name}}});
  st.last_sweep =
      &numbers->gauge("sweep_finished_timestamp_seconds", "When the last sweep was complete");
  sweep_in(self, std::chrono::milliseconds{0});
  return {
      [self](atom::swept, const sweep_result& step) { take_step(self, step); },
      [self](atom::tick, std::uint64_t timer) {
        auto& state = self->state;
        if (timer == state.timer)
          state.store->ask(
              domain::sweep{step_size, state.options.erase_after, state.options.audit_after},
              self->clock().now() + step_patience,
              reply_to(retention_sweeper_actor{self}, atom::swept_v));
      },
  };
}

} // namespace guildhall::actors
