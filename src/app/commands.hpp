#pragma once

#include "core/config.hpp"
#include "core/error.hpp"

#include <string>
#include <vector>

/// What the command line does besides serving: each opens one database connection, does its
/// work and prints. A running server hears of it through the database.
namespace guildhall::app {

result<void> migrate(const config& cfg, bool only_status);
result<void> print_operator_token(const config& cfg, const std::string& subject);
/// For development: a user token without a login; `admin` makes that user an admin first.
result<void> print_user_token(const config& cfg, const std::string& battletag, bool admin);
result<void> set_role(const config& cfg, const std::string& who, const std::string& role);

/// Where somebody says a guild or character is: realm and name as people write them.
struct address_words {
  std::string region;
  std::string realm;
  std::string name;
};
result<void> track(const config& cfg, const address_words& typed);
result<void> untrack(const config& cfg, const address_words& typed);
/// `what`: guild or character. `target`: an id, "region/realm/name", or these three words.
result<void>
sync_now(const config& cfg, const std::string& what, const std::vector<std::string>& target);
result<void> set_paused(const config& cfg, bool paused);
result<void> print_status(const config& cfg);
/// Of one tracked guild: "region/realm/name", or three words.
result<void> print_status_of(const config& cfg, const std::vector<std::string>& guild);
result<void> rederive(const config& cfg, bool everything);
/// `what`: guild, character or user (by the id only). `target` as above.
result<void>
forget(const config& cfg, const std::string& what, const std::vector<std::string>& target);
/// Takes over what people wrote in the old back end, whose database `dsn` names, and prints
/// what it took, what it could not take and why. May be run again.
result<void> import_old(const config& cfg, const std::string& dsn);

} // namespace guildhall::app
