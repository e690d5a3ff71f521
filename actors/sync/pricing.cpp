#include "actors/sync/pricing.hpp"

#include "domain/document_kinds.hpp"

namespace guildhall::actors {

namespace {

/// The store solves it every five minutes; whoever asks sooner is told nothing.
constexpr std::chrono::seconds interval{60};

/// What a changed profile costs on top of the look.
double children_of(const sync_environment& environment) {
  return static_cast<double>(domain::child_documents.size() + environment.documents.size());
}

} // namespace

void pricing::look(caf::local_actor* self, const sync_environment& environment) {
  const auto now = self->clock().now();
  if (now - asked_ < interval)
    return;
  asked_ = now;
  auto& numbers = environment.numbers;
  auto& price = numbers.gauge(
      "call_price_hours", "Hours that an unseen change may grow old before a look is worth it");
  auto& demand = numbers.gauge(
      "character_calls_wanted", "Calls an hour that all characters ask for at this price");
  auto& supply = numbers.gauge(
      "character_calls_supplied", "Calls an hour that the budget leaves for characters");
  environment.store.ask(
      domain::price_calls{
          .limits = *environment.limits.get(),
          .floor = domain::floor_price(environment.settings.freshness),
          .children = children_of(environment),
          .guild_interval = environment.settings.guild_interval,
          .bounds = environment.bounds()},
      store_deadline(self),
      [&price, &demand, &supply](const result<std::optional<domain::call_price>>& solved) {
        if (!solved || !*solved)
          return;
        price.Set((*solved)->price);
        demand.Set((*solved)->demand);
        supply.Set((*solved)->supply);
      });
}

} // namespace guildhall::actors
