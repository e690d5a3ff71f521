#include "app/command_line.hpp"

#include "app/build_info.hpp"
#include "app/commands.hpp"
#include "app/say.hpp"
#include "app/service.hpp"
#include "app/signals.hpp"
#include "app/startup.hpp"
#include "core/config_process.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace guildhall::app {

namespace {

constexpr auto default_config = "/etc/guildhall/guildhall.toml";

int report(const failure& why) {
  complain("guildhall: ", whole{message_of(why)}, "\n");
  return exit_status(why.code);
}

/// --config, else the default file if there is one, else defaults and environment only.
std::string config_file(const std::string& given) {
  if (!given.empty())
    return given;
  return std::filesystem::exists(default_config) ? default_config : std::string{};
}

void print_warnings(const loaded_config& loaded) {
  for (const auto& [file, sentence] : loaded.warnings)
    complain("guildhall: warning: ", file, ": ", sentence, "\n");
}

/// The effective values on stdout, every mistake (and what serving lacks) on stderr. Nobody is
/// asked, so nothing is said of whether they are the right ones.
int check_config(const config& cfg) {
  say(whole{config_report(cfg)});
  if (auto mistakes = mistakes_for_serve(cfg, true); !mistakes.empty())
    return report(bad_config(std::move(mistakes)));
  complain("guildhall: nothing is missing or malformed. Whether the database and Battle.net "
           "accept the user, the client id and the secrets shows only when they are asked: "
           "guildhall migrate --status asks the database, guildhall serve asks both.\n");
  return 0;
}

/// What was said on the command line, and what it comes to.
class command_line {
public:
  command_line() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", version_line());
    app_.add_option("--config", file_, "configuration file")->envname("GUILDHALL_CONFIG");
    add_running();
    add_people();
    add_guilds();
    add_data();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
      return app_.exit(e);
    }
    const auto loaded = load_config(config_file(file_), process_variables());
    if (!loaded)
      return report(loaded.error());
    print_warnings(*loaded);
    return chosen_(loaded->values);
  }

private:
  CLI::App* add(const char* name, const char* help) {
    return app_.add_subcommand(name, help);
  }
  /// `work(cfg)`, a `result<void>`, is what the command does.
  template <class Work>
  void does(CLI::App* command, Work work) {
    command->callback([this, work] {
      chosen_ = [work](const config& cfg) {
        const result<void> outcome = work(cfg);
        return outcome ? 0 : report(outcome.error());
      };
    });
  }

  void add_running() {
    static const std::map<std::string, service_role> roles{
        {"all", service_role::all}, {"api", service_role::api}, {"sync", service_role::sync}};
    auto* run = add("serve", "serve and sync until stopped");
    run->add_option("--role", role_, "all, api or sync")
        ->transform(CLI::CheckedTransformer(roles));
    run->callback([this] {
      hold_signals(); // one that comes while the configuration is read must not end it
      chosen_ = [this](const config& cfg) {
        return serve(cfg, role_, [file = config_file(file_)]() -> result<config> {
          auto loaded = load_config(file, process_variables());
          if (!loaded)
            return fail(std::move(loaded.error()));
          return std::move(loaded->values);
        });
      };
    });

    auto* schema = add("migrate", "bring the schema up to date");
    schema->add_flag("--status", only_status_, "only show what is applied");
    does(schema, [this](const config& cfg) { return migrate(cfg, only_status_); });

    add("check-config", "show the effective configuration and its mistakes")->callback([this] {
      chosen_ = check_config;
    });
  }

  void add_people() {
    auto* token = add("token", "mint a token");
    auto* kind = token->add_option_group("kind");
    kind->add_flag("--operator", operator_token_, "for the admin listener, 12 hours");
    kind->add_option("--user", battletag_, "for the API, as this battletag (development)");
    kind->require_option(1);
    token->add_flag("--admin", admin_, "with --user: make that user an admin first");
    token->add_option("--subject", subject_, "whose operator token it is");
    does(token, [this](const config& cfg) {
      return operator_token_ ? print_operator_token(cfg, subject_)
                             : print_user_token(cfg, battletag_, admin_);
    });

    auto* role = add("role", "give a user a role");
    role->add_option("user", user_, "id or battletag")->required();
    role->add_option("role", user_role_, "user, guild_leader or admin")->required();
    does(role, [this](const config& cfg) { return set_role(cfg, user_, user_role_); });
  }

  void add_address(CLI::App* command) {
    command->add_option("region", where_.region, "us, eu, kr or tw")->required();
    command->add_option("realm", where_.realm, "slug or name of the realm")->required();
    command->add_option("guild", where_.name, "the guild's name, or its slug")->required();
  }

  void add_guilds() {
    auto* begin = add("track", "mirror a guild from now on");
    add_address(begin);
    does(begin, [this](const config& cfg) { return track(cfg, where_); });
    auto* end = add("untrack", "mirror a guild no longer");
    add_address(end);
    does(end, [this](const config& cfg) { return untrack(cfg, where_); });

    auto* now = add("sync-now", "sync a guild or character before all else");
    now->add_option("what", what_)->required()->check(CLI::IsMember({"guild", "character"}));
    now->add_option("target", target_, "an id, or region, realm and name")
        ->expected(1, 3)
        ->required();
    does(now, [this](const config& cfg) { return sync_now(cfg, what_, target_); });

    does(add("pause", "start no more syncs, on any instance"), [](const config& cfg) {
      return set_paused(cfg, true);
    });
    does(add("resume", "undo pause"), [](const config& cfg) { return set_paused(cfg, false); });
    auto* seen = add("status", "queue, guilds, budget, last errors");
    seen->add_option("guild", target_, "region, realm and name of one guild")->expected(1, 3);
    does(seen, [this](const config& cfg) {
      return target_.empty() ? print_status(cfg) : print_status_of(cfg, target_);
    });
  }

  void add_data() {
    auto* columns = add("rederive", "rebuild columns from the stored documents");
    columns->add_flag("--all", everything_, "also those of the current projection");
    does(columns, [this](const config& cfg) { return rederive(cfg, everything_); });

    auto* erase = add("forget", "erase what is known, at once");
    erase->add_option("what", what_)
        ->required()
        ->check(CLI::IsMember({"guild", "character", "user"}));
    erase->add_option("target", target_, "an id, or region, realm and name")
        ->expected(1, 3)
        ->required();
    does(erase, [this](const config& cfg) { return forget(cfg, what_, target_); });

    auto* move_in = add("import", "move in from the old back end; may be run again");
    move_in->add_option("dsn", old_dsn_, "of the old database")
        ->envname("GUILDHALL_IMPORT_DSN") // keeps a password out of the process list
        ->required();
    does(move_in, [this](const config& cfg) { return import_old(cfg, old_dsn_); });
  }

  CLI::App app_{"guildhall: a local mirror of World of Warcraft guilds, and its REST API"};
  std::function<int(const config&)> chosen_;

  std::string file_;
  service_role role_{service_role::all};
  bool only_status_{false};
  bool operator_token_{false};
  bool admin_{false};
  std::string battletag_;
  std::string subject_{"operator"};
  std::string user_;
  std::string user_role_;
  address_words where_;
  std::string what_;
  std::vector<std::string> target_;
  bool everything_{false};
  std::string old_dsn_;
};

} // namespace

int run_command_line(int argc, char** argv) {
  return command_line{}.run(argc, argv);
}

} // namespace guildhall::app
