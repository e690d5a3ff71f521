#pragma once

#include "core/config.hpp"

#include <map>
#include <string>

/// The configuration of a process: what `load_config` makes of a file and the environment, and
/// besides it what is wrong with the environment itself and with who may touch the files.
namespace guildhall {

/// Names of variables -> their values.
using variables = std::map<std::string, std::string>;

struct loaded_config {
  config values;
  /// File -> a sentence about it, for whoever started this. Nothing that hinders.
  std::map<std::string, std::string> warnings{};
};

/// As `load_config` of config.hpp. Besides, a variable that begins with GUILDHALL_ and is not
/// ours is a mistake (each with the name that may be meant), and so is a file that holds
/// secrets and that everybody may write.
result<loaded_config> load_config(const std::string& file, const variables& all);

/// Those of this process whose names begin with GUILDHALL_, in any case.
variables process_variables();

/// Variable -> what is wrong with it: no key has it, and nothing else of ours. What container
/// engines and Kubernetes set for a service that is called guildhall is theirs; an empty one
/// counts as not set.
std::map<std::string, std::string> unknown_variables(const variables& all);

} // namespace guildhall
