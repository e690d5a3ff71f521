#pragma once

#include "core/ids.hpp"

#include <string>
#include <string_view>

/// What a change is announced under, and what cached answers stand under: the store sends these
/// names, the API keeps answers by them.
namespace guildhall::domain {

/// Every lookup by name: it moves when a guild or character gets another address.
inline constexpr std::string_view addresses_tag = "addresses";

inline std::string guild_tag(guild_id id) {
  return "guild:" + std::to_string(id.value);
}
inline std::string character_tag(character_id id) {
  return "character:" + std::to_string(id.value);
}
inline std::string user_tag(user_id id) {
  return "user:" + std::to_string(id.value);
}
/// The list of a guild's rosters, and each of them.
inline std::string rosters_tag(guild_id id) {
  return "rosters:" + std::to_string(id.value);
}
/// A guild's calendar.
inline std::string events_tag(guild_id id) {
  return "events:" + std::to_string(id.value);
}
/// An event's sign-ups.
inline std::string event_tag(event_id id) {
  return "event:" + std::to_string(id.value);
}

} // namespace guildhall::domain
