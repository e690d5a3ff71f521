#pragma once

#include "core/config.hpp"
#include "core/error.hpp"

#include <string>

/// What the command line does besides serving: each opens one database connection, does its
/// work and prints. A running server hears of it through the database.
namespace guildhall::app {

result<void> migrate(const config& cfg, bool only_status);
result<void> print_operator_token(const config& cfg, const std::string& subject);
/// For development: a user token without a login; `admin` makes that user an admin first.
result<void> print_user_token(const config& cfg, const std::string& battletag, bool admin);
result<void> set_role(const config& cfg, const std::string& who, const std::string& role);
result<void> track(
    const config& cfg, const std::string& region, const std::string& realm,
    const std::string& name);
result<void> untrack(
    const config& cfg, const std::string& region, const std::string& realm,
    const std::string& name);
/// `what`: guild or character. `target`: an id, or (guilds) "region/realm/name".
result<void> sync_now(const config& cfg, const std::string& what, const std::string& target);
result<void> set_paused(const config& cfg, bool paused);
result<void> print_status(const config& cfg);
result<void> rederive(const config& cfg, bool everything);
/// `what`: guild, character or user.
result<void> forget(const config& cfg, const std::string& what, std::int64_t id);
/// Takes over what people wrote in the old back end, whose database `dsn` names, and prints
/// what it took, what it could not take and why. May be run again.
result<void> import_old(const config& cfg, const std::string& dsn);

} // namespace guildhall::app
