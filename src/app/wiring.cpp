#include "app/wiring.hpp"

#include "app/battlenet_clients.hpp"
#include "app/database_gate.hpp"
#include "battlenet/oauth.hpp"
#include "core/crypto.hpp"
#include "core/log.hpp"
#include "domain/document_kinds.hpp"
#include "http/server.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <unistd.h>

namespace guildhall::app {

namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

/// What this instance needs open files for.
file_needs file_needs_of(const config& cfg, bool syncs) {
  // What listens, what prepares, and one that takes another's place before that one is closed.
  constexpr unsigned other_database = 3;
  const auto regions = syncs ? static_cast<unsigned>(cfg.battlenet.regions.size()) : 0;
  return {
      .connections = cfg.http.max_connections,
      .operators = http::options_from(cfg).listeners[1].max_connections,
      .database = cfg.database.readers + cfg.database.writers + other_database,
      // Of each region, and of the OAuth host: for logins wherever there are some.
      .battlenet = cfg.battlenet.connections * (regions + 1),
      .io_threads = http::io_threads_of(cfg.http.io_threads)};
}

double uniform_random() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>{0.0, 1.0}(generator);
}

} // namespace

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

const std::vector<config::signing_key>& seal_keys_of(const config& cfg) {
  return cfg.auth.seal_keys.empty() ? cfg.auth.keys : cfg.auth.seal_keys;
}

domain::budget_limits budget_limits_of(const config& cfg) {
  return {
      .rate = cfg.budget.requests_per_second,
      .per_hour = cfg.budget.requests_per_hour,
      .people_share = cfg.budget.people_share};
}

actors::sync_options sync_options_of(
    const config& cfg, domain::sync_port& store, std::shared_ptr<battlenet::http_client> oauth,
    boost::asio::io_context& io, live<domain::budget_limits> limits, std::string instance) {
  actors::sync_options how{
      .store = &store,
      .requests = battlenet::request_factory{cfg.battlenet.locale},
      .tokens = make_token_source(cfg, std::move(oauth)),
      .limiter =
          {.limits = std::move(limits),
           .max_queue = cfg.budget.max_queue,
           .instance = std::move(instance)},
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

std::string instance_name() {
  char host[256]{};
  ::gethostname(host, sizeof host - 1);
  return std::string{host} + '-' + std::to_string(::getpid()) + '-' + crypto::random_hex(4);
}

file_plan plan_connections(const config& cfg, bool syncs, metrics& numbers) {
  const auto limit = raise_file_limit();
  const auto plan = plan_files(limit, file_needs_of(cfg, syncs));
  make_room_for_files(plan.files);
  if (plan.is_short)
    log::warn(
        "http.max_connections is {} instead of {}: no more than {} files may be open; raise "
        "the hard limit (LimitNOFILE of the unit, ulimit -n)",
        plan.connections, cfg.http.max_connections, limit);
  const auto show = [&numbers](const char* listener, unsigned most) {
    numbers
        .gauge(
            "http_connections_limit", "How many connections a listener has room for",
            {{"listener", listener}})
        .Set(most);
  };
  show("api", plan.connections);
  show("admin", plan.operators);
  return plan;
}

} // namespace guildhall::app
