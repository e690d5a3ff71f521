#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"
#include "domain/document_proof.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Typed views over Battle.net's raw JSON. A view holds what guildhall uses and nothing else;
/// every field that Battle.net may leave out is optional. A body that does not prove to be the
/// document, or whose own id cannot be read, is `ec::malformed` with the path in the message
/// ("guild.id: expected an integer"). Everything else that cannot be read is left out and
/// counted in the view. Pure, any thread.
namespace guildhall::domain {

struct realm_ref {
  guildhall::realm_id id;
  std::string slug; ///< empty only where the document itself stands for the realm's address
  std::string name; ///< empty where Battle.net sends none (roster members)
};

struct guild_view {
  bnet_guild_id id;
  std::string name; ///< may be empty, like every name below
  realm_ref realm;
  std::string faction; ///< "ALLIANCE", "HORDE" or empty
  std::optional<std::int64_t> member_count;
  unread left_out;
};
result<guild_view> parse_guild(std::string_view body, const reading& as = {});

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
  std::vector<roster_member> members; ///< in Battle.net's order, nobody twice
  /// Listed, but nothing else of their entries can be read: whoever is a member stays one.
  std::vector<std::pair<guildhall::realm_id, bnet_character_id>> unreadable;
  std::size_t unidentified{0}; ///< entries that do not even say whose they are
  unread left_out;

  std::size_t listed() const noexcept {
    return members.size() + unreadable.size() + unidentified;
  }
};
/// `members` must be present (it may be empty). Of several entries with one identity the last
/// counts. An absent level or class is 0.
result<roster_view> parse_roster(std::string_view body, const reading& as = {});

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
  std::string class_name; ///< as the document spells it; may be empty
  std::optional<int> active_spec_id;
  std::string active_spec_name;
  std::string faction;
  std::optional<guild_ref> guild;
  bool guild_unclear{false}; ///< it shows one, but not readably
  std::optional<double> average_item_level;
  std::optional<double> equipped_item_level;
  std::optional<std::int64_t> achievement_points;
  std::optional<time_point> last_login_at; ///< from last_login_timestamp (milliseconds)
  unread left_out;
};
result<profile_view> parse_profile(std::string_view body, const reading& as = {});
/// Of one that is proven already.
profile_view profile_in(json_reader& in, const reading& as);

struct status_view {
  bnet_character_id id;
  bool is_valid{false};
};
result<status_view> parse_status(std::string_view body, const reading& as = {});

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
  std::size_t characters{0}; ///< that could be read
  bool complete{true};       ///< every element of its list could be read
};
/// Account profile of one region: the characters of all its licences, none twice. An account
/// without a licence there has none. `wow_accounts` must be there: without it the answer is not
/// an account's. A character that cannot be read is left out.
struct account_view {
  std::vector<account_character> characters;
  std::vector<account_licence> licences; ///< those that say their id
  unread left_out;
};
result<account_view> parse_account(std::string_view body);

/// M+ period index: the current period's id.
result<std::int64_t> parse_current_period(std::string_view body);

} // namespace guildhall::domain
