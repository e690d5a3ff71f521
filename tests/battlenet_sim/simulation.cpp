#include "battlenet_sim/simulation.hpp"

#include "battlenet_sim/control.hpp"
#include "battlenet_sim/edits.hpp"
#include "battlenet_sim/router.hpp"
#include "battlenet_sim/world_maker.hpp"

#include <chrono>
#include <utility>

namespace guildhall::sim {

namespace {

/// The region a request names, as far as it names one that exists.
std::string_view region_of(const request& what) {
  auto name_space = requested_namespace(what);
  auto dash = name_space.rfind('-');
  return dash == std::string_view::npos ? std::string_view{}
                                        : known_region(name_space.substr(dash + 1));
}

/// Half of a document, which is no JSON any more.
body half(const body& whole) {
  auto text = whole.plain();
  text.resize(text.size() / 2);
  return body(std::move(text));
}

} // namespace

std::int64_t world_clock::real_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

simulation::simulation(options given)
    : opts(std::move(given)),
      quota(opts.per_second, opts.per_hour, opts.seed),
      tokens(opts.client_id, opts.client_secret),
      recorded(replay_table::load(opts.replay)) {
  if (!opts.replay.empty())
    return;
  // Within one keystone week a restart finds the same world, a little later.
  const auto& weeks = state.weeks(opts.region);
  auto now_ms = clock.now_ms();
  populate(state, opts, weeks.start_ms(weeks.current(now_ms)) / 1000, now_ms / 1000);
}

std::uint32_t simulation::latency() {
  if (opts.latency_max_ms == 0)
    return 0;
  auto span = opts.latency_max_ms - opts.latency_min_ms + 1;
  return opts.latency_min_ms
       + static_cast<std::uint32_t>(mix(opts.seed, latency_draws_++) % span);
}

reply simulation::handle(const request& what) {
  if (what.path.starts_with("/_sim/"))
    return {control(*this, what), 0, {}};
  auto time_us = world_clock::real_us();
  auto where = parse_target(what.path);
  auto region = namespace_kind(where.what).empty() ? std::string_view{} : region_of(what);
  auto result = answer_for(what, where, region, time_us);
  result.delay_ms += latency();
  auto reset = result.transport.what == fault_action::kind::reset;
  book.add(
      {time_us, class_of(where), reset ? 0 : result.content.status, std::string(region),
       std::move(where.path)});
  return result;
}

answer
simulation::falsified(const request& what, const target& where, const fault_action& wrong) {
  using enum fault_action::kind;
  auto asked = what;
  asked.if_modified_since.clear();
  auto about = where;
  if (wrong.what == instead) {
    asked.path = wrong.text;
    about = parse_target(asked.path);
  }
  auto said = route(*this, about, asked, {});
  if (wrong.what == body) {
    said.status = 200;
    said.content = sim::body(wrong.text);
  }
  if (wrong.what == edit && said.status == 200)
    said.content = sim::body(edited(said.content.plain(), wrong.text));
  if (wrong.what == last_modified)
    said.last_modified = wrong.text;
  return said;
}

reply simulation::answer_for(
    const request& what, const target& where, std::string_view region, std::int64_t time_us) {
  using enum fault_action::kind;
  reply result;
  if (is_budgeted(class_of(where))) {
    auto decision = quota.admit(time_us);
    if (decision == verdict::refused) {
      result.content = error_answer(429);
      return result;
    }
    if (decision == verdict::slowed)
      result.delay_ms += opts.slow_ms;
  }
  auto wrong = faults.strike(where, region);
  if (wrong.what == status) {
    result.content = error_answer(wrong.status);
    result.content.retry_after = wrong.retry_after;
    if (!wrong.body.empty())
      result.content.content = sim::body(wrong.body);
    if (wrong.html)
      result.content.content_type = "text/html;charset=UTF-8";
    return result;
  }
  result.content = is_about_content(wrong.what) ? falsified(what, where, wrong)
                                                : route(*this, where, what, wrong);
  if (wrong.what == delay)
    result.delay_ms += wrong.delay_ms;
  if (wrong.what == broken_json)
    result.content.content = half(result.content.content);
  if (wrong.what == empty_body) {
    result.content.status = 200;
    result.content.content = sim::body();
  }
  result.transport = std::move(wrong);
  return result;
}

} // namespace guildhall::sim
