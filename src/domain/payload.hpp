#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Typed views over Battle.net's raw JSON. A view holds what guildhall uses and nothing else;
/// every field that Battle.net may leave out is optional. An unexpected shape is
/// `ec::malformed` with the path in the message ("members[3].character.id: expected an
/// integer"). Pure, any thread.
namespace guildhall::domain {

struct realm_ref {
  guildhall::realm_id id;
  std::string slug;
  std::string name; ///< empty where Battle.net sends none (roster members)
};

struct guild_view {
  bnet_guild_id id;
  std::string name; ///< may be empty, like every name below
  realm_ref realm;
  std::string faction; ///< "ALLIANCE", "HORDE" or empty
  std::optional<std::int64_t> member_count;
};
result<guild_view> parse_guild(std::string_view body);

struct roster_member {
  bnet_character_id id;
  std::string name; ///< may be empty
  realm_ref realm;
  int level{0};
  int class_id{0};
  int rank{0};
};
struct roster_view {
  bnet_guild_id guild_id;
  std::string guild_name;
  realm_ref guild_realm;
  std::vector<roster_member> members; ///< in Battle.net's order
};
/// `members` must be present (it may be empty); an id that repeats within a realm is
/// malformed. An absent level or class is 0.
result<roster_view> parse_roster(std::string_view body);

struct guild_ref {
  bnet_guild_id id;
  std::string name;
  realm_ref realm;
  std::string name_slug; ///< from key.href where present, else made from the name
};
struct profile_view {
  bnet_character_id id;
  std::string name;
  realm_ref realm;
  int level{0};
  int class_id{0};
  std::optional<int> active_spec_id;
  std::string faction;
  std::optional<guild_ref> guild;
  std::optional<double> average_item_level;
  std::optional<double> equipped_item_level;
  std::optional<std::int64_t> achievement_points;
  std::optional<time_point> last_login_at; ///< from last_login_timestamp (milliseconds)
};
result<profile_view> parse_profile(std::string_view body);

struct status_view {
  bnet_character_id id;
  bool is_valid{false};
};
result<status_view> parse_status(std::string_view body);

/// Only proves that the document is one; nothing of equipment is promoted to a column.
struct equipment_view {
  std::size_t items{0};
};
result<equipment_view> parse_equipment(std::string_view body);

struct mythic_view {
  std::optional<double> rating;          ///< current_mythic_rating.rating
  std::optional<std::int64_t> period_id; ///< current_period.period.id
};
result<mythic_view> parse_mythic(std::string_view body);

struct profession {
  int id{0};
  std::string name;
  int skill_points{0};
  int max_skill_points{0};
};
struct professions_view {
  /// Primaries, then secondaries. Points are those of the tier with the largest id above 2700,
  /// else of the smallest; a profession without tiers (Archaeology) has its own.
  std::vector<profession> professions;
};
result<professions_view> parse_professions(std::string_view body);
/// `[{"profession":{"id":..,"name":".."},"skill_points":..,"max_skill_points":..}]`, as the web
/// client reads it.
std::string professions_json(const professions_view& view);

struct toys_view {
  std::vector<std::int64_t> ids; ///< ascending
};
result<toys_view> parse_toys(std::string_view body);

/// One character of an account.
struct account_character {
  bnet_character_id id;
  std::string name; ///< may be empty
  realm_ref realm;
  int level{0}; ///< 0 for those never played
  int class_id{0};
  std::optional<std::int64_t> licence{}; ///< wow_accounts[].id
};
/// One game licence of an account.
struct account_licence {
  std::int64_t id{0};
  std::size_t characters{0};
  bool complete{true}; ///< every element of its list could be read
};
/// Account profile of one region: the characters of all its licences, none twice. An account
/// without a licence there has none. `wow_accounts` must be there: without it the answer is not
/// an account's. A character that cannot be read is left out.
struct account_view {
  std::vector<account_character> characters;
  std::vector<account_licence> licences; ///< those that say their id
};
result<account_view> parse_account(std::string_view body);

/// M+ period index: the current period's id.
result<std::int64_t> parse_current_period(std::string_view body);

/// Realm index: every realm of a region.
result<std::vector<realm_ref>> parse_realms(std::string_view body);

} // namespace guildhall::domain
