#include "app/commands.hpp"

#include "api/auth/jwt.hpp"
#include "app/command_database.hpp"
#include "app/say.hpp"
#include "domain/accounts.hpp"
#include "domain/control.hpp"
#include "store/mirror/rederive.hpp"
#include "store/people/users.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"
#include "store/run.hpp"

#include <chrono>

namespace guildhall::app {

namespace {

constexpr std::chrono::minutes long_patience{30};

result<config::signing_key> first_key(const config& cfg) {
  if (cfg.auth.keys.empty())
    return fail(
        ec::bad_config, "auth.keys is empty: there is nothing to sign a token with. Set the "
                        "keys that guildhall "
                        "serve has, in GUILDHALL_AUTH_KEYS or GUILDHALL_AUTH_KEYS_FILE");
  return cfg.auth.keys.front();
}

} // namespace

result<void> migrate(const config& cfg, bool only_status) {
  auto db = store::connection::open(direct_connection_options_of(cfg));
  if (!db)
    return std::unexpected<failure>(db.error());
  if (!only_status) {
    const auto applied = store::migrate(**db, within(long_patience));
    if (!applied)
      return std::unexpected<failure>(applied.error());
    say("applied ", applied->size(), " migrations\n");
    return {};
  }
  const auto lines = store::migration_status(**db, within(command_patience));
  if (!lines)
    return std::unexpected<failure>(lines.error());
  for (const auto& line : *lines)
    say(line.version, " ", line.name, ": ",
        (!line.applied  ? "missing"
         : line.changed ? "applied, with another text"
         : !line.known  ? "applied, by a newer version"
                        : "applied"),
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

result<void> set_paused(const config& cfg, bool paused) {
  return with_database<void>(cfg, "set_paused", [&](store::session& session) {
    return store::run(session, domain::set_paused{paused});
  });
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

} // namespace guildhall::app
