#include "core/config.hpp"

#include "core/config_files.hpp"
#include "core/config_keys.hpp"
#include "core/config_names.hpp"
#include "core/config_process.hpp"
#include "core/config_rules.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <strings.h>
#include <unistd.h>

namespace guildhall {

namespace {

using config_keys::key;
using config_keys::raw;
using mistakes = std::map<std::string, std::string>;

/// What loading has gathered so far.
struct loading {
  config cfg{};
  mistakes wrong{};
  mistakes warnings{};
};

/// What others may do with a file of secrets: `name` is the mistake's if they may write it.
void check_exposure(loading& state, const std::string& file, const std::string& name) {
  using config_files::others_may;
  const auto exposed = config_files::exposure_of(file);
  if (exposed == others_may::write)
    state.wrong[name] = fmt::format(
        "every user of this machine may write {}, which holds secrets, and so choose them: "
        "chmod o= {}",
        file, file);
  else if (exposed == others_may::read)
    state.warnings[file] = fmt::format(
        "every user of this machine may read it, and it holds secrets: chmod o= {} (what a "
        "container mounts: mode 0440)",
        file);
}

bool has_a_secret(const config& cfg) {
  return std::ranges::any_of(config_keys::all(), [&](const key& one) {
    return one.secret && one.print(cfg).find("***") != std::string::npos;
  });
}

void set(loading& state, const key& which, const raw& value, const std::string& source) {
  if (which.read(state.cfg, value))
    return;
  const auto found = which.secret ? "a value that is not shown" : config_keys::describe(value);
  state.wrong[which.name] =
      fmt::format("found {} in {}; must be {}", found, source, which.accepts);
}

// the file

raw list_of(const toml::array& array) {
  std::vector<std::string> list;
  for (const auto& element : array) {
    const auto text = element.value_exact<std::string>();
    if (!text)
      return config_keys::unusable{"a list of other things than text"};
    list.push_back(*text);
  }
  return list;
}

raw pairs_of(const toml::table& table) {
  std::map<std::string, std::string> pairs;
  for (const auto& [name, element] : table) {
    const auto text = element.value_exact<std::string>();
    if (!text)
      return config_keys::unusable{"a table of other things than text"};
    pairs.emplace(name.str(), *text);
  }
  return pairs;
}

raw raw_of(const toml::node& node) {
  if (const auto* array = node.as_array())
    return list_of(*array);
  if (const auto* table = node.as_table())
    return pairs_of(*table);
  if (const auto text = node.value_exact<std::string>())
    return *text;
  if (const auto flag = node.value_exact<bool>())
    return *flag;
  if (const auto number = node.value_exact<std::int64_t>())
    return *number;
  if (const auto number = node.value_exact<double>())
    return *number;
  return config_keys::unusable{"a date or time of day"};
}

std::string names_in(std::string_view section) {
  std::vector<std::string> names;
  for (const auto& known : config_keys::all())
    if (known.section() == section)
      names.push_back(known.last_name());
  return text::joined(names);
}

std::string unknown_key(const std::string& name, const std::string& file) {
  std::vector<std::string> names;
  for (const auto& known : config_keys::all())
    names.push_back(known.name);
  return fmt::format(
      "unknown key in {}{}", file,
      config_keys::did_you_mean(config_keys::meant(name, names, '.')));
}

std::string unknown_section(const std::string& section, const std::string& file) {
  std::vector<std::string> names;
  for (const auto& known : config_keys::all())
    if (names.empty() || names.back() != known.section())
      names.push_back(known.section());
  const auto near = text::nearest(section, names);
  return fmt::format(
      "unknown key in {}{}", file,
      near.empty() ? fmt::format("; the tables are {}", text::joined(names))
                   : config_keys::did_you_mean(near));
}

void read_section(
    loading& state, const std::string& section, const toml::node& node,
    const std::string& file) {
  const auto known_names = names_in(section);
  const auto* table = node.as_table();
  if (known_names.empty()) {
    state.wrong[text::printable(section)] =
        table ? unknown_section(section, file) : unknown_key(section, file);
  } else if (!table) {
    state.wrong[section] = fmt::format("must be a table ([{}]) in {}", section, file);
  } else {
    for (const auto& [name, element] : *table) {
      const auto full_name = fmt::format("{}.{}", section, name.str());
      const auto known = std::ranges::find(config_keys::all(), full_name, &key::name);
      if (known == config_keys::all().end())
        state.wrong[text::printable(full_name)] =
            fmt::format("{}; [{}] has {}", unknown_key(full_name, file), section, known_names);
      else
        set(state, *known, raw_of(element), file);
    }
  }
}

void read_file(loading& state, const std::string& file) {
  const auto text = config_files::contents_of(file);
  if (!text) {
    state.wrong[file] = "the file " + text.error();
    return;
  }
  try {
    for (const auto& [section, node] : toml::parse(*text, file))
      read_section(state, std::string{section.str()}, node, file);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    state.wrong[file] =
        fmt::format("line {}, column {}: {}", at.line, at.column, error.description());
  }
  if (has_a_secret(state.cfg))
    check_exposure(state, file, file);
}

// the environment

/// A variable that is set but empty counts as not set: that is how a compose file leaves one
/// out.
std::optional<std::string> variable(const environment& env, const std::string& name) {
  auto value = env(name);
  return value && !value->empty() ? std::move(value) : std::nullopt;
}

void read_secret(
    loading& state, const key& which, const std::string& file, const std::string& source) {
  auto text = config_files::contents_of(file);
  if (!text) {
    state.wrong[which.name] =
        fmt::format("the file {} that {} names {}", file, source, text.error());
    return;
  }
  text->erase(text->find_last_not_of("\r\n") + 1);
  if (text->empty()) {
    state.wrong[which.name] = fmt::format("the file {} that {} names is empty", file, source);
    return;
  }
  set(state, which, config_keys::env_text{std::move(*text)}, source);
  check_exposure(state, file, which.name);
}

void read_environment(loading& state, const environment& env) {
  for (const auto& which : config_keys::all()) {
    const auto name = which.env_name();
    auto value = variable(env, name);
    const auto file = which.secret ? variable(env, name + "_FILE") : std::nullopt;
    if (value && file)
      state.wrong[which.name] =
          fmt::format("both {0} and {0}_FILE are set; unset one of them", name);
    else if (value)
      set(state, which, config_keys::env_text{std::move(*value)}, name);
    else if (file)
      read_secret(state, which, *file, name + "_FILE");
  }
}

// what concerns several keys

void check_together(loading& state) {
  const auto& cfg = state.cfg;
  if (cfg.http.port != 0 && cfg.http.port == cfg.admin.port
      && cfg.http.address == cfg.admin.address)
    state.wrong.try_emplace("admin.port", "must differ from http.port");
  if (cfg.retention.verify_within >= cfg.retention.erase_after)
    state.wrong.try_emplace(
        "retention.verify_within", "must be shorter than retention.erase_after");
}

} // namespace

failure bad_config(std::map<std::string, std::string> wrong) {
  std::string message;
  for (const auto& [name, mistake] : wrong)
    message += fmt::format("{}{}: {}", message.empty() ? "" : "\n", name, mistake);
  return {.code = ec::bad_config, .message = std::move(message), .fields = std::move(wrong)};
}

namespace {

loading load(const std::string& file, const environment& env) {
  loading state;
  if (!file.empty())
    read_file(state, file);
  read_environment(state, env);
  if (state.cfg.cors.origins.empty())
    state.cfg.cors.origins = {config_keys::browser_origin_of(state.cfg.cors.frontend_url)};
  check_together(state);
  return state;
}

} // namespace

result<config> load_config(const std::string& file, const environment& env) {
  auto state = load(file, env);
  if (!state.wrong.empty())
    return fail(bad_config(std::move(state.wrong)));
  return std::move(state.cfg);
}

result<loaded_config> load_config(const std::string& file, const variables& all) {
  auto state = load(file, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  });
  state.wrong.merge(unknown_variables(all));
  if (!state.wrong.empty())
    return fail(bad_config(std::move(state.wrong)));
  return loaded_config{std::move(state.cfg), std::move(state.warnings)};
}

variables process_variables() {
  constexpr std::string_view ours = "GUILDHALL_";
  variables out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto name = text.substr(0, text.find('='));
    if (::strncasecmp(text.data(), ours.data(), ours.size()) == 0 && name.size() < text.size())
      out.emplace(name, text.substr(name.size() + 1));
  }
  return out;
}

std::map<std::string, std::string> unknown_variables(const variables& all) {
  mistakes wrong;
  for (const auto& [name, value] : all)
    if (!value.empty() && !config_keys::is_of_a_cluster(name, value))
      if (auto mistake = config_keys::mistake_in_variable(name); !mistake.empty())
        wrong.emplace(text::printable(name), std::move(mistake));
  return wrong;
}

std::map<std::string, std::string> missing_for_serve(const config& cfg, bool syncs) {
  mistakes missing;
  if (cfg.auth.keys.empty())
    missing["auth.keys"] = "not set; needed to sign and verify tokens: \"kid:key\" in "
                           "GUILDHALL_AUTH_KEYS or in the file that GUILDHALL_AUTH_KEYS_FILE "
                           "names, the key at least 32 bytes (openssl rand -hex 32)";
  if (syncs && cfg.battlenet.client_id.empty())
    missing["battlenet.client_id"] =
        "not set; needed to ask Battle.net: make a client at https://develop.battle.net and "
        "set "
        "GUILDHALL_BATTLENET_CLIENT_ID (serve --role api does without)";
  if (syncs && cfg.battlenet.client_secret.value.empty())
    missing["battlenet.client_secret"] =
        "not set; needed to ask Battle.net: the secret of that client, in "
        "GUILDHALL_BATTLENET_CLIENT_SECRET or in the file that "
        "GUILDHALL_BATTLENET_CLIENT_SECRET_FILE names";
  return missing;
}

std::string config_report(const config& cfg) {
  std::string report;
  std::string section;
  for (const auto& which : config_keys::all()) {
    if (section != which.section()) {
      report += fmt::format("{}[{}]\n", report.empty() ? "" : "\n", which.section());
      section = which.section();
    }
    report += fmt::format("{} = {}\n", which.last_name(), which.print(cfg));
  }
  return report;
}

} // namespace guildhall
