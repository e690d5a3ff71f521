#include "core/config_keys.hpp"

#include "core/config_rules.hpp"
#include "core/dsn.hpp"
#include "core/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <type_traits>

namespace guildhall::config_keys {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Makers of keys, one per type of value.

/// `field(cfg)` gives a reference to the member, for `config&` and `const config&`.
template <class Field>
key integer(std::string name, Field field, std::int64_t least, std::int64_t most) {
  return {
      .name = std::move(name),
      .accepts = fmt::format("a whole number from {} to {}", least, most),
      .read =
          [=](config& cfg, const raw& value) {
            const auto number = as_integer(value);
            if (!number || *number < least || *number > most)
              return false;
            auto& member = field(cfg);
            member = static_cast<std::remove_reference_t<decltype(member)>>(*number);
            return true;
          },
      .print = [=](const config& cfg) { return fmt::to_string(field(cfg)); }};
}

template <class Field>
key real(std::string name, Field field, double least, double most) {
  return {
      .name = std::move(name),
      .accepts = fmt::format("a number from {} to {}", least, most),
      .read =
          [=](config& cfg, const raw& value) {
            const auto number = as_real(value);
            if (!number || !(*number >= least && *number <= most))
              return false;
            field(cfg) = *number;
            return true;
          },
      .print = [=](const config& cfg) { return fmt::format("{}", field(cfg)); }};
}

template <class Field>
key flag(std::string name, Field field) {
  return {
      .name = std::move(name),
      .accepts = "true or false",
      .read =
          [=](config& cfg, const raw& value) {
            const auto on = as_flag(value);
            if (on)
              field(cfg) = *on;
            return on.has_value();
          },
      .print = [=](const config& cfg) { return fmt::to_string(field(cfg)); }};
}

/// Times carry their unit; a member in seconds takes whole seconds only.
template <class Field>
key time(std::string name, Field field, milliseconds least, milliseconds most) {
  return {
      .name = std::move(name),
      .accepts = fmt::format(
          "a time with its unit (ms, s, m, h, d) from \"{}\" to \"{}\"", print_time(least),
          print_time(most)),
      .read =
          [=](config& cfg, const raw& value) {
            const auto parsed = as_time(value);
            if (!parsed || *parsed < least || *parsed > most)
              return false;
            auto& member = field(cfg);
            using duration = std::remove_reference_t<decltype(member)>;
            if (*parsed % duration{1} != milliseconds{0})
              return false;
            member = std::chrono::duration_cast<duration>(*parsed);
            return true;
          },
      .print = [=](const config& cfg) { return json_quoted(print_time(field(cfg))); }};
}

template <class Field>
key text(std::string name, Field field, text_rule rule) {
  return {
      .name = std::move(name),
      .accepts = std::string{rule.accepts},
      .read =
          [=](config& cfg, const raw& value) {
            auto found = as_text(value);
            if (!found || !rule.holds(*found))
              return false;
            field(cfg) = std::move(*found);
            return true;
          },
      .print = [=](const config& cfg) { return json_quoted(field(cfg)); }};
}

template <class Field>
key secret(
    std::string name, Field field, text_rule rule, std::string (*shown)(std::string_view)) {
  auto made = text(
      std::move(name), [=](auto& cfg) -> auto& { return field(cfg).value; }, rule);
  made.secret = true;
  made.print = [=](const config& cfg) {
    const auto& value = field(cfg).value;
    return json_quoted(value.empty() ? value : shown(value));
  };
  made.equal = [=](const config& one, const config& other) {
    return field(one).value == field(other).value;
  };
  return made;
}

template <class Field>
key list(std::string name, Field field, text_rule each, std::size_t at_least) {
  return {
      .name = std::move(name),
      .accepts = fmt::format("a list without repetitions, each {}", each.accepts),
      .read =
          [=](config& cfg, const raw& value) {
            auto found = as_list(value);
            if (!found || found->size() < at_least || !std::ranges::all_of(*found, each.holds)
                || std::set(found->begin(), found->end()).size() != found->size())
              return false;
            field(cfg) = std::move(*found);
            return true;
          },
      .print =
          [=](const config& cfg) {
            std::vector<std::string> quoted;
            for (const auto& entry : field(cfg))
              quoted.push_back(json_quoted(entry));
            return fmt::format("[{}]", fmt::join(quoted, ", "));
          }};
}

template <class Field>
key hosts_by_region(std::string name, Field field) {
  return {
      .name = std::move(name),
      .accepts = fmt::format("a table of region = host; a host is {}", origin.accepts),
      .read =
          [=](config& cfg, const raw& value) {
            auto found = as_pairs(value);
            if (!found || !std::ranges::all_of(*found, [](const auto& entry) {
                  return region.holds(entry.first) && origin.holds(entry.second);
                }))
              return false;
            field(cfg) = std::move(*found);
            return true;
          },
      .print =
          [=](const config& cfg) {
            std::vector<std::string> entries;
            for (const auto& [name_of_region, host] : field(cfg))
              entries.push_back(fmt::format("{} = {}", name_of_region, json_quoted(host)));
            return entries.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(entries, ", "));
          }};
}

constexpr std::size_t shortest_key = 32;

std::optional<config::signing_key> parse_signing_key(std::string_view entry) {
  const auto colon = std::min(entry.find(':'), entry.size());
  const auto id = entry.substr(0, colon);
  // A line end is no part of a key: somebody has put each on a line of its own.
  if (!key_id.holds(id) || entry.size() - colon < 1 + shortest_key
      || entry.find_first_of("\r\n") != std::string_view::npos)
    return std::nullopt;
  return config::signing_key{std::string{id}, {std::string{entry.substr(colon + 1)}}};
}

template <class Field>
key signing_keys(std::string name, Field field) {
  return {
      .name = std::move(name),
      .accepts = fmt::format(
          "a list of \"kid:key\" (commas between them in a variable or file), kids distinct "
          "({}), "
          "keys of at least {} bytes",
          key_id.accepts, shortest_key),
      .secret = true,
      .read =
          [=](config& cfg, const raw& value) {
            const auto entries = as_list(value);
            if (!entries)
              return false;
            std::vector<config::signing_key> parsed;
            std::set<std::string> ids;
            for (const auto& entry : *entries) {
              auto signing_key = parse_signing_key(entry);
              if (!signing_key || !ids.insert(signing_key->id).second)
                return false;
              parsed.push_back(std::move(*signing_key));
            }
            field(cfg) = std::move(parsed);
            return true;
          },
      .print =
          [=](const config& cfg) {
            std::vector<std::string> entries;
            for (const auto& signing_key : field(cfg))
              entries.push_back(json_quoted(signing_key.id + ":***"));
            return fmt::format("[{}]", fmt::join(entries, ", "));
          },
      .equal =
          [=](const config& one, const config& other) {
            return std::ranges::equal(
                field(one), field(other), [](const auto& a, const auto& b) {
                  return a.id == b.id && a.key.value == b.key.value;
                });
          }};
}

std::string hidden(std::string_view) {
  return "***";
}

std::string mask_dsn_text(std::string_view value) {
  return mask_dsn(value);
}

// clang-format off
/// The name of a key and the member it stands for, spelt once.
#define AT(path) #path, [](auto& cfg) -> auto& { return cfg.path; }
// clang-format on

constexpr seconds minute{60};
constexpr seconds hour{3600};
constexpr seconds day{86400};
constexpr std::int64_t mebibyte = 1 << 20;

std::vector<key> keys_of_serving() {
  constexpr std::int64_t any_port = 65'535;
  return {
      text(AT(http.address), ip_address),
      integer(AT(http.port), 0, any_port),
      integer(AT(http.io_threads), 0, 64),
      integer(AT(http.max_connections), 1, 1'000'000),
      integer(AT(http.max_connections_per_address), 1, 1'000'000),
      integer(AT(http.max_unsent_bytes), mebibyte, 64 * 1024 * mebibyte),
      integer(AT(http.max_in_flight), 1, 1'000'000),
      integer(AT(http.max_header_bytes), 1024, mebibyte),
      integer(AT(http.max_body_bytes), 1024, 64 * mebibyte),
      time(AT(http.header_timeout), milliseconds{100}, hour),
      time(AT(http.body_timeout), milliseconds{100}, hour),
      time(AT(http.write_timeout), milliseconds{100}, hour),
      time(AT(http.idle_timeout), milliseconds{100}, hour),
      time(AT(http.request_deadline), milliseconds{10}, hour),
      time(AT(http.drain_delay), seconds{0}, hour),
      time(AT(http.drain_timeout), milliseconds{100}, hour),
      list(AT(http.trusted_proxies), network, 0),
      integer(AT(http.trusted_hops), 1, 16),

      text(AT(admin.address), ip_address),
      integer(AT(admin.port), 0, any_port),

      text(AT(cors.frontend_url), url),
      list(AT(cors.origins), browser_origin, 0),

      signing_keys(AT(auth.keys)),
      time(AT(auth.operator_token_lifetime), minute, 7 * day),
      time(AT(auth.access_token_lifetime), seconds{1}, day),
      time(AT(auth.refresh_token_lifetime), seconds{1}, 90 * day),
      text(AT(auth.reads), who_reads),
      signing_keys(AT(auth.seal_keys)),
      text(AT(auth.public_url), origin),
      list(AT(auth.admins), user_name, 0),
      integer(AT(auth.requests_per_minute), 1, 1'000'000),
      integer(AT(auth.writes_per_second), 1, 1'000'000),
      text(AT(auth.address_header), header_name),
  };
}

std::vector<key> keys_of_neighbours() {
  return {
      secret(AT(database.dsn), dsn, mask_dsn_text),
      secret(AT(database.listen_dsn), optional_dsn, mask_dsn_text),
      text(AT(database.pooling), pooling),
      integer(AT(database.readers), 1, 256),
      integer(AT(database.writers), 1, 256),
      integer(AT(database.max_queue), 1, 1'000'000),
      time(AT(database.connect_timeout), milliseconds{100}, minute),
      time(AT(database.statement_timeout), milliseconds{100}, hour),
      flag(AT(database.migrate_on_start)),

      integer(AT(cache.max_bytes), 0, 64 * 1024 * mebibyte),

      text(AT(battlenet.client_id), credential),
      secret(AT(battlenet.client_secret), credential, hidden),
      list(AT(battlenet.regions), region, 1),
      text(AT(battlenet.locale), locale),
      text(AT(battlenet.oauth_host), origin),
      hosts_by_region(AT(battlenet.api_hosts)),
      integer(AT(battlenet.connections), 1, 1024),
      time(AT(battlenet.request_timeout), milliseconds{100}, 5 * minute),
      integer(AT(battlenet.max_body_bytes), 64 * 1024, 256 * mebibyte),

      real(AT(budget.requests_per_second), 0.1, 100'000),
      integer(AT(budget.requests_per_hour), 1, 100'000'000),
      real(AT(budget.people_share), 0, 0.9),
      integer(AT(budget.max_queue), 1, 1'000'000),
  };
}

std::vector<key> keys_of_work() {
  return {
      time(AT(sync.guild_interval), seconds{1}, 30 * day),
      time(AT(sync.freshness), 10 * minute, 7 * day),
      time(AT(sync.poll_interval), seconds{1}, hour),
      integer(AT(sync.max_guilds_at_once), 1, 10'000),
      integer(AT(sync.characters_at_once), 1, 1000),
      integer(AT(sync.batch), 1, 1000),
      time(AT(sync.coordinator_limit), seconds{1}, hour),
      time(AT(sync.lease), seconds{1}, hour),
      text(AT(sync.track_discovered), discovery),
      integer(AT(sync.max_guilds), 0, 100'000),
      list(AT(sync.documents), visible, 0),

      time(AT(retention.verify_within), seconds{1}, 30 * day),
      time(AT(retention.erase_after), seconds{1}, 30 * day),
      time(AT(retention.audit_after), seconds{1}, 3650 * day),
      time(AT(retention.sweep_interval), seconds{1}, 7 * day),

      text(AT(log.level), level),
      text(AT(log.format), log_format_name),

      integer(AT(actors.scheduler_threads), 0, 256),
  };
}

#undef AT

} // namespace

std::string key::env_name() const {
  std::string out = "GUILDHALL_";
  for (const char c : name)
    out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

const std::vector<key>& all() {
  static const auto table = [] {
    std::vector<key> out;
    for (auto keys : {keys_of_serving(), keys_of_neighbours(), keys_of_work()})
      out.insert(out.end(), keys.begin(), keys.end());
    return out;
  }();
  return table;
}

} // namespace guildhall::config_keys
