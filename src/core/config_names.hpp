#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Names that stand in a file or the environment and are no key's: which may be meant.
namespace guildhall::config_keys {

/// Those of `names` that may be meant by `name`, at most three. They are keys ("http.port") or
/// variables, whose parts `separator` divides; what ends alike counts as near, too: "port",
/// "database.regions".
std::vector<std::string>
meant(std::string_view name, const std::vector<std::string>& names, char separator);

/// "; did you mean http.port or admin.port?", or "" of none.
std::string did_you_mean(const std::vector<std::string>& names);

/// Whether Kubernetes sets this variable for a service that somebody has called guildhall, or
/// guildhall-something.
bool is_of_a_cluster(std::string_view name, std::string_view value);

/// What is wrong with a variable that begins with GUILDHALL_ (in any case); "" where it is a
/// key's, a secret key's with _FILE behind it, or another one of ours.
std::string mistake_in_variable(std::string_view name);

} // namespace guildhall::config_keys
