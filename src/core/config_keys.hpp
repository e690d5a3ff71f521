#pragma once

#include "core/config.hpp"
#include "core/config_values.hpp"

#include <functional>
#include <string>
#include <vector>

/// The table of configuration keys. Loading, the names of the environment variables, the search
/// for unknown keys and the report all follow from it; a new key is one line in
/// config_keys.cpp.
namespace guildhall::config_keys {

struct key {
  std::string name;    ///< dotted, as in the file: `http.port`
  std::string accepts; ///< reads well after "must be"
  bool secret{false};  ///< never shown; may come from a file named by `..._FILE`
  /// Sets the value; false if `raw` is not what the key accepts (the value is then unchanged).
  std::function<bool(config&, const raw&)> read;
  /// The value as a TOML literal, masked if secret.
  std::function<std::string(const config&)> print;
  /// Of what `print` masks: whether two values are the same. None: it prints all there is.
  std::function<bool(const config&, const config&)> equal{};

  bool is_same(const config& one, const config& other) const {
    return equal ? equal(one, other) : print(one) == print(other);
  }

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

} // namespace guildhall::config_keys
