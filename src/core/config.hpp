#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall {

/// `[sync]`: the section that is handed down whole to the actors of the sync.
struct sync_config {
  std::chrono::seconds guild_interval{4 * 3600}; ///< of guilds without one of their own
  /// An active player's change is seen after about this, however much of the budget is left.
  std::chrono::seconds freshness{45 * 60};
  std::chrono::seconds poll_interval{2}; ///< how often the scheduler looks what is due
  unsigned max_guilds_at_once{64};
  unsigned characters_at_once{12};             ///< of one guild
  unsigned batch{50};                          ///< characters that are claimed together
  std::chrono::seconds coordinator_limit{300}; ///< then it takes no more characters
  std::chrono::seconds lease{60};
  /// "of_users": guilds of those who logged in are tracked, up to `max_guilds`; "none".
  std::string track_discovered{"none"};
  unsigned max_guilds{100};
  std::vector<std::string> documents{}; ///< mirrored on top of those that always are
};

/// The effective configuration: defaults, then the TOML file, then `GUILDHALL_...` environment
/// variables (`http.port` is `GUILDHALL_HTTP_PORT`; `..._FILE` reads a secret from a file).
/// Plain data. `config/guildhall.toml` documents every key with unit and default; a test holds
/// the two together.
struct config {
  using milliseconds = std::chrono::milliseconds;
  using seconds = std::chrono::seconds;

  /// A secret: never printed, never logged (`config_report` masks it).
  struct secret {
    std::string value;
  };

  struct {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8080};
    unsigned io_threads{0}; ///< 0: one per core, at most 8
    unsigned max_connections{4096};
    unsigned max_connections_per_address{256}; ///< not of `trusted_proxies`
    /// Of answers that wait for their clients, all connections together; large ones get 503
    /// past it.
    std::size_t max_unsent_bytes{64u << 20};
    unsigned max_in_flight{1024}; ///< requests being answered at once; more get 503
    std::size_t max_header_bytes{16 * 1024};
    std::size_t max_body_bytes{100 * 1024};
    milliseconds header_timeout{10'000};
    milliseconds body_timeout{10'000};
    milliseconds write_timeout{20'000};
    milliseconds idle_timeout{75'000};
    milliseconds request_deadline{5'000}; ///< 504 past it
    seconds drain_delay{0};               ///< not ready, but serving, before a stop drains
    milliseconds drain_timeout{20'000};   ///< how long a stop waits for accepted requests
    /// Networks ("10.0.0.0/8") of the proxies whose `auth.address_header` counts, and how many
    /// of them stand between a client and us.
    std::vector<std::string> trusted_proxies{"127.0.0.0/8", "::1/128"};
    unsigned trusted_hops{1};
  } http;

  struct {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8081};
  } admin;

  struct {
    std::vector<std::string> origins{}; ///< empty: the origin of `frontend_url`
    std::string frontend_url{"http://127.0.0.1:5000"};
  } cors;

  struct signing_key {
    std::string id; ///< `kid` of the tokens it signs
    secret key;     ///< at least 32 bytes
  };
  struct {
    /// The first one signs; all verify. At least one is required; there is no default.
    std::vector<signing_key> keys{};
    seconds operator_token_lifetime{12 * 3600};
    seconds access_token_lifetime{15 * 60};
    seconds refresh_token_lifetime{7 * 86400};
    /// Seal Battle.net's user tokens at rest; the first one seals, all open. Empty: keys
    /// derived from `keys`.
    std::vector<signing_key> seal_keys{};
    /// The address under which the browser reaches guildhall; Battle.net sends it back there.
    std::string public_url{"http://127.0.0.1:8080"};
    /// Battletags or Battle.net ids of those who become admins when they log in.
    std::vector<std::string> admins{};
    unsigned requests_per_minute{30}; ///< logins, callbacks and refreshes, each, per address
    unsigned writes_per_second{10};   ///< per user, in bursts of six times as many
    /// Behind a proxy: the header in which it names the client. Empty: no proxy is trusted.
    std::string address_header{};
    /// Who may read a guild: "members" (and admins), or "open": whoever is logged in.
    std::string reads{"members"};
  } auth;

  struct {
    secret dsn{{"postgresql:///guildhall"}};
    secret listen_dsn{}; ///< for LISTEN, past a pooler; empty: `dsn`
    /// What stands behind `dsn`: "session" (PostgreSQL, or a pooler in session mode) or
    /// "transaction".
    std::string pooling{"session"};
    unsigned readers{4};
    unsigned writers{4};
    unsigned max_queue{512}; ///< waiting jobs per pool; more get 503
    milliseconds connect_timeout{3'000};
    milliseconds statement_timeout{
        10'000}; ///< once per connection; jobs carry shorter deadlines
    bool migrate_on_start{true};
  } database;

  struct {
    std::size_t max_bytes{64u << 20};
  } cache;

  struct {
    std::string client_id{};
    secret client_secret{};
    std::vector<std::string> regions{"eu"};
    std::string locale{"en_US"};
    std::string oauth_host{"https://oauth.battle.net"};
    /// Per region, when another host than `https://<region>.api.blizzard.com` is to be asked.
    std::map<std::string, std::string> api_hosts{};
    unsigned connections{16}; ///< keep-alive connections per region
    milliseconds request_timeout{15'000};
    std::size_t max_body_bytes{16u << 20};
  } battlenet;

  struct {
    double requests_per_second{80};
    unsigned requests_per_hour{36'000};
    double people_share{0.2}; ///< of the hour, kept for requests a person waits for
    unsigned max_queue{2'000};
  } budget;

  sync_config sync;

  struct {
    seconds verify_within{14 * 86400}; ///< an unconditional answer at least this often
    seconds erase_after{29 * 86400};   ///< unverified for this long: erased
    seconds audit_after{365 * 86400};  ///< entries of the audit log older than this: deleted
    seconds sweep_interval{3600};
  } retention;

  struct {
    std::string level{"info"};
    std::string format{"text"}; ///< text | json
  } log;

  struct {
    unsigned scheduler_threads{0}; ///< 0: as many as cores, at least 2
  } actors;
};

/// Reads an environment variable; injected so that tests need no real environment.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Every mistake found, one per line of `failure::message`; `failure::fields` maps key ->
/// mistake. `file` may be empty: defaults and environment only. An unknown key in the file is a
/// mistake; an empty environment variable counts as not set.
result<config> load_config(const std::string& file, const environment& env);

/// What `serve` needs beyond a valid configuration, key -> what is missing; migrations and
/// reports do without. `syncs`: whether this instance asks Battle.net.
std::map<std::string, std::string> missing_for_serve(const config& cfg, bool syncs);

/// `ec::bad_config` that names all these mistakes (key -> mistake).
failure bad_config(std::map<std::string, std::string> mistakes);

/// The effective values as TOML, secrets (and passwords inside DSNs) masked.
std::string config_report(const config& cfg);

} // namespace guildhall
