#include "app/battlenet_clients.hpp"
#include "app/command_database.hpp"
#include "app/commands.hpp"
#include "app/say.hpp"
#include "core/config_values.hpp"
#include "core/text.hpp"
#include "domain/control.hpp"
#include "domain/crawling/price.hpp"
#include "domain/guild_reads.hpp"
#include "store/ledger/known_guilds.hpp"
#include "store/ledger/realms.hpp"
#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

// Commands about guilds and whom they hold. Whoever types an address writes names as well as
// slugs: the realm index says which realm is meant.
namespace guildhall::app {

namespace {

constexpr std::size_t shown_bytes = 80;

std::string as_typed(std::string_view typed) {
  return '"' + text::printable(typed, shown_bytes) + '"';
}

result<domain::region> region_named(const std::string& typed) {
  const auto where = domain::parse_region(text::name_key(typed));
  if (!where)
    return fail(ec::validation, "The region must be us, eu, kr or tw, not " + as_typed(typed));
  return *where;
}

/// The realm stays as it was typed.
result<domain::guild_address> guild_address_of(const address_words& typed) {
  const auto where = region_named(typed.region);
  if (!where)
    return fail(where.error());
  const auto slug = domain::canonical_slug(domain::guild_name_slug(typed.name));
  if (!slug)
    return fail(
        ec::validation,
        "A guild is named by letters, digits, blanks and hyphens, like \"My Guild\" or "
        "my-guild, of at most 128 bytes, not "
            + as_typed(typed.name));
  return domain::guild_address{*where, typed.realm, *slug};
}

struct typed_target {
  std::optional<std::int64_t> id{};
  address_words address{};
};

/// "12", "eu/draenor/the-lantern-keepers", or the same in three words.
result<typed_target> parse_target(const std::vector<std::string>& words) {
  if (words.size() == 3)
    return typed_target{{}, {words[0], words[1], words[2]}};
  if (words.size() == 1) {
    const auto& word = words.front();
    const auto id = config_keys::parse_number<std::int64_t>(word);
    if (id && *id > 0)
      return typed_target{id};
    const auto first = word.find('/');
    const auto second = first == std::string::npos ? first : word.find('/', first + 1);
    if (second != std::string::npos)
      return typed_target{
          {},
          {word.substr(0, first), word.substr(first + 1, second - first - 1),
           word.substr(second + 1)}};
  }
  return fail(
      ec::validation,
      "Say which one by its id, or by region, realm and name: eu Draenor \"My Guild\", or "
      "eu/draenor/my-guild"
          + (words.size() == 1 ? "; not " + as_typed(words.front()) : std::string{}));
}

/// With the realm's slug.
result<domain::guild_address> looked_up(store::session& session, const address_words& typed) {
  auto address = guild_address_of(typed);
  if (!address)
    return address;
  auto realm = store::realm_named(session, address->region, address->realm);
  if (!realm)
    return fail(realm.error());
  address->realm = std::move(*realm);
  return address;
}

result<guild_id> find_guild(store::session& session, const typed_target& target) {
  if (target.id)
    return guild_id{*target.id};
  const auto address = looked_up(session, target.address);
  if (!address)
    return fail(address.error());
  const auto guild = store::run(session, domain::guild_at{*address});
  if (!guild && guild.error().code == ec::not_found)
    return fail(ec::not_found, store::not_known(session, *address));
  if (!guild)
    return fail(guild.error());
  return guild->id;
}

result<character_id> find_character(store::session& session, const typed_target& target) {
  if (target.id)
    return character_id{*target.id};
  const auto where = region_named(target.address.region);
  if (!where)
    return fail(where.error());
  const auto realm = store::realm_named(session, *where, target.address.realm);
  if (!realm)
    return fail(realm.error());
  const auto missing = [&] {
    return fail(
        ec::not_found, "Character " + as_typed(target.address.name) + " of the realm " + *realm
                           + " (" + std::string{domain::to_string(*where)}
                           + ") is not known here");
  };
  const auto key = text::name_key(target.address.name);
  if (!domain::is_askable_name(key))
    return missing();
  const auto found = store::run(session, domain::character_at{{*where, *realm, key}});
  if (!found && found.error().code == ec::not_found)
    return missing();
  if (!found)
    return fail(found.error());
  return found->id;
}

/// What is tracked at the address and was never found is looked for again.
result<domain::job_row>
sync_guild_now(store::session& session, const config& cfg, const typed_target& target) {
  if (target.id)
    return store::run(session, domain::sync_guild{guild_id{*target.id}, regions_of(cfg)});
  const auto address = guild_address_of(target.address);
  if (!address)
    return fail(address.error());
  const auto tracked = store::run(session, domain::tracked_guild_at{*address});
  if (!tracked)
    return fail(tracked.error());
  if (tracked->guild_id)
    return store::run(session, domain::sync_guild{*tracked->guild_id, regions_of(cfg)});
  return store::run(session, domain::track{tracked->address, "command line", regions_of(cfg)});
}

std::string iso(const std::optional<time_point>& when) {
  if (!when)
    return "never";
  const auto seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::seconds>(*when));
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%FT%TZ", &utc);
  return text;
}

result<void> print_job(const result<domain::job_row>& job) {
  if (!job)
    return fail(job.error());
  say("job ", job->id.value, ": ", job->kind, " ", job->target, " is ",
      domain::to_string(job->state),
      "; guildhall serve does it, guildhall status tells what became of it\n");
  return {};
}

void print_sync(const domain::sync_overview& seen) {
  say("sync: ", (seen.paused ? "paused" : "on"), "; guilds ", seen.guilds_due, " due, ",
      seen.guilds_running, " running; characters ", seen.characters_due, " due, ",
      seen.characters_running, " running\n", "budget: ", seen.hour_spent, " of ",
      seen.hour_limit, " requests in the last hour\n");
  if (seen.price > 0)
    say("price: a change of an active player is seen after about ",
        std::chrono::round<std::chrono::minutes>(domain::seen_after(seen.price)).count(),
        " min of playing time; characters ask for ", std::llround(seen.demand), " of ",
        std::llround(seen.supply), " requests an hour\n");
  for (const auto& pause : seen.pauses)
    say("left alone: battle.net", pause.region ? " " : "",
        pause.region ? domain::to_string(*pause.region) : "", " until ", iso(pause.until),
        ": it answers 429\n");
  for (const auto& doubt : seen.doubts)
    say("in doubt: battle.net ", domain::to_string(doubt.region), " since ", iso(doubt.since),
        ": most of what it showed before is 404 or 403 now (", doubt.document,
        "); nothing is believed to be gone until it answers again\n");
}

void print_guild(const domain::tracked_guild_row& guild) {
  say(store::spelt(guild.address), ": ", guild.state);
  if (guild.guild_id)
    say(", id ", guild.guild_id->value);
  say((guild.running ? ", running" : ""), ", synced ", iso(guild.last_synced_at), ", due ",
      iso(guild.due_at));
  if (!guild.last_error.empty())
    say(", last error: ", guild.last_error);
  say("\n");
}

} // namespace

result<void> track(const config& cfg, const address_words& typed) {
  const auto address = guild_address_of(typed);
  if (!address)
    return discard(address);
  return print_job(with_database<domain::job_row>(cfg, "track", [&](store::session& session) {
    return store::run(session, domain::track{*address, "command line", regions_of(cfg)});
  }));
}

result<void> untrack(const config& cfg, const address_words& typed) {
  const auto address = guild_address_of(typed);
  if (!address)
    return discard(address);
  return with_database<void>(cfg, "untrack", [&](store::session& session) {
    return store::run(session, domain::untrack{*address});
  });
}

result<void>
sync_now(const config& cfg, const std::string& what, const std::vector<std::string>& target) {
  const auto wanted = parse_target(target);
  if (!wanted)
    return discard(wanted);
  return print_job(with_database<domain::job_row>(
      cfg, "sync_now", [&](store::session& session) -> result<domain::job_row> {
        if (what == "guild")
          return sync_guild_now(session, cfg, *wanted);
        const auto id = find_character(session, *wanted);
        if (!id)
          return fail(id.error());
        return store::run(session, domain::sync_character{*id, regions_of(cfg)});
      }));
}

result<void> print_status_of(const config& cfg, const std::vector<std::string>& guild) {
  const auto wanted = parse_target(guild);
  if (!wanted)
    return discard(wanted);
  if (wanted->id)
    return fail(ec::validation, "Say which guild by region, realm and name");
  const auto address = guild_address_of(wanted->address);
  if (!address)
    return discard(address);
  const auto seen = with_database<domain::tracked_guild_row>(
      cfg, "tracked_guild", [&](store::session& session) {
        return store::run(session, domain::tracked_guild_at{*address});
      });
  if (!seen)
    return discard(seen);
  print_guild(*seen);
  return {};
}

result<void> print_status(const config& cfg) {
  const auto seen =
      with_database<domain::sync_overview>(cfg, "overview", [](store::session& session) {
        return store::run(session, domain::overview_of_sync{});
      });
  if (!seen)
    return discard(seen);
  print_sync(*seen);
  const auto refused = default_message(ec::upstream_unauthorised);
  if (std::ranges::any_of(
          seen->guilds, [&](const auto& guild) { return guild.last_error == refused; }))
    say("trouble: ", refused,
        ": compare battlenet.client_id and battlenet.client_secret with "
        "https://develop.battle.net, correct the configuration and restart\n");
  for (const auto& one : seen->guilds)
    print_guild(one);
  for (const auto& error : seen->last_errors)
    say(iso(error.at), " ", error.entity, " ", error.document, " ", error.error_class, ": ",
        error.detail, "\n");
  return {};
}

result<void>
forget(const config& cfg, const std::string& what, const std::vector<std::string>& target) {
  const auto wanted = parse_target(target);
  if (what == "user" && (!wanted || !wanted->id))
    return fail(ec::validation, "Say which user by the id, a number");
  if (!wanted)
    return discard(wanted);
  return with_database<void>(cfg, "forget", [&](store::session& session) -> result<void> {
    if (what == "guild") {
      const auto id = find_guild(session, *wanted);
      return id ? store::forget_guild(session, *id) : fail(id.error());
    }
    if (what == "character") {
      const auto id = find_character(session, *wanted);
      return id ? store::forget_character(session, *id) : fail(id.error());
    }
    return store::forget_user(session, user_id{*wanted->id});
  });
}

} // namespace guildhall::app
