#pragma once

#include "actors/bridge.hpp"
#include "actors/interfaces.hpp"
#include "battlenet/request.hpp"
#include "core/config.hpp"
#include "core/live.hpp"
#include "core/metrics.hpp"
#include "domain/sync_port.hpp"
#include "domain/verdict.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::actors {

/// What every actor of the sync works with; built once by the sync's supervisor, never changed.
struct sync_environment {
  domain::sync_port& store;
  metrics& numbers;
  battlenet::request_factory requests;
  std::map<domain::region, battlenet_gateway_actor> gateways;

  sync_config settings{};
  /// Within it a character's identity is proven again.
  std::chrono::seconds verify_within{14 * 86400};
  std::vector<domain::document> documents{};  ///< optional ones that are mirrored
  live<domain::budget_limits> limits{};       ///< of all instances together
  std::function<time_point()> now = wall_now; ///< wall time; virtual in tests
  std::function<double()> random;             ///< uniform in [0, 1), any thread

  /// Which guilds of users are tracked by themselves.
  domain::discovery discovery() const {
    return {settings.track_discovered == "of_users", settings.max_guilds};
  }
  /// The regions that are synced here.
  std::vector<domain::region> regions() const;
  /// Between them a character is looked at, whatever a call costs.
  domain::interval_bounds bounds() const {
    return {.longest = verify_within};
  }
  /// What characters of a guild are checked by, at this price of a call (0: not told yet).
  domain::crawl_terms terms(double price, const domain::hour_counts& played) const;
  /// When what failed `failures` times in a row is tried again.
  time_point retry_at(domain::failure_class why, int failures) const;
};
using environment_ptr = std::shared_ptr<const sync_environment>;

/// How long a fetch may wait for its turn and its answer.
inline constexpr std::chrono::seconds fetch_patience{90};
/// How long a write may wait for the database.
inline constexpr std::chrono::seconds store_patience{30};

// Deadlines count from the actors' clock, which tests turn by hand.
inline deadline fetch_deadline(caf::local_actor* self) {
  return self->clock().now() + fetch_patience;
}
inline deadline store_deadline(caf::local_actor* self) {
  return self->clock().now() + store_patience;
}

/// Asks the store; the answer comes to `self` under `reply`.
template <class Self, domain::operation Operation, class Atom>
void ask(Self* self, domain::sync_port& store, Operation what, Atom reply) {
  store.ask(
      std::move(what), store_deadline(self), reply_to(typename Self::actor_hdl{self}, reply));
}
/// The same without waiting for the answer.
template <domain::operation Operation>
void tell(caf::local_actor* self, domain::sync_port& store, Operation what) {
  store.ask(std::move(what), store_deadline(self), [](const auto&) {});
}

/// Asks the gateway of the request's region, with the deadline of a fetch. `on_reply` runs once
/// on `self`'s thread: with `unavailable` where there is no gateway, or not any more.
template <class Self, class OnReply>
void fetch(
    Self* self, const sync_environment& environment, fetch_request wish, OnReply on_reply) {
  const auto gateway = environment.gateways.find(wish.what.region);
  if (gateway == environment.gateways.end()) {
    on_reply(fetch_reply{fail(ec::unavailable, "This region is not configured")});
    return;
  }
  wish.expires = fetch_deadline(self);
  self->request(
          gateway->second, fetch_patience + std::chrono::seconds{10}, atom::fetch_v,
          std::move(wish))
      .then(
          [on_reply](const fetch_reply& reply) { on_reply(reply); },
          [on_reply](const caf::error&) { on_reply(fetch_reply{fail(ec::unavailable)}); });
}

/// The answer as the rules of verdicts take it, in the time of the work that it is about; only
/// for one that brought no document. `clock_ahead`: that work's.
domain::failed_answer
failed_answer_of(const battlenet::answer& answer, std::chrono::microseconds clock_ahead);

/// Failures that the next character would meet as well.
bool is_of_the_surroundings(ec code) noexcept;

/// What a failed document means for its retry. Nothing for an answer that is no failure.
std::optional<domain::failure_class> failure_class_of(battlenet::outcome what) noexcept;

/// An answer with status 200 as the document that it brought, read at `now`.
domain::fetched_document document_of(
    domain::document what, const battlenet::answer& answer, time_point now,
    domain::unread left_out);

/// The leases of what was claimed.
template <class Range>
std::vector<domain::lease> leases_of(const Range& claimed) {
  std::vector<domain::lease> leases;
  for (const auto& work : claimed)
    leases.push_back(work.lease);
  return leases;
}

} // namespace guildhall::actors
