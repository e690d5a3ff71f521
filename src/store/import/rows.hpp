#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The rows here that the import looks for and writes. None of these changes a row that is
/// there, but for a rank that still has its default name.
namespace guildhall::store {
class session;
}

namespace guildhall::store::import_rows {

/// An old primary key, as `imported_rows` remembers it.
struct old_key {
  std::string_view kind;
  std::int64_t id{0};
  std::int64_t part{0};
};

struct taken_before {
  std::optional<std::int64_t> became; ///< the row here; it may be gone since
};
std::optional<taken_before> find(session& db, const old_key& key);
void remember(session& db, const old_key& key, std::optional<std::int64_t> became);

struct user {
  user_id id;
  std::string role;
};
std::optional<user> user_of(session& db, bnet_account_id who);
/// The Battle.net id of a user, if that user is still here.
std::optional<bnet_account_id> account_of(session& db, user_id id);
user_id add_user(
    session& db, bnet_account_id who, const std::optional<std::string>& battletag,
    std::optional<domain::region> where, std::string_view role);

struct tracked {
  std::optional<guild_id> guild;
};
std::optional<tracked> tracked_at(session& db, const domain::guild_address& address);
std::optional<guild_id> guild_at(session& db, const domain::guild_address& address);
/// Whether `guildhall forget guild` emptied it.
bool is_forgotten(session& db, guild_id id);
guild_id add_guild(
    session& db, const domain::guild_identity& who, const domain::guild_address& address,
    const std::string& realm_name, const std::string& name, bool excluded);

/// What is known here already of a realm.
std::optional<realm_id> realm_of(session& db, domain::region where, const std::string& realm);
struct character {
  character_id id;
  bnet_character_id bnet_id;
  bool erased{false};
};
std::optional<character> character_of(session& db, const domain::character_identity& who);
std::optional<character> character_at(session& db, const domain::character_address& address);
character_id add_character(
    session& db, const domain::character_identity& who, const std::string& realm,
    const std::string& name, const std::string& name_key);

/// False if the rank was renamed here.
bool name_rank(session& db, guild_id guild, std::int64_t rank, const std::string& name);

std::int64_t add_roster(
    session& db, guild_id guild, const std::string& name, std::optional<time_point> created,
    std::optional<time_point> updated);
bool has_roster(session& db, std::int64_t id);
/// False if the character is in it already.
bool add_roster_member(
    session& db, std::int64_t roster, character_id who, std::optional<std::string_view> role,
    std::optional<time_point> created);

struct event {
  guild_id guild;
  std::string title;
  std::string description;
  std::string_view type;
  time_point start;
  time_point end;
  std::optional<user_id> created_by;
  std::optional<std::int64_t> max_participants;
  std::optional<std::string> details; ///< JSON
  std::optional<std::string> discord_message;
  std::optional<std::string> discord_thread;
  std::optional<time_point> created;
};
std::int64_t add_event(session& db, const event& what);
bool has_event(session& db, std::int64_t id);
/// False if the user has signed up for it already.
bool add_sign_up(
    session& db, std::int64_t event, user_id user, character_id who, std::string_view status,
    std::optional<time_point> created);

} // namespace guildhall::store::import_rows
