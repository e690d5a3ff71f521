#include "app/service.hpp"

#include "actors/defaults.hpp"
#include "actors/root_supervisor.hpp"
#include "actors/storage/pool_port.hpp"
#include "api/api.hpp"
#include "app/battlenet_clients.hpp"
#include "app/build_info.hpp"
#include "app/database_gate.hpp"
#include "app/say.hpp"
#include "app/service_events.hpp"
#include "app/signals.hpp"
#include "app/startup.hpp"
#include "app/wiring.hpp"
#include "core/config_changes.hpp"
#include "core/log.hpp"
#include "core/seal.hpp"
#include "core/workshop.hpp"
#include "domain/document_kinds.hpp"

#include <algorithm>
#include <atomic>
#include <sstream>
#include <thread>

namespace guildhall::app {

namespace {

/// Of a stop before the start was over: what was asked meanwhile is refused, so there is little
/// to wait for.
constexpr std::chrono::milliseconds early_drain{700};
/// When everything has ended, what remains is whatever no one can wake.
constexpr std::chrono::milliseconds last_wait{1'000};
/// One more than one, so that a large answer does not wait for a larger one.
constexpr std::size_t workshop_threads = 2;
/// Answers that wait there; each is held whole, and as many take about a second.
constexpr std::size_t workshop_queue = 64;

int refuse_to_start(const failure& why) {
  complain("guildhall: ", whole{message_of(why)}, "\n");
  log::critical("cannot start: {}", message_of(why));
  return exit_status(why.code);
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
  service(const config& cfg, service_role role, config_source read_again)
      : cfg_{cfg},
        running_{cfg},
        read_again_{std::move(read_again)},
        syncs_{role != service_role::api},
        serves_{role != service_role::sync} {}

  /// Until somebody wants it to stop, or it cannot start; the exit status.
  int run() {
    files_ = plan_connections(cfg_, syncs_, numbers_);
    publish_build_info(numbers_);
    if (const auto opened = open_doors(); !opened)
      return refuse_to_start(opened.error());
    startup_.begin();
    for (;;)
      switch (events_.wait()) {
      case service_events::kind::started:
        if (const auto outcome = events_.outcome(); !outcome)
          return refuse_to_start(outcome.error());
        return serve_until_stopped();
      case service_events::kind::reload:
        reload();
        break;
      case service_events::kind::stop:
        return leave_early();
      }
  }

private:
  // --- the start

  /// The listeners come first: who asks hears what the start waits for, and an address that is
  /// taken ends it with a sentence before anything is touched.
  result<void> open_doors() {
    if (auto hosts = check_hosts(cfg_, client_.io()); !hosts)
      return hosts;
    auto server = start_http();
    if (!server)
      return fail(std::move(server.error()));
    first_server_ = std::move(*server);
    return {};
  }

  /// Told to stop before there was anything to stop.
  int leave_early() {
    first_server_->begin_drain();
    bool ended = startup_.stop(last_wait);
    first_server_->wait_drained(early_drain);
    first_server_->stop();
    ended = ended || startup_.stop(std::chrono::milliseconds{0});
    log::info("stopped before the start was over");
    if (!ended) { // a name server or a connection attempt holds it, and nothing wakes that
      log::default_logger()->flush();
      std::_Exit(events_.status());
    }
    return events_.status();
  }

  // --- serving

  int serve_until_stopped() {
    const auto system_config = caf_config(cfg_);
    caf::actor_system system{*system_config};
    const auto root = actors::spawn_root_supervisor(system, options_of_all(), slots_, numbers_);
    serving_ = true;
    log::info(
        "guildhall {} serves on {}:{}, operators on {}:{}", GUILDHALL_VERSION,
        cfg_.http.address, cfg_.http.port, cfg_.admin.address, cfg_.admin.port);
    while (events_.wait() != service_events::kind::stop)
      reload();
    stopping_ = true;
    gate_.end_feed();
    const auto status = events_.status();
    watchdog_.emplace(
        cfg_.http.drain_delay + cfg_.http.drain_timeout + actors::longest_stop, 1);
    slots_.onboarder.clear(); // who logs in from now on is for another instance
    stop_actors(system, root);
    slots_.clear();
    log::info("stopped");
    watchdog_.emplace(last_wait, status);
    return status;
  }

  after_stop on_stop_signal() {
    if (stopping_.exchange(true))
      return announcement_.cut() ? after_stop::goes_on : after_stop::ends_now;
    if (serving_ && cfg_.http.drain_delay.count() > 0)
      announcement_.begin(cfg_.http.drain_delay);
    events_.stop(0);
    return after_stop::goes_on;
  }

  // --- what can change while it runs

  void reload() {
    auto fresh = read_again_();
    if (fresh)
      if (auto mistakes = mistakes_for_serve(*fresh, syncs_); !mistakes.empty())
        fresh = fail(bad_config(std::move(mistakes)));
    if (!fresh) {
      log::error("reload: nothing is changed, the configuration has mistakes");
      std::istringstream lines{std::string{message_of(fresh.error())}};
      for (std::string line; std::getline(lines, line);)
        log::error("reload: {}", line);
      return;
    }
    auto changes = take_over(running_, *fresh);
    running_ = std::move(changes.now);
    for (const auto& line : changes.told)
      log::info("reload: {}", line);
    if (std::ranges::find(changes.taken, "auth.keys") != changes.taken.end())
      tokens_.replace(running_.auth.keys);
    seals_->replace(seal_keys_of(running_));
    auth_settings_.set(auth_settings_of(running_));
    auth_limits_->set(running_.auth.requests_per_minute);
    write_limit_->set(running_.auth.writes_per_second);
    admins_.set(running_.auth.admins);
    origins_.set(running_.cors.origins);
    budget_.set(budget_limits_of(running_));
    set_log_level(running_.log.level);
  }

  // --- what it knows of itself

  void note_writer(std::optional<failure> why) {
    const std::lock_guard guard{no_writer_lock_};
    no_writer_ = std::move(why);
  }

  std::optional<failure> no_writer() const {
    {
      const std::lock_guard guard{no_writer_lock_};
      if (no_writer_)
        return no_writer_;
    }
    return startup_.no_writer();
  }

  api::readiness readiness() const {
    auto seen = domain::judge(
        {.serves = serves_,
         .syncs = syncs_,
         .stopping = stopping_,
         .starting = startup_.doing(),
         .can_read = can_read_,
         .can_write = can_write_,
         .could_write = could_write_,
         .no_writer = no_writer(),
         .up = std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now() - began_)});
    if (refused_)
      seen.trouble = credentials_refused;
    return seen;
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
        .starting = [this] { return startup_.doing(); },
        .login = &login_,
        .auth_settings = &auth_settings_,
        .auth_limits = auth_limits_,
        .write_limit = write_limit_,
        .open_reads = cfg_.auth.reads == "open",
        .regions = regions_of(cfg_),
        .workshop = [this](workshop::work& work) { return workshop_.take(work); }};
  }

  result<std::unique_ptr<http::server>> start_http() {
    auto how = http::options_from(cfg_);
    how.listeners[0].cors_origins = origins_;
    how.listeners[0].max_connections = files_.connections;
    how.listeners[1].max_connections = files_.operators;
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
        .open =
            [this, read_only] {
              auto link = gate_.open(read_only);
              if (!read_only)
                note_writer(link ? std::nullopt : std::optional{link.error()});
              return link;
            },
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
        .before_drain = [this] { announcement_.wait(); },
        .drain_delay = cfg_.http.drain_delay,
        .drain_timeout = cfg_.http.drain_timeout};
    if (serves_ && !cfg_.battlenet.client_id.empty())
      how.login = actors::login_desk_options{
          .source = syncs_ ? make_login_source(cfg_, oauth)
                           : watched(make_login_source(cfg_, oauth), on_verdict_),
          .store = &onboarding_,
          .seals = seals_,
          .admins = admins_,
          .onboard = {}};
    return how;
  }

  actors::sync_options sync(const std::shared_ptr<battlenet::http_client>& oauth) {
    auto how =
        sync_options_of(cfg_, sync_store_, oauth, client_.io(), budget_, instance_name());
    how.on_verdict = on_verdict_;
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
        .on_give_up = [this] { events_.stop(1); }};
    if (syncs_)
      all.sync = sync(oauth);
    return all;
  }

  const config& cfg_; ///< it began with
  config running_;    ///< with what has changed since
  const config_source read_again_;
  const bool syncs_;
  const bool serves_;
  const std::chrono::steady_clock::time_point began_{std::chrono::steady_clock::now()};

  service_events events_;
  stop_announcement announcement_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> serving_{false};
  const signal_watch signals_{
      {.on_stop = [this] { return on_stop_signal(); },
       .on_reload = [this] { events_.reload(); }}};
  database_gate gate_{cfg_};
  /// Outlives the actor system, whose end waits for every thread of its own.
  std::optional<stop_watchdog> watchdog_;
  metrics numbers_;
  std::atomic<bool> can_read_{false};
  std::atomic<bool> can_write_{false};
  std::atomic<bool> could_write_{false}; ///< once
  mutable std::mutex no_writer_lock_;
  std::optional<failure> no_writer_;
  std::atomic<bool> refused_{false}; ///< our client id or secret, by Battle.net
  const std::function<void(const std::optional<failure>&)> on_verdict_{
      [this](const std::optional<failure>& why) { refused_ = why.has_value(); }};
  file_plan files_;
  actors::service_slots slots_;
  client_loop client_;

  // What the HTTP handlers and the sync stand on.
  actors::pool_port<domain::api_port> data_{slots_.readers, slots_.writers};
  /// What operators read is what they have just written.
  actors::pool_port<domain::control_port> control_{slots_.writers, slots_.writers};
  actors::pool_port<domain::sync_port> sync_store_{slots_.readers, slots_.writers};
  actors::pool_port<domain::onboarding_port> onboarding_{slots_.readers, slots_.writers};
  actors::desk_login_port login_{slots_.login_desk};
  const std::shared_ptr<sealer> seals_{std::make_shared<sealer>(seal_keys_of(cfg_))};
  const live<api::auth::settings> auth_settings_{auth_settings_of(cfg_)};
  const std::shared_ptr<api::auth::request_limits> auth_limits_{
      std::make_shared<api::auth::request_limits>(
          cfg_.auth.requests_per_minute, http::trust_from(cfg_))};
  const std::shared_ptr<api::auth::write_limit> write_limit_{
      std::make_shared<api::auth::write_limit>(cfg_.auth.writes_per_second)};
  const live<std::vector<std::string>> admins_{cfg_.auth.admins};
  const live<std::vector<std::string>> origins_{cfg_.cors.origins};
  const live<domain::budget_limits> budget_{budget_limits_of(cfg_)};
  api::response_cache cache_{{.max_bytes = cfg_.cache.max_bytes}};
  api::standings standings_{data_};
  api::auth::verifier tokens_{cfg_.auth.keys};
  /// Where large answers are written and packed, beside the threads that read and send.
  workshop workshop_{workshop_threads, workshop_queue};
  startup startup_{gate_, {.reads_suffice = !syncs_, .on_done = [this](result<void> outcome) {
                             events_.started(std::move(outcome));
                           }}};
  std::unique_ptr<http::server> first_server_; ///< until the front end takes it
};

} // namespace

std::map<std::string, std::string> mistakes_for_serve(const config& cfg, bool syncs) {
  auto mistakes = missing_for_serve(cfg, syncs);
  if (const auto known = domain::parse_optional_documents(cfg.sync.documents); !known)
    mistakes["sync.documents"] = known.error().message;
  return mistakes;
}

int serve(const config& cfg, service_role role, config_source read_again) {
  set_up_logging(cfg.log.format == "json" ? log_format::json : log_format::text, cfg.log.level);
  if (auto missing = mistakes_for_serve(cfg, role != service_role::api); !missing.empty())
    return refuse_to_start(bad_config(std::move(missing)));
  service all{cfg, role, std::move(read_again)};
  return all.run();
}

} // namespace guildhall::app
