#include "app/commands.hpp"

#include "api/auth/jwt.hpp"
#include "app/battlenet_clients.hpp"
#include "app/database_gate.hpp"
#include "app/say.hpp"
#include "core/text.hpp"
#include "domain/accounts.hpp"
#include "domain/address.hpp"
#include "domain/control.hpp"
#include "domain/guild_reads.hpp"
#include "store/mirror/rederive.hpp"
#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"
#include "store/run.hpp"

#include <charconv>
#include <chrono>
#include <ctime>

namespace guildhall::app {

namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::minutes long_patience{30};

deadline within(std::chrono::seconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Opens a connection and runs `work` on it.
template <class T, class Work>
result<T> with_database(const config& cfg, std::string_view name, Work work) {
  auto db = store::connection::open(connection_options_of(cfg));
  if (!db)
    return std::unexpected<failure>(db.error());
  if (auto fits = store::check_schema(**db, within(patience)); !fits)
    return std::unexpected<failure>(fits.error());
  result<T> outcome = fail(ec::internal);
  const auto ran =
      (*db)->run(within(patience), name, [&](store::session& session) -> result<void> {
        outcome = work(session);
        if (!outcome)
          return std::unexpected<failure>(outcome.error());
        return {};
      });
  if (!ran)
    return std::unexpected<failure>(ran.error());
  return outcome;
}

template <class T>
result<void> discard(const result<T>& outcome) {
  if (!outcome)
    return std::unexpected<failure>(outcome.error());
  return {};
}

/// The realm as it was written: the realm index knows names too.
result<domain::guild_address>
named_address(const std::string& region, const std::string& realm, const std::string& name) {
  const auto where = domain::parse_region(region);
  if (!where)
    return fail(ec::validation, "The region must be us, eu, kr or tw, not \"" + region + "\"");
  const auto slug = domain::canonical_slug(domain::guild_name_slug(name));
  if (!slug)
    return fail(
        ec::validation,
        "A guild is a name or a slug, like My Guild or my-guild, not \"" + name + '"');
  return domain::guild_address{*where, realm, *slug};
}

result<domain::guild_address>
parse_address(const std::string& region, const std::string& realm, const std::string& name) {
  auto address = named_address(region, realm, name);
  if (!address)
    return address;
  const auto slug = domain::canonical_slug(realm);
  if (!slug)
    return fail(
        ec::validation,
        "A realm is a slug here: letters, digits and hyphens, like stormrage, not \"" + realm
            + '"');
  address->realm = *slug;
  return address;
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

void say_guild(const domain::tracked_guild_row& guild) {
  say(domain::to_string(guild.address.region), "/", guild.address.realm, "/",
      guild.address.name_slug, ": ", guild.state, guild.running ? ", running" : "", ", synced ",
      iso(guild.last_synced_at), ", due ", iso(guild.due_at));
  if (!guild.last_error.empty())
    say(", last error: ", guild.last_error);
  say("\n");
}

result<void> print_job(const result<domain::job_row>& job) {
  if (!job)
    return std::unexpected<failure>(job.error());
  say("job ", job->id.value, ": ", job->kind, " ", job->target, " is ",
      domain::to_string(job->state), "\n");
  return {};
}

/// "12" is an id, "eu/stormrage/avalerion" an address.
result<guild_id> find_guild(store::session& session, const std::string& target) {
  std::int64_t id = 0;
  const auto* end = target.data() + target.size();
  if (const auto [rest, error] = std::from_chars(target.data(), end, id);
      error == std::errc{} && rest == end)
    return guild_id{id};
  const auto first = target.find('/');
  const auto second = target.find('/', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos)
    return fail(ec::validation, "A guild is an id or region/realm/name, not \"" + target + '"');
  const auto address = parse_address(
      target.substr(0, first), target.substr(first + 1, second - first - 1),
      target.substr(second + 1));
  if (!address)
    return std::unexpected<failure>(address.error());
  const auto guild = store::run(session, domain::guild_at{*address});
  if (!guild)
    return std::unexpected<failure>(guild.error());
  return guild->id;
}

result<character_id> parse_character(const std::string& target) {
  std::int64_t id = 0;
  const auto* end = target.data() + target.size();
  const auto [rest, error] = std::from_chars(target.data(), end, id);
  if (error != std::errc{} || rest != end)
    return fail(ec::validation, "A character is an id, not \"" + target + '"');
  return character_id{id};
}

result<config::signing_key> first_key(const config& cfg) {
  if (cfg.auth.keys.empty())
    return fail(ec::bad_config, "auth.keys is empty: there is nothing to sign a token with");
  return cfg.auth.keys.front();
}

} // namespace

result<void> migrate(const config& cfg, bool only_status) {
  auto db = store::connection::open(connection_options_of(cfg));
  if (!db)
    return std::unexpected<failure>(db.error());
  if (!only_status) {
    const auto applied = store::migrate(**db, within(long_patience));
    if (!applied)
      return std::unexpected<failure>(applied.error());
    say("applied ", applied->size(), " migrations\n");
    return {};
  }
  const auto lines = store::migration_status(**db, within(patience));
  if (!lines)
    return std::unexpected<failure>(lines.error());
  for (const auto& line : *lines)
    say(line.version, " ", line.name, ": ",
        !line.applied  ? "missing"
        : line.changed ? "applied, with another text"
        : !line.known  ? "applied, by a newer version"
                       : "applied",
        "\n");
  return {};
}

result<void> print_operator_token(const config& cfg, const std::string& subject) {
  const auto key = first_key(cfg);
  if (!key)
    return discard(key);
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto token =
      api::auth::mint_operator(*key, subject, now, cfg.auth.operator_token_lifetime);
  say(whole{token}, "\n");
  return {};
}

result<void> print_user_token(const config& cfg, const std::string& battletag, bool admin) {
  const auto key = first_key(cfg);
  if (!key)
    return discard(key);
  const auto user = with_database<domain::standing>(
      cfg, "development_user", [&](store::session& session) -> result<domain::standing> {
        const auto id = store::development_user(session, battletag);
        if (!id)
          return fail(id.error());
        if (admin)
          if (const auto done = store::set_role(session, std::to_string(id->value), "admin");
              !done)
            return fail(done.error());
        return store::run(session, domain::standing_of{*id});
      });
  if (!user)
    return discard(user);
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  api::auth::claims who;
  who.id = user->id.value;
  who.valid_since = user->tokens_valid_since;
  who.battle_net_id = std::to_string(user->account.value);
  who.battletag = battletag;
  who.role = user->role;
  who.issued_at = now;
  who.expires_at = now + cfg.auth.operator_token_lifetime;
  const auto token = api::auth::mint(*key, who);
  say(whole{token}, "\n");
  return {};
}

result<void> set_role(const config& cfg, const std::string& who, const std::string& role) {
  const auto user = with_database<user_id>(cfg, "set_role", [&](store::session& session) {
    return store::set_role(session, who, role);
  });
  if (!user)
    return discard(user);
  say("user ", user->value, " is ", role, " now\n");
  return {};
}

result<void> track(
    const config& cfg, const std::string& region, const std::string& realm,
    const std::string& name) {
  const auto address = named_address(region, realm, name);
  if (!address)
    return discard(address);
  return print_job(with_database<domain::job_row>(cfg, "track", [&](store::session& session) {
    return store::run(session, domain::track{*address, "command line", regions_of(cfg)});
  }));
}

result<void> untrack(
    const config& cfg, const std::string& region, const std::string& realm,
    const std::string& name) {
  const auto address = named_address(region, realm, name);
  if (!address)
    return discard(address);
  return with_database<void>(cfg, "untrack", [&](store::session& session) {
    return store::run(session, domain::untrack{*address});
  });
}

result<void> sync_now(const config& cfg, const std::string& what, const std::string& target) {
  return print_job(with_database<domain::job_row>(
      cfg, "sync_now", [&](store::session& session) -> result<domain::job_row> {
        if (what == "character") {
          const auto id = parse_character(target);
          if (!id)
            return std::unexpected<failure>(id.error());
          return store::run(session, domain::sync_character{*id, regions_of(cfg)});
        }
        const auto id = find_guild(session, target);
        if (!id)
          return std::unexpected<failure>(id.error());
        return store::run(session, domain::sync_guild{*id, regions_of(cfg)});
      }));
}

result<void> set_paused(const config& cfg, bool paused) {
  return with_database<void>(cfg, "set_paused", [&](store::session& session) {
    return store::run(session, domain::set_paused{paused});
  });
}

result<void> print_status(const config& cfg) {
  const auto seen =
      with_database<domain::sync_overview>(cfg, "overview", [](store::session& session) {
        return store::run(session, domain::overview_of_sync{});
      });
  if (!seen)
    return discard(seen);
  say("sync: ", seen->paused ? "paused" : "on", "; guilds ", seen->guilds_due, " due, ",
      seen->guilds_running, " running; characters ", seen->characters_due, " due, ",
      seen->characters_running, " running\nbudget: ", seen->hour_spent, " of ",
      seen->hour_limit, " requests in the last hour\n");
  for (const auto& pause : seen->pauses)
    say("left alone: battle.net", pause.region ? " " : "",
        pause.region ? domain::to_string(*pause.region) : "", " until ", iso(pause.until),
        ": it answers 429\n");
  for (const auto& doubt : seen->doubts)
    say("in doubt: battle.net ", domain::to_string(doubt.region), " since ", iso(doubt.since),
        ": most of what it showed before is 404 or 403 now (", doubt.document,
        "); nothing is believed to be gone until it answers again\n");
  for (const auto& guild : seen->guilds)
    say_guild(guild);
  for (const auto& error : seen->last_errors)
    say(iso(error.at), " ", error.entity, " ", error.document, " ", error.error_class, ": ",
        error.detail, "\n");
  return {};
}

result<void> rederive(const config& cfg, bool everything) {
  constexpr int step = 500;
  character_id after{};
  std::int64_t looked_at = 0;
  std::int64_t changed = 0;
  for (bool finished = false; !finished;) {
    const auto part =
        with_database<store::rederived>(cfg, "rederive", [&](store::session& session) {
          return store::rederive(session, after, step, everything);
        });
    if (!part)
      return discard(part);
    after = part->last;
    looked_at += part->looked_at;
    changed += part->changed;
    finished = part->done;
  }
  say("looked at ", looked_at, " characters, changed ", changed, "\n");
  return {};
}

result<void> forget(const config& cfg, const std::string& what, std::int64_t id) {
  return with_database<void>(cfg, "forget", [&](store::session& session) -> result<void> {
    if (what == "guild")
      return store::forget_guild(session, guild_id{id});
    if (what == "character")
      return store::forget_character(session, character_id{id});
    return store::forget_user(session, user_id{id});
  });
}

} // namespace guildhall::app
