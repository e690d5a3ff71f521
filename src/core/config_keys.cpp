#include "core/config_keys.hpp"

#include "core/dsn.hpp"
#include "core/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>
#include <concepts>
#include <set>

namespace guildhall::config_keys {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// ---- raw values -> typed values
// -----------------------------------------------------------------

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

std::optional<std::int64_t> as_integer(const raw& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return *number;
  if (const auto* env = std::get_if<env_text>(&value))
    return parse_number<std::int64_t>(trimmed(env->text));
  return std::nullopt;
}

std::optional<double> as_real(const raw& value) {
  if (const auto* number = std::get_if<double>(&value))
    return *number;
  if (const auto* env = std::get_if<env_text>(&value))
    return parse_number<double>(trimmed(env->text));
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<bool> as_flag(const raw& value) {
  if (const auto* flag = std::get_if<bool>(&value))
    return *flag;
  if (const auto* env = std::get_if<env_text>(&value)) {
    const auto text = trimmed(env->text);
    if (text == "true" || text == "false")
      return text == "true";
  }
  return std::nullopt;
}

std::optional<std::string> as_text(const raw& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* env = std::get_if<env_text>(&value))
    return env->text;
  return std::nullopt;
}

std::optional<std::vector<std::string>> as_list(const raw& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return *list;
  const auto* env = std::get_if<env_text>(&value);
  if (!env)
    return std::nullopt;
  std::vector<std::string> list;
  for (std::string_view rest = env->text;;) {
    const auto comma = std::min(rest.find(','), rest.size());
    list.emplace_back(trimmed(rest.substr(0, comma)));
    if (comma == rest.size())
      return list;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<std::map<std::string, std::string>> as_pairs(const raw& value) {
  if (const auto* pairs = std::get_if<std::map<std::string, std::string>>(&value))
    return *pairs;
  if (!std::holds_alternative<env_text>(value))
    return std::nullopt;
  std::map<std::string, std::string> pairs;
  for (const auto& entry : *as_list(value)) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos
        || !pairs.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second)
      return std::nullopt;
  }
  return pairs;
}

// ---- times
// --------------------------------------------------------------------------------------

struct unit {
  std::string_view name;
  milliseconds length;
};

/// Longest first: a time is printed in the longest unit that divides it.
constexpr std::array units{
    unit{"d", seconds{86400}}, unit{"h", seconds{3600}}, unit{"m", seconds{60}},
    unit{"s", seconds{1}}, unit{"ms", milliseconds{1}}};

constexpr milliseconds longest_time = seconds{400 * 86400};

std::optional<milliseconds> parse_time(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_number<std::int64_t>(text.substr(0, digits));
  const auto found = std::ranges::find(units, text.substr(digits), &unit::name);
  if (!count || found == units.end() || *count > longest_time / found->length)
    return std::nullopt;
  return *count * found->length;
}

std::string print_time(milliseconds time) {
  const auto fits = std::ranges::find_if(
      units, [&](const unit& u) { return time % u.length == milliseconds{0}; });
  return fmt::format("{}{}", time / fits->length, fits->name);
}

// ---- what texts must look like
// ------------------------------------------------------------------

/// A check of one text and the sentence that goes with it.
struct text_rule {
  bool (*holds)(std::string_view);
  std::string_view accepts;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> accepted) {
  return std::ranges::find(accepted, text) != accepted.end();
}

bool has_only(std::string_view text, std::string_view extra) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0
        || extra.find(c) != std::string_view::npos;
  });
}

bool is_ip_address(std::string_view text) {
  const std::string copy{text};
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  return ::inet_pton(AF_INET, copy.c_str(), binary.data()) == 1
      || ::inet_pton(AF_INET6, copy.c_str(), binary.data()) == 1;
}

constexpr text_rule ip_address{is_ip_address, "an IP address such as \"127.0.0.1\""};

constexpr text_rule url{
    [](std::string_view text) { return origin_of(text).has_value(); },
    "an http or https URL such as \"https://guild.example\""};

constexpr text_rule origin{
    [](std::string_view text) { return origin_of(text) == text; },
    "http or https, a host and perhaps a port, without a path (\"https://guild.example\")"};

constexpr text_rule region{
    [](std::string_view text) {
      return is_one_of(text, {"us", "eu", "kr", "tw"});
    },
    "one of us, eu, kr, tw"};

constexpr text_rule locale{
    [](std::string_view text) {
      return is_one_of(
          text, {"en_US", "es_MX", "pt_BR", "en_GB", "es_ES", "fr_FR", "ru_RU", "de_DE",
                 "pt_PT", "it_IT", "ko_KR", "zh_TW"});
    },
    "one of en_US, es_MX, pt_BR, en_GB, es_ES, fr_FR, ru_RU, de_DE, pt_PT, it_IT, ko_KR, "
    "zh_TW"};

constexpr text_rule visible{
    [](std::string_view text) {
      return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
    },
    "visible ASCII characters without spaces"};

constexpr text_rule dsn{
    [](std::string_view text) {
      return text.starts_with("postgresql://") || text.starts_with("postgres://")
          || text.find('=') != std::string_view::npos;
    },
    "a PostgreSQL connection string (\"postgresql://user@host/name\" or \"host=... "
    "dbname=...\")"};

constexpr text_rule level{
    [](std::string_view text) {
      return is_one_of(text, {"trace", "debug", "info", "warn", "error", "critical", "off"});
    },
    "one of trace, debug, info, warn, error, critical, off"};

constexpr text_rule log_format_name{
    [](std::string_view text) {
      return is_one_of(text, {"text", "json"});
    },
    "text or json"};

constexpr text_rule discovery{
    [](std::string_view text) {
      return is_one_of(text, {"none", "of_users"});
    },
    "none or of_users"};

// ---- makers of keys, one per type of value
// ------------------------------------------------------

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
            const auto text = as_text(value);
            const auto parsed = text ? parse_time(trimmed(*text)) : std::nullopt;
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
  if (!has_only(id, "-_.") || entry.size() - colon < 1 + shortest_key)
    return std::nullopt;
  return config::signing_key{std::string{id}, {std::string{entry.substr(colon + 1)}}};
}

template <class Field>
key signing_keys(std::string name, Field field) {
  return {
      .name = std::move(name),
      .accepts = fmt::format(
          "a list of \"kid:key\" with different kids (letters, digits, - _ .) and keys of at "
          "least {} "
          "bytes",
          shortest_key),
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
          }};
}

std::string hidden(std::string_view) {
  return "***";
}

// ---- the table
// ----------------------------------------------------------------------------------

/// The name of a key and the member it stands for, spelt once.
#define AT(path)                                                                               \
#path, [](auto& cfg) -> auto& {                                                              \
    return cfg.path;                                                                           \
  }

std::vector<key> make_table() {
  constexpr seconds minute{60};
  constexpr seconds hour{3600};
  constexpr seconds day{86400};
  constexpr std::int64_t any_port = 65'535;
  constexpr std::int64_t mebibyte = 1 << 20;
  return {
      text(AT(http.address), ip_address),
      integer(AT(http.port), 0, any_port),
      integer(AT(http.io_threads), 0, 64),
      integer(AT(http.max_connections), 1, 1'000'000),
      integer(AT(http.max_in_flight), 1, 1'000'000),
      integer(AT(http.max_header_bytes), 1024, mebibyte),
      integer(AT(http.max_body_bytes), 1024, 64 * mebibyte),
      time(AT(http.header_timeout), milliseconds{100}, hour),
      time(AT(http.body_timeout), milliseconds{100}, hour),
      time(AT(http.write_timeout), milliseconds{100}, hour),
      time(AT(http.idle_timeout), milliseconds{100}, hour),
      time(AT(http.request_deadline), milliseconds{10}, hour),
      time(AT(http.drain_timeout), milliseconds{100}, hour),

      text(AT(admin.address), ip_address),
      integer(AT(admin.port), 0, any_port),

      text(AT(cors.frontend_url), url),
      list(AT(cors.origins), origin, 0),

      signing_keys(AT(auth.keys)),
      time(AT(auth.operator_token_lifetime), minute, 7 * day),
      time(AT(auth.access_token_lifetime), seconds{1}, day),

      secret(AT(database.dsn), dsn, [](std::string_view value) { return mask_dsn(value); }),
      integer(AT(database.readers), 1, 256),
      integer(AT(database.writers), 1, 256),
      integer(AT(database.max_queue), 1, 1'000'000),
      time(AT(database.connect_timeout), milliseconds{100}, minute),
      time(AT(database.statement_timeout), milliseconds{100}, hour),
      flag(AT(database.migrate_on_start)),

      integer(AT(cache.max_bytes), 0, 64 * 1024 * mebibyte),

      text(AT(battlenet.client_id), visible),
      secret(AT(battlenet.client_secret), visible, hidden),
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

      time(AT(sync.guild_interval), seconds{1}, 30 * day),
      time(AT(sync.character_interval), seconds{1}, 30 * day),
      time(AT(sync.poll_interval), seconds{1}, hour),
      integer(AT(sync.max_guilds_at_once), 1, 10'000),
      integer(AT(sync.characters_at_once), 1, 1000),
      integer(AT(sync.batch), 1, 1000),
      time(AT(sync.coordinator_limit), seconds{1}, hour),
      time(AT(sync.lease), seconds{1}, hour),
      integer(AT(sync.max_guilds), 0, 1'000'000),
      text(AT(sync.track_discovered), discovery),

      time(AT(retention.verify_within), seconds{1}, 30 * day),
      time(AT(retention.erase_after), seconds{1}, 30 * day),
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
  static const auto table = make_table();
  return table;
}

std::string describe(const raw& value) {
  constexpr std::size_t enough = 80;
  struct visitor {
    std::string operator()(const env_text& env) const {
      return (*this)(env.text);
    }
    std::string operator()(const unusable& other) const {
      return other.what;
    }
    std::string operator()(bool flag) const {
      return fmt::to_string(flag);
    }
    std::string operator()(std::int64_t number) const {
      return fmt::to_string(number);
    }
    std::string operator()(double number) const {
      return fmt::to_string(number);
    }
    std::string operator()(const std::string& text) const {
      return json_quoted(text.size() > enough ? text.substr(0, enough) + "..." : text);
    }
    std::string operator()(const std::vector<std::string>& list) const {
      return "[" + (*this)(fmt::format("{}", fmt::join(list, ", "))) + "]";
    }
    std::string operator()(const std::map<std::string, std::string>& pairs) const {
      return fmt::format("a table of {}", pairs.size());
    }
  };
  return std::visit(visitor{}, value);
}

std::optional<std::string_view> origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos
      || !is_one_of(url.substr(0, scheme_end), {"http", "https"}))
    return std::nullopt;
  const auto host_begin = scheme_end + 3;
  const auto host_end = std::min(url.find('/', host_begin), url.size());
  auto host = url.substr(host_begin, host_end - host_begin);
  const auto after_brackets = host.starts_with('[') ? host.find(']') : 0;
  if (after_brackets == std::string_view::npos)
    return std::nullopt;
  if (const auto colon = host.find(':', after_brackets); colon != std::string_view::npos) {
    const auto port = parse_number<std::uint16_t>(host.substr(colon + 1));
    if (!port || *port == 0)
      return std::nullopt;
    host = host.substr(0, colon);
  }
  const auto is_host = host.starts_with('[')
                         ? host.ends_with(']') && is_ip_address(host.substr(1, host.size() - 2))
                         : has_only(host, "-._");
  if (!is_host || !visible.holds(url))
    return std::nullopt;
  return url.substr(0, host_end);
}

} // namespace guildhall::config_keys
