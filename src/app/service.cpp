#include "app/service.hpp"

#include "actors/defaults.hpp"
#include "actors/root_supervisor.hpp"
#include "actors/storage/pool_port.hpp"
#include "api/api.hpp"
#include "app/battlenet_clients.hpp"
#include "app/database_gate.hpp"
#include "app/signals.hpp"
#include "battlenet/oauth.hpp"
#include "core/crypto.hpp"
#include "core/log.hpp"
#include "core/seal.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace guildhall::app {

namespace {

/// What the actors may take to stop after the HTTP side has drained.
constexpr std::chrono::seconds stop_grace{25};

/// One more than one, so that a large answer does not wait for a larger one.
constexpr std::size_t workshop_threads = 2;

/// Waits until somebody wants the process to stop, and why.
class stop_request {
public:
  void ask(int status) {
    {
      const std::lock_guard guard{lock_};
      if (!status_)
        status_ = status;
    }
    asked_.notify_all();
  }

  int wait() {
    std::unique_lock guard{lock_};
    asked_.wait(guard, [this] { return status_.has_value(); });
    return *status_;
  }

private:
  std::mutex lock_;
  std::condition_variable asked_;
  std::optional<int> status_;
};

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

api::auth::settings auth_settings_of(const config& cfg) {
  api::auth::settings how{
      .key = cfg.auth.keys.front(),
      .access_lifetime = cfg.auth.access_token_lifetime,
      .refresh_lifetime = cfg.auth.refresh_token_lifetime,
      .authorize_url = {},
      .public_url = cfg.auth.public_url,
      .frontend_url = without_slash(cfg.cors.frontend_url),
      .requests_per_minute = cfg.auth.requests_per_minute,
      .address_header = cfg.auth.address_header};
  if (!cfg.battlenet.client_id.empty())
    how.authorize_url =
        cfg.battlenet.oauth_host
        + battlenet::authorize_target(cfg.battlenet.client_id, redirect_uri_of(cfg));
  return how;
}

domain::discovery discovery_of(const config& cfg) {
  return {cfg.sync.track_discovered == "of_users", cfg.sync.max_guilds};
}

/// Under which the shared budget lends to this process.
std::string instance_name() {
  char host[256]{};
  ::gethostname(host, sizeof host - 1);
  return std::string{host} + '-' + std::to_string(::getpid()) + '-' + crypto::random_hex(4);
}

double uniform_random() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(generator);
}

std::vector<domain::region> regions_of(const config& cfg) {
  std::vector<domain::region> regions;
  for (const auto& name : cfg.battlenet.regions)
    if (const auto region = domain::parse_region(name))
      regions.push_back(*region);
  return regions;
}

actors::sync_options sync_options_of(
    const config& cfg, domain::sync_port& store, std::shared_ptr<battlenet::http_client> oauth,
    boost::asio::io_context& io) {
  actors::sync_options how{
      .store = &store,
      .requests = battlenet::request_factory{cfg.battlenet.locale},
      .tokens = make_token_source(cfg, std::move(oauth)),
      .limiter =
          {.limits =
               {.rate = cfg.budget.requests_per_second,
                .per_hour = cfg.budget.requests_per_hour,
                .people_share = cfg.budget.people_share},
           .max_queue = cfg.budget.max_queue,
           .instance = instance_name()},
      .connect = {},
      .regions = regions_of(cfg),
      .scheduler =
          {.poll_interval = cfg.sync.poll_interval,
           .max_guilds_at_once = cfg.sync.max_guilds_at_once},
      .retention =
          {.interval = cfg.retention.sweep_interval, .erase_after = cfg.retention.erase_after},
      .settings =
          {.guild_interval = cfg.sync.guild_interval,
           .character_interval = cfg.sync.character_interval,
           .verify_within = cfg.retention.verify_within,
           .lease = cfg.sync.lease,
           .discovery = discovery_of(cfg),
           .coordinator_limit = cfg.sync.coordinator_limit,
           .characters_at_once = cfg.sync.characters_at_once,
           .batch = static_cast<int>(cfg.sync.batch)},
      .random = uniform_random};
  how.connect = [cfg, hosts = api_hosts(cfg), &io](domain::region region) {
    const auto host = hosts.at(std::string{domain::to_string(region)});
    auto client = battlenet::http_client::make(io, client_options_of(cfg, host));
    if (!client) // checked at start-up
      throw std::runtime_error(std::string{message_of(client.error())});
    return *client;
  };
  return how;
}

std::unique_ptr<caf::actor_system_config> caf_config(const config& cfg) {
  auto how = std::make_unique<caf::actor_system_config>();
  const auto cores = std::max(2u, std::thread::hardware_concurrency());
  const auto threads = cfg.actors.scheduler_threads > 0 ? cfg.actors.scheduler_threads : cores;
  // Sharing, not stealing: a tenth of the idle cost and steady round trips; the bound on
  // throughput keeps one busy actor from starving its neighbours.
  how->set("scheduler.policy", caf::atom("sharing"));
  how->set("scheduler.max-threads", static_cast<caf::config_value::integer>(threads));
  how->set("scheduler.max-throughput", caf::config_value::integer{100});
  return how;
}

int refuse_to_start(const failure& why) {
  std::cerr << "guildhall: " << message_of(why) << '\n';
  log::critical("cannot start: {}", message_of(why));
  return why.code == ec::bad_config ? 2 : 1;
}

/// Waits for the root supervisor's end, but not for ever.
void stop_actors(caf::actor_system& system, const caf::actor& root) {
  caf::scoped_actor self{system};
  self->monitor(root);
  actors::send_exit_first(root, caf::exit_reason::user_shutdown);
  self->receive([](caf::down_msg&) {});
}

} // namespace

int serve(const config& cfg, service_role role) {
  set_up_logging(cfg.log.format == "json" ? log_format::json : log_format::text, cfg.log.level);
  const bool syncs = role != service_role::api;
  const bool serves = role != service_role::sync;
  if (auto missing = missing_for_serve(cfg, syncs); !missing.empty())
    return refuse_to_start(bad_config(std::move(missing)));

  stop_request stop;
  std::atomic<bool> stopping{false};
  const signal_watch signals{[&] {
    stopping = true;
    stop.ask(0);
  }};

  // The database: a wrong password or a foreign schema ends start-up, a database that is down
  // does not; it is prepared when it comes up.
  database_gate gate{cfg};
  if (const auto ready = gate.prepare(); !ready) {
    if (ready.error().code != ec::database_down)
      return refuse_to_start(ready.error());
    log::warn("database: {}; starting all the same", message_of(ready.error()));
  }

  // Outlives the actor system, whose end waits for every thread of its own.
  std::optional<stop_watchdog> watchdog;
  metrics numbers;
  std::atomic<bool> database_reachable{false};
  actors::service_slots slots;
  client_loop client;
  if (const auto hosts = check_hosts(cfg, client.io()); !hosts)
    return refuse_to_start(hosts.error());

  // What the HTTP handlers stand on: ports into the pools, the response cache, the token check.
  actors::pool_port<domain::api_port> data{slots.readers, slots.writers};
  // What operators read is what they have just written.
  actors::pool_port<domain::control_port> control{slots.writers, slots.writers};
  actors::pool_port<domain::sync_port> sync_store{slots.readers, slots.writers};
  actors::pool_port<domain::onboarding_port> onboarding{slots.readers, slots.writers};
  actors::desk_login_port login{slots.login_desk};
  const auto seals = std::make_shared<const sealer>(
      cfg.auth.seal_keys.empty() ? cfg.auth.keys : cfg.auth.seal_keys);
  const auto auth_settings = auth_settings_of(cfg);
  api::response_cache cache{{.max_bytes = cfg.cache.max_bytes}};
  api::standings standings{data};
  const api::auth::verifier tokens{cfg.auth.keys};
  // Where large answers are written and packed, beside the threads that read and send.
  boost::asio::thread_pool workshop{workshop_threads};
  const api::services handlers{
      .data = data,
      .control = control,
      .cache = cache,
      .tokens = tokens,
      .standings = standings,
      .measures = numbers,
      .ready = [&]() -> api::readiness {
        if (stopping)
          return {false, "stopping"};
        if (!database_reachable)
          return {false, "the database cannot be reached"};
        return {true, {}};
      },
      .login = &login,
      .auth_settings = &auth_settings,
      .auth_limits = {},
      .open_reads = cfg.auth.reads == "open",
      .workshop =
          [&workshop](std::move_only_function<void()> work) {
            boost::asio::post(workshop, std::move(work));
          }};
  const auto start_http = [&]() -> result<std::unique_ptr<http::server>> {
    auto how = http::options_from(cfg);
    api::build_public(how.listeners[0].routes, handlers);
    api::build_admin(how.listeners[1].routes, handlers);
    if (!serves)
      how.listeners.erase(how.listeners.begin());
    return http::server::start(std::move(how), numbers);
  };
  // The first one is opened here, so that an address that is taken ends start-up with a
  // sentence.
  auto first_server = start_http();
  if (!first_server)
    return refuse_to_start(first_server.error());

  const auto pool = [&](std::string name, unsigned workers, bool read_only) {
    return actors::db_pool_options{
        .name = std::move(name),
        .workers = workers,
        .max_queue = cfg.database.max_queue,
        .open = [&gate, read_only] { return gate.open(read_only); },
        .interrupt_all = [&gate] { gate.interrupt_all(); }};
  };
  actors::service_options options{
      .storage =
          {.readers = pool("reader", cfg.database.readers, true),
           .writers = pool("writer", cfg.database.writers, false),
           .changes = [&gate] { return gate.open_feed(); },
           .sink = {
               .move =
                   [&](const std::string& tag) {
                     cache.move(tag);
                     standings.move(tag);
                   },
               .set_coherent =
                   [&](bool coherent) {
                     cache.set_coherent(coherent);
                     standings.set_coherent(coherent);
                   },
               .wake_sync =
                   [&slots] {
                     if (const auto scheduler = slots.scheduler.get())
                       caf::anon_send(scheduler, atom::wake_v);
                   }}},
      .serving =
          actors::serving_options{
              .start = [&]() -> result<std::unique_ptr<http::server>> {
                if (*first_server)
                  return std::move(*first_server);
                return start_http();
              },
              .drain_timeout = cfg.http.drain_timeout},
      .sync = std::nullopt,
      .on_give_up = [&stop] { stop.ask(1); }};
  options.storage.readers.on_reachable = [&database_reachable](bool reachable) {
    database_reachable = reachable;
  };
  const auto oauth = battlenet::http_client::make(
      client.io(), client_options_of(cfg, cfg.battlenet.oauth_host));
  if (syncs) {
    options.sync = sync_options_of(cfg, sync_store, *oauth, client.io());
    options.sync->onboarding = actors::onboarder_options{
        .store = &onboarding, .policy = discovery_of(cfg), .seals = seals};
  }
  if (serves && !cfg.battlenet.client_id.empty())
    options.serving->login = actors::login_desk_options{
        .source = make_login_source(cfg, *oauth),
        .store = &onboarding,
        .seals = seals,
        .admins = cfg.auth.admins,
        .onboard = {}};

  const auto system_config = caf_config(cfg);
  caf::actor_system system{*system_config};
  const auto root = actors::spawn_root_supervisor(system, std::move(options), slots, numbers);
  log::info(
      "guildhall serves on {}:{}, operators on {}:{}", cfg.http.address, cfg.http.port,
      cfg.admin.address, cfg.admin.port);

  const int status = stop.wait();
  stopping = true;
  watchdog.emplace(cfg.http.drain_timeout + stop_grace);
  stop_actors(system, root);
  slots.clear();
  log::info("stopped");
  return status;
}

} // namespace guildhall::app
