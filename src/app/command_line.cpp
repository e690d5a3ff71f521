#include "app/command_line.hpp"

#include "app/commands.hpp"
#include "app/service.hpp"
#include "core/config.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace guildhall::app {

namespace {

constexpr auto default_config = "/etc/guildhall/guildhall.toml";

int exit_status(const failure& why) {
  return why.code == ec::bad_config ? 2 : 1;
}

int report(const failure& why) {
  std::cerr << "guildhall: " << message_of(why) << '\n';
  return exit_status(why);
}

/// --config, else the default file if there is one, else defaults and environment only.
std::string config_file(const std::string& given) {
  if (!given.empty())
    return given;
  return std::filesystem::exists(default_config) ? default_config : std::string{};
}

/// The effective values on stdout, every mistake (and what serving lacks) on stderr.
int check_config(const std::string& file) {
  const auto cfg = load_config(file, process_environment());
  if (!cfg)
    return report(cfg.error());
  std::cout << config_report(*cfg);
  if (auto missing = missing_for_serve(*cfg, true); !missing.empty())
    return report(bad_config(std::move(missing)));
  return 0;
}

} // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"guildhall: a local mirror of World of Warcraft guilds, and its REST API"};
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", GUILDHALL_VERSION);
  std::string file;
  app.add_option("--config", file, "configuration file")->envname("GUILDHALL_CONFIG");

  using command = std::function<int(const config&)>;
  command chosen;
  const auto run = [&chosen](command what) { chosen = std::move(what); };
  const auto done = [](const result<void>& outcome) {
    return outcome ? 0 : report(outcome.error());
  };

  const std::map<std::string, service_role> roles{
      {"all", service_role::all}, {"api", service_role::api}, {"sync", service_role::sync}};
  auto role = service_role::all;
  auto* serve_command = app.add_subcommand("serve", "serve and sync until stopped");
  serve_command->add_option("--role", role, "all, api or sync")
      ->transform(CLI::CheckedTransformer(roles));
  serve_command->callback([&] { run([&](const config& cfg) { return serve(cfg, role); }); });

  bool only_status = false;
  auto* migrate_command = app.add_subcommand("migrate", "bring the schema up to date");
  migrate_command->add_flag("--status", only_status, "only show what is applied");
  migrate_command->callback(
      [&] { run([&](const config& cfg) { return done(migrate(cfg, only_status)); }); });

  bool checking = false;
  app.add_subcommand("check-config", "show the effective configuration and its mistakes")
      ->callback([&] { checking = true; });

  bool operator_token = false;
  std::string battletag;
  std::string subject{"operator"};
  auto* token_command = app.add_subcommand("token", "mint a token");
  auto* kind = token_command->add_option_group("kind");
  kind->add_flag("--operator", operator_token, "for the admin listener, 12 hours");
  kind->add_option("--user", battletag, "for the API, as this battletag (development)");
  kind->require_option(1);
  bool admin = false;
  token_command->add_flag("--admin", admin, "with --user: make that user an admin first");
  token_command->add_option("--subject", subject, "whose operator token it is");
  token_command->callback([&] {
    run([&](const config& cfg) {
      return done(
          operator_token ? print_operator_token(cfg, subject)
                         : print_user_token(cfg, battletag, admin));
    });
  });

  std::string who;
  std::string user_role;
  auto* role_command = app.add_subcommand("role", "give a user a role");
  role_command->add_option("user", who, "id or battletag")->required();
  role_command->add_option("role", user_role, "user, guild_leader or admin")->required();
  role_command->callback(
      [&] { run([&](const config& cfg) { return done(set_role(cfg, who, user_role)); }); });

  std::string region;
  std::string realm;
  std::string name;
  const auto address_options = [&](CLI::App* where) {
    where->add_option("region", region, "us, eu, kr or tw")->required();
    where->add_option("realm", realm, "slug of the realm")->required();
    where->add_option("guild", name, "slug of the guild's name")->required();
  };
  auto* track_command = app.add_subcommand("track", "mirror a guild from now on");
  address_options(track_command);
  track_command->callback(
      [&] { run([&](const config& cfg) { return done(track(cfg, region, realm, name)); }); });
  auto* untrack_command = app.add_subcommand("untrack", "mirror a guild no longer");
  address_options(untrack_command);
  untrack_command->callback(
      [&] { run([&](const config& cfg) { return done(untrack(cfg, region, realm, name)); }); });

  std::string what;
  std::string target;
  auto* sync_command =
      app.add_subcommand("sync-now", "sync a guild or character before all else");
  sync_command->add_option("what", what)
      ->required()
      ->check(CLI::IsMember({"guild", "character"}));
  sync_command->add_option("target", target, "an id, or region/realm/guild")->required();
  sync_command->callback(
      [&] { run([&](const config& cfg) { return done(sync_now(cfg, what, target)); }); });

  app.add_subcommand("pause", "start no more syncs, on any instance")->callback([&] {
    run([&](const config& cfg) { return done(set_paused(cfg, true)); });
  });
  app.add_subcommand("resume", "undo pause")->callback([&] {
    run([&](const config& cfg) { return done(set_paused(cfg, false)); });
  });
  app.add_subcommand("status", "queue, guilds, budget, last errors")->callback([&] {
    run([&](const config& cfg) { return done(print_status(cfg)); });
  });

  bool everything = false;
  auto* rederive_command =
      app.add_subcommand("rederive", "rebuild columns from the stored documents");
  rederive_command->add_flag("--all", everything, "also those of the current projection");
  rederive_command->callback(
      [&] { run([&](const config& cfg) { return done(rederive(cfg, everything)); }); });

  std::int64_t id = 0;
  auto* forget_command = app.add_subcommand("forget", "erase what is known, at once");
  forget_command->add_option("what", what)
      ->required()
      ->check(CLI::IsMember({"guild", "character", "user"}));
  forget_command->add_option("id", id)->required()->check(CLI::PositiveNumber);
  forget_command->callback(
      [&] { run([&](const config& cfg) { return done(forget(cfg, what, id)); }); });

  std::string old_dsn;
  auto* import_command =
      app.add_subcommand("import", "move in from the old back end; may be run again");
  import_command->add_option("dsn", old_dsn, "of the old database")
      ->envname("GUILDHALL_IMPORT_DSN") // keeps a password out of the process list
      ->required();
  import_command->callback(
      [&] { run([&](const config& cfg) { return done(import_old(cfg, old_dsn)); }); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  }
  if (checking)
    return check_config(config_file(file));
  const auto cfg = load_config(config_file(file), process_environment());
  if (!cfg)
    return report(cfg.error());
  return chosen(*cfg);
}

} // namespace guildhall::app
