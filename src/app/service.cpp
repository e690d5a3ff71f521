#include "app/service.hpp"

#include "actors/defaults.hpp"
#include "actors/root_supervisor.hpp"
#include "actors/storage/pool_port.hpp"
#include "api/api.hpp"
#include "app/battlenet_clients.hpp"
#include "app/database_gate.hpp"
#include "app/say.hpp"
#include "app/signals.hpp"
#include "battlenet/oauth.hpp"
#include "core/crypto.hpp"
#include "core/log.hpp"
#include "core/seal.hpp"
#include "core/workshop.hpp"
#include "domain/document_kinds.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <random>
#include <thread>
#include <unistd.h>

namespace guildhall::app {

namespace {

/// What the actors may take to stop after the HTTP side has drained.
constexpr std::chrono::seconds stop_grace{25};

/// One more than one, so that a large answer does not wait for a larger one.
constexpr std::size_t workshop_threads = 2;
/// Answers that wait there; each is held whole, and as many take about a second.
constexpr std::size_t workshop_queue = 64;

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
      .trust = http::trust_from(cfg)};
  if (!cfg.battlenet.client_id.empty())
    how.authorize_url =
        cfg.battlenet.oauth_host
        + battlenet::authorize_target(cfg.battlenet.client_id, redirect_uri_of(cfg));
  return how;
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
      .retention =
          {.interval = cfg.retention.sweep_interval,
           .erase_after = cfg.retention.erase_after,
           .audit_after = cfg.retention.audit_after},
      .settings = cfg.sync,
      .verify_within = cfg.retention.verify_within,
      .documents = domain::parse_optional_documents(cfg.sync.documents).value(),
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
  complain("guildhall: ", whole{message_of(why)}, "\n");
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

/// All parts of one process, in the order in which they stand on each other. The actor system
/// is the last to be made and the first to end.
class service {
public:
  service(const config& cfg, service_role role)
      : cfg_{cfg},
        syncs_{role != service_role::api},
        serves_{role != service_role::sync} {}

  result<void> prepare() {
    if (auto ready = prepare_database(); !ready)
      return ready;
    if (const auto hosts = check_hosts(cfg_, client_.io()); !hosts)
      return fail(hosts.error());
    // Opened here, so that an address that is taken ends start-up with a sentence.
    auto server = start_http();
    if (!server)
      return fail(std::move(server.error()));
    first_server_ = std::move(*server);
    return {};
  }

  /// Until somebody wants it to stop; the exit status.
  int run() {
    const auto system_config = caf_config(cfg_);
    caf::actor_system system{*system_config};
    const auto root = actors::spawn_root_supervisor(system, options_of_all(), slots_, numbers_);
    log::info(
        "guildhall serves on {}:{}, operators on {}:{}", cfg_.http.address, cfg_.http.port,
        cfg_.admin.address, cfg_.admin.port);
    const int status = stop_.wait();
    stopping_ = true;
    gate_.end_feed();
    watchdog_.emplace(cfg_.http.drain_timeout + stop_grace);
    stop_actors(system, root);
    slots_.clear();
    log::info("stopped");
    return status;
  }

private:
  /// A wrong password or a foreign schema ends start-up, a database that is down does not; it
  /// is prepared when it comes up.
  result<void> prepare_database() {
    const auto ready = gate_.prepare();
    if (!ready && ready.error().code != ec::database_down)
      return fail(ready.error());
    if (!ready)
      log::warn("database: {}; starting all the same", message_of(ready.error()));
    return {};
  }

  api::readiness readiness() const {
    if (stopping_)
      return {.reason = "stopping"};
    if (!can_read_ || !could_write_)
      return {.reason = "the database cannot be reached"};
    return {.ready = true, .writes = can_write_, .reason = {}};
  }

  api::services handlers() {
    return {
        .data = data_,
        .control = control_,
        .cache = cache_,
        .tokens = tokens_,
        .standings = standings_,
        .measures = numbers_,
        .ready = [this] { return readiness(); },
        .login = &login_,
        .auth_settings = &auth_settings_,
        .auth_limits = {},
        .write_limit = {},
        .open_reads = cfg_.auth.reads == "open",
        .writes_per_second = cfg_.auth.writes_per_second,
        .regions = regions_of(cfg_),
        .workshop = [this](workshop::work& work) { return workshop_.take(work); }};
  }

  result<std::unique_ptr<http::server>> start_http() {
    auto how = http::options_from(cfg_);
    const auto with = handlers();
    api::build_public(how.listeners[0].routes, with);
    api::build_admin(how.listeners[1].routes, with);
    if (!serves_)
      how.listeners.erase(how.listeners.begin());
    return http::server::start(std::move(how), numbers_);
  }

  actors::db_pool_options pool(std::string name, unsigned workers, bool read_only) {
    return {
        .name = std::move(name),
        .workers = workers,
        .max_queue = cfg_.database.max_queue,
        .open = [this, read_only] { return gate_.open(read_only); },
        .interrupt_attempts = [this] { gate_.interrupt_attempts(); },
        .interrupt_all = [this] { gate_.interrupt_all(); }};
  }

  actors::change_sink what_changes_move() {
    return {
        .move =
            [this](const std::string& tag) {
              cache_.move(tag);
              standings_.move(tag);
            },
        .set_coherent =
            [this](bool coherent) {
              cache_.set_coherent(coherent);
              standings_.set_coherent(coherent);
            },
        .wake_sync =
            [this] {
              if (const auto scheduler = slots_.scheduler.get())
                caf::anon_send(scheduler, atom::wake_v);
            },
        .slow_sync =
            [this] {
              if (const auto limiter = slots_.limiter.get())
                caf::anon_send(limiter, atom::wake_v);
            }};
  }

  actors::storage_options storage() {
    actors::storage_options how{
        .readers = pool("reader", cfg_.database.readers, true),
        .writers = pool("writer", cfg_.database.writers, false),
        .changes = [this] { return gate_.open_feed(); },
        .sink = what_changes_move()};
    how.writers.control_lane = true;
    how.readers.on_reachable = [this](bool reachable) { can_read_ = reachable; };
    how.writers.on_reachable = [this](bool reachable) {
      can_write_ = reachable;
      if (reachable)
        could_write_ = true;
    };
    return how;
  }

  actors::serving_options serving(const std::shared_ptr<battlenet::http_client>& oauth) {
    actors::serving_options how{
        .start = [this]() -> result<std::unique_ptr<http::server>> {
          if (first_server_)
            return std::move(first_server_);
          return start_http();
        },
        .drain_timeout = cfg_.http.drain_timeout};
    if (serves_ && !cfg_.battlenet.client_id.empty())
      how.login = actors::login_desk_options{
          .source = make_login_source(cfg_, oauth),
          .store = &onboarding_,
          .seals = seals_,
          .admins = cfg_.auth.admins,
          .onboard = {}};
    return how;
  }

  actors::sync_options sync(const std::shared_ptr<battlenet::http_client>& oauth) {
    auto how = sync_options_of(cfg_, sync_store_, oauth, client_.io());
    how.onboarding = actors::onboarder_options{.store = &onboarding_, .seals = seals_};
    return how;
  }

  actors::service_options options_of_all() {
    // Its host was checked.
    const auto oauth = *battlenet::http_client::make(client_.io(), oauth_options_of(cfg_));
    actors::service_options all{
        .storage = storage(),
        .serving = serving(oauth),
        .sync = std::nullopt,
        .on_give_up = [this] { stop_.ask(1); }};
    if (syncs_)
      all.sync = sync(oauth);
    return all;
  }

  const config& cfg_;
  const bool syncs_;
  const bool serves_;

  stop_request stop_;
  std::atomic<bool> stopping_{false};
  const signal_watch signals_{[this] {
    stopping_ = true;
    stop_.ask(0);
  }};
  database_gate gate_{cfg_};
  /// Outlives the actor system, whose end waits for every thread of its own.
  std::optional<stop_watchdog> watchdog_;
  metrics numbers_;
  std::atomic<bool> can_read_{false};
  std::atomic<bool> can_write_{false};
  std::atomic<bool> could_write_{false}; ///< once: before that nothing was ever ready
  actors::service_slots slots_;
  client_loop client_;

  // What the HTTP handlers and the sync stand on.
  actors::pool_port<domain::api_port> data_{slots_.readers, slots_.writers};
  /// What operators read is what they have just written.
  actors::pool_port<domain::control_port> control_{slots_.writers, slots_.writers};
  actors::pool_port<domain::sync_port> sync_store_{slots_.readers, slots_.writers};
  actors::pool_port<domain::onboarding_port> onboarding_{slots_.readers, slots_.writers};
  actors::desk_login_port login_{slots_.login_desk};
  const std::shared_ptr<const sealer> seals_{std::make_shared<const sealer>(
      cfg_.auth.seal_keys.empty() ? cfg_.auth.keys : cfg_.auth.seal_keys)};
  const api::auth::settings auth_settings_{auth_settings_of(cfg_)};
  api::response_cache cache_{{.max_bytes = cfg_.cache.max_bytes}};
  api::standings standings_{data_};
  const api::auth::verifier tokens_{cfg_.auth.keys};
  /// Where large answers are written and packed, beside the threads that read and send.
  workshop workshop_{workshop_threads, workshop_queue};
  std::unique_ptr<http::server> first_server_; ///< until the front end takes it
};

} // namespace

std::map<std::string, std::string> mistakes_for_serve(const config& cfg, bool syncs) {
  auto mistakes = missing_for_serve(cfg, syncs);
  if (const auto known = domain::parse_optional_documents(cfg.sync.documents); !known)
    mistakes["sync.documents"] = known.error().message;
  return mistakes;
}

int serve(const config& cfg, service_role role) {
  set_up_logging(cfg.log.format == "json" ? log_format::json : log_format::text, cfg.log.level);
  if (auto missing = mistakes_for_serve(cfg, role != service_role::api); !missing.empty())
    return refuse_to_start(bad_config(std::move(missing)));
  service all{cfg, role};
  if (const auto ready = all.prepare(); !ready)
    return refuse_to_start(ready.error());
  return all.run();
}

} // namespace guildhall::app
