#include "actors/root_supervisor.hpp"

#include "actors/battlenet/battlenet_gateway.hpp"
#include "actors/sync/period_watch.hpp"

namespace guildhall::actors {

namespace {

constexpr std::chrono::seconds sync_retry{60};
/// Those of the storage finish within two seconds or are interrupted.
constexpr std::chrono::milliseconds of_storage_shutdown{3'000};
/// A supervisor's own time to stop: its children's, one after the other.
constexpr std::chrono::milliseconds storage_shutdown{10'000};
constexpr std::chrono::milliseconds sync_shutdown{6'000};
/// What the front end may need beyond the times that it is given.
constexpr std::chrono::milliseconds front_end_reserve{2'000};
static_assert(
    longest_stop >= sync_shutdown + 2 * front_end_reserve + storage_shutdown,
    "whoever waits for the end waits long enough");

/// "battlenet_gateway eu" is a battlenet_gateway.
prometheus::Counter& restarts_of(const std::string& child, metrics& numbers) {
  return numbers.counter(
      "actor_restarts_total", "Actors that ended and were started again",
      {{"actor", child.substr(0, child.find(' '))}});
}

/// Counts the ends of its children, from zero on.
void count_restarts(supervisor_options& tree, metrics& numbers) {
  for (const auto& child : tree.children)
    restarts_of(child.name, numbers);
  tree.on_restart = [&numbers](const std::string& child) {
    restarts_of(child, numbers).Increment();
  };
}

/// Spawns a child of a supervisor and gives its handle as the supervisor keeps it.
template <class Handle>
caf::actor as_child(const Handle& handle) {
  return caf::actor_cast<caf::actor>(handle);
}

/// Spawns a child that blocks, on a thread of its own unless a test runs it scheduled.
template <class... Args>
caf::actor spawn_blocking(caf::event_based_actor* self, bool detached, Args... args) {
  return detached ? as_child(self->spawn<caf::detached>(std::move(args)...))
                  : as_child(self->spawn(std::move(args)...));
}

supervisor_options storage_tree(
    const std::shared_ptr<const service_options>& how, service_slots& slots, metrics& numbers) {
  supervisor_options tree{
      .name = "storage",
      .strategy = restart_strategy::one_for_one,
      .max_restarts = 10,
      .period = std::chrono::seconds{60},
      .children = {}};
  const auto add_pool = [&](const char* name, db_pool_options storage_options::*which,
                            db_pool_slot& slot) {
    tree.children.push_back(
        {name,
         [how, which, &slot, &numbers](caf::event_based_actor* self) {
           auto pool = spawn_db_pool(self->system(), how->storage.*which, numbers);
           slot.put(pool);
           return as_child(pool.actor);
         },
         of_storage_shutdown});
  };
  add_pool("reader_pool", &storage_options::readers, slots.readers);
  add_pool("writer_pool", &storage_options::writers, slots.writers);
  tree.children.push_back(
      {"change_listener",
       [how](caf::event_based_actor* self) {
         return spawn_blocking(
             self, how->detached, change_listener, how->storage.changes, how->storage.sink);
       },
       of_storage_shutdown});
  count_restarts(tree, numbers);
  return tree;
}

supervisor_options serving_tree(
    const std::shared_ptr<const service_options>& how, service_slots& slots, metrics& numbers) {
  supervisor_options tree{
      .name = "serving",
      .strategy = restart_strategy::one_for_one,
      .max_restarts = 3,
      .period = std::chrono::seconds{60},
      .children = {}};
  if (how->serving->login)
    tree.children.push_back({"login_desk", [how, &slots](caf::event_based_actor* self) {
                               auto options = *how->serving->login;
                               options.onboard = [&slots](onboarding_request asked) {
                                 const auto whom = slots.onboarder.get();
                                 if (whom)
                                   caf::anon_send(whom, atom::onboard_v, std::move(asked));
                                 return static_cast<bool>(whom);
                               };
                               auto desk = self->spawn(login_desk, std::move(options));
                               slots.login_desk.put(desk);
                               return as_child(desk);
                             }});
  tree.children.push_back(
      {"http_front_end",
       [how](caf::event_based_actor* self) {
         return spawn_blocking(
             self, how->detached, http_front_end,
             http_front_end_options{
                 .start = how->serving->start,
                 .before_drain = how->serving->before_drain,
                 .drain_timeout = how->serving->drain_timeout});
       },
       how->serving->drain_delay + how->serving->drain_timeout + front_end_reserve});
  count_restarts(tree, numbers);
  return tree;
}

/// What the children of the sync's supervisor know of each other. Touched on its thread only.
struct sync_handles {
  token_manager_actor tokens;
  rate_limiter_actor limiter;
  std::map<domain::region, battlenet_gateway_actor> gateways;
  environment_ptr environment;
  sync_scheduler_actor scheduler;
};

environment_ptr
make_environment(const sync_options& how, const sync_handles& handles, metrics& numbers) {
  return std::make_shared<const sync_environment>(sync_environment{
      .store = *how.store,
      .numbers = numbers,
      .requests = how.requests,
      .gateways = handles.gateways,
      .settings = how.settings,
      .verify_within = how.verify_within,
      .documents = how.documents,
      .limits = how.limiter.limits,
      .now = how.now,
      .random = how.random});
}

supervisor_options sync_tree(
    const std::shared_ptr<const sync_options>& how, service_slots& slots, metrics& numbers) {
  supervisor_options tree{
      .name = "sync",
      .strategy = restart_strategy::rest_for_one,
      .max_restarts = 5,
      .period = std::chrono::seconds{60},
      .children = {}};
  auto handles = std::make_shared<sync_handles>();
  tree.children.push_back(
      {"token_manager", [how, handles, &numbers](caf::event_based_actor* self) {
         handles->tokens = self->spawn(
             token_manager, token_manager_options{
                                .source = how->tokens,
                                .now = how->now,
                                .numbers = &numbers,
                                .on_verdict = how->on_verdict});
         return as_child(handles->tokens);
       }});
  tree.children.push_back(
      {"rate_limiter", [how, handles, &slots, &numbers](caf::event_based_actor* self) {
         auto options = how->limiter;
         options.now = how->now;
         handles->limiter = self->spawn(rate_limiter, how->store, options, &numbers);
         slots.limiter.put(handles->limiter);
         return as_child(handles->limiter);
       }});
  for (const auto region : how->regions)
    tree.children.push_back(
        {"battlenet_gateway " + std::string{domain::to_string(region)},
         [how, handles, region, &numbers](caf::event_based_actor* self) {
           battlenet_gateway_options options;
           options.region = region;
           options.now = how->now;
           options.store = how->store;
           auto gateway = self->spawn(
               battlenet_gateway, options, how->connect(region), handles->limiter,
               handles->tokens, &numbers);
           handles->gateways.insert_or_assign(region, gateway);
           return as_child(gateway);
         }});
  tree.children.push_back(
      {"sync_scheduler",
       [how, handles, &slots, &numbers](caf::event_based_actor* self) {
         handles->environment = make_environment(*how, *handles, numbers);
         handles->scheduler = self->spawn(sync_scheduler, handles->environment);
         slots.scheduler.put(handles->scheduler);
         caf::anon_send(
             handles->limiter, atom::price_v,
             caf::actor_cast<price_listener_actor>(handles->scheduler));
         return as_child(handles->scheduler);
       },
       scheduler_stops_within});
  for (const auto region : how->regions)
    tree.children.push_back(
        {"period_watch " + std::string{domain::to_string(region)},
         [handles, region](caf::event_based_actor* self) {
           return as_child(
               self->spawn(period_watch, handles->environment, handles->scheduler, region));
         }});
  tree.children.push_back(
      {"retention_sweeper", [how, &numbers](caf::event_based_actor* self) {
         return as_child(self->spawn(retention_sweeper, how->store, how->retention, &numbers));
       }});
  if (how->onboarding)
    tree.children.push_back({"onboarder", [how, handles, &slots](caf::event_based_actor* self) {
                               auto actor = self->spawn(
                                   onboarder, handles->environment, *how->onboarding);
                               slots.onboarder.put(actor);
                               return as_child(actor);
                             }});
  count_restarts(tree, numbers);
  return tree;
}

} // namespace

caf::actor spawn_root_supervisor(
    caf::actor_system& system, service_options options, service_slots& slots,
    metrics& numbers) {
  auto how = std::make_shared<const service_options>(std::move(options));
  supervisor_options root{
      .name = "root",
      .strategy = restart_strategy::rest_for_one,
      .max_restarts = 3,
      .period = std::chrono::seconds{60},
      .children = {},
      .on_give_up = how->on_give_up};
  root.children.push_back(
      {"storage",
       [how, &slots, &numbers](caf::event_based_actor* self) {
         return as_child(self->spawn(supervisor, storage_tree(how, slots, numbers)));
       },
       storage_shutdown});
  if (how->serving)
    root.children.push_back(
        {"serving",
         [how, &slots, &numbers](caf::event_based_actor* self) {
           return as_child(self->spawn(supervisor, serving_tree(how, slots, numbers)));
         },
         how->serving->drain_delay + how->serving->drain_timeout + 2 * front_end_reserve});
  if (how->sync)
    root.children.push_back(
        {"sync",
         [how, &slots, &numbers](caf::event_based_actor* self) {
           const std::shared_ptr<const sync_options> sync{how, &*how->sync};
           return as_child(self->spawn(supervisor, sync_tree(sync, slots, numbers)));
         },
         sync_shutdown, sync_retry});
  count_restarts(root, numbers);
  return system.spawn(supervisor, std::move(root));
}

caf::actor spawn_sync_supervisor(
    caf::actor_system& system, sync_options options, service_slots& slots, metrics& numbers) {
  auto how = std::make_shared<const sync_options>(std::move(options));
  return system.spawn(supervisor, sync_tree(how, slots, numbers));
}

} // namespace guildhall::actors
