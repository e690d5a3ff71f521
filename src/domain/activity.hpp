#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "domain/document_proof.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A guild's activity: what its members did lately. It hints at whose profile may be older than
/// what happened, and it is no data: nothing of it is kept or shown.
namespace guildhall::domain {

/// Somebody of the guild did something at this moment.
struct activity_hint {
  guildhall::realm_id realm_id;
  bnet_character_id bnet_id; ///< 0, as the realm: it is told by the address only
  std::string realm{};       ///< slug
  std::string name_key{};
  time_point said{}; ///< whole seconds, as a profile's Last-Modified
  friend bool operator==(const activity_hint&, const activity_hint&) = default;
};

struct activity_view {
  /// Whose it is, where the document says so.
  std::optional<std::pair<guildhall::realm_id, bnet_guild_id>> guild;
  std::vector<activity_hint> hints;     ///< the newest of each character
  std::vector<time_point> raid_moments; ///< when encounters were won
  unread left_out;
};

/// Lines that are read; Battle.net sends no more than a hundred.
inline constexpr std::size_t most_activities = 500;

/// Reads at most `most_activities` lines, and of those the ones of the last week. Lines that
/// cannot be read are left out; other kinds of lines say nothing.
result<activity_view> parse_activity(std::string_view body, const reading& as = {});

} // namespace guildhall::domain
