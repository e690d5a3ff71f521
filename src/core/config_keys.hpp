#pragma once

#include "core/config.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The table of configuration keys. Loading, the names of the environment variables, the search
/// for unknown keys and the report all follow from it; a new key is one line in
/// config_keys.cpp.
namespace guildhall::config_keys {

/// What an environment variable holds: text, which each key parses into its own type. Lists are
/// separated by commas, pairs are `name=value`.
struct env_text {
  std::string text;
};

/// A TOML value that no key accepts, as a mistake should call it: "a date".
struct unusable {
  std::string what;
};

using raw = std::variant<
    env_text, unusable, bool, std::int64_t, double, std::string, std::vector<std::string>,
    std::map<std::string, std::string>>;

struct key {
  std::string name;    ///< dotted, as in the file: `http.port`
  std::string accepts; ///< reads well after "must be"
  bool secret{false};  ///< never shown; may come from a file named by `..._FILE`
  /// Sets the value; false if `raw` is not what the key accepts (the value is then unchanged).
  std::function<bool(config&, const raw&)> read;
  /// The value as a TOML literal, masked if secret.
  std::function<std::string(const config&)> print;

  std::string section() const {
    return name.substr(0, name.find('.'));
  }
  std::string last_name() const {
    return name.substr(name.find('.') + 1);
  }
  std::string env_name() const; ///< `GUILDHALL_HTTP_PORT`
};

/// Every key, those of one section next to each other.
const std::vector<key>& all();

/// How a mistake shows what was found.
std::string describe(const raw& value);

/// `https://host:port` of an http or https URL; nothing if the text is not such a URL.
std::optional<std::string_view> origin_of(std::string_view url);

} // namespace guildhall::config_keys
