#include "core/config_names.hpp"

#include "core/config_keys.hpp"
#include "core/nearest.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace guildhall::config_keys {

namespace {

constexpr std::string_view file_ending = "_FILE";

/// Ours, and no keys: of the command line, of ./dev, and of the tests. A test looks for others.
constexpr std::array<std::string_view, 8> other_variables{
    "GUILDHALL_CONFIG",          "GUILDHALL_IMPORT_DSN",
    "GUILDHALL_SIMULATOR_PORT",  "GUILDHALL_SIMULATION_SEEDS",
    "GUILDHALL_SIMULATION_SEED", "GUILDHALL_SIMULATION_LOG",
    "GUILDHALL_KILLS",           "GUILDHALL_RECORDED_DIR"};

std::vector<std::string> known_variables() {
  std::vector<std::string> names;
  for (const auto& one : all()) {
    names.push_back(one.env_name());
    if (one.secret)
      names.push_back(one.env_name().append(file_ending));
  }
  names.insert(names.end(), other_variables.begin(), other_variables.end());
  return names;
}

std::string in_capitals(std::string_view text) {
  std::string out{text};
  std::ranges::transform(
      out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

/// Those that end in `tail`, with a whole part.
std::vector<std::string>
ending_in(std::string_view tail, const std::vector<std::string>& names, char separator) {
  std::vector<std::string> out;
  for (const auto& one : names)
    if (one.size() > tail.size() && one.ends_with(tail)
        && one[one.size() - tail.size() - 1] == separator)
      out.push_back(one);
  return out;
}

bool is_network_address(std::string_view text) {
  return text.starts_with("tcp://") || text.starts_with("udp://")
      || text.starts_with("sctp://");
}

/// "..._PORT_8080_TCP", perhaps with more behind it.
bool names_a_numbered_port(std::string_view name) {
  constexpr std::string_view port = "_PORT_";
  const auto at = name.find(port);
  if (at == std::string_view::npos)
    return false;
  const auto rest = name.substr(at + port.size());
  const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto protocol = rest.substr(digits);
  return digits > 0
      && (protocol.starts_with("_TCP") || protocol.starts_with("_UDP")
          || protocol.starts_with("_SCTP"));
}

} // namespace

std::vector<std::string>
meant(std::string_view name, const std::vector<std::string>& names, char separator) {
  constexpr std::size_t offered = 3;
  const auto last = name.substr(std::min(name.rfind(separator) + 1, name.size()));
  auto found = ending_in(name, names, separator);
  // Of a key the last part is a name of its own, of a variable any word.
  if (found.empty() && separator == '.')
    found = ending_in(last, names, separator);
  if (found.empty()) {
    found = text::nearest(name, names, offered);
    std::erase_if(found, [&, best = found.empty() ? "" : found.front()](const auto& one) {
      return text::letters_apart(name, one) > text::letters_apart(name, best);
    });
  }
  if (found.empty())
    found = ending_in(last, names, separator);
  if (found.size() > offered)
    found.clear();
  return found;
}

std::string did_you_mean(const std::vector<std::string>& names) {
  return names.empty() ? "" : "; did you mean " + text::joined(names, " or ") + "?";
}

bool is_of_a_cluster(std::string_view name, std::string_view value) {
  return name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT")
      || name.find("_SERVICE_PORT_") != std::string_view::npos || is_network_address(value)
      || names_a_numbered_port(name);
}

std::string mistake_in_variable(std::string_view name) {
  constexpr std::string_view ours = "GUILDHALL_";
  static const auto known = known_variables();
  if (std::ranges::find(known, name) != known.end())
    return {};
  if (name.ends_with(file_ending)) {
    const auto named = name.substr(0, name.size() - file_ending.size());
    if (std::ranges::find(known, named) != known.end())
      return "only the secrets of the configuration come from files; set " + std::string{named}
           + " itself";
  }
  std::vector<std::string> tails;
  for (const auto& one : known)
    tails.push_back(one.substr(ours.size()));
  auto near = meant(in_capitals(name.substr(std::min(ours.size(), name.size()))), tails, '_');
  if (near.empty())
    return "there is no such variable; config/guildhall.toml has every key, and http.port is "
           "GUILDHALL_HTTP_PORT";
  for (auto& one : near)
    one.insert(0, ours);
  return "there is no such variable" + did_you_mean(near);
}

} // namespace guildhall::config_keys
