#pragma once

#include "core/clock.hpp"
#include "domain/roster.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `guild_events`: what happened to members, append-only.
namespace guildhall::store {

class session;

struct member_event {
  std::string_view kind;
  character_id character;
  domain::character_identity who;
  std::optional<int> old_rank{};
  std::optional<int> new_rank{};
  std::string old_name{}; ///< empty: none
  std::string new_name{};
  std::optional<domain::character_identity> other{};
};

member_event left_event(const domain::stored_member& member);

/// They happened after `seen_after` (the scan before) and before now.
void log_events(
    session& db, guild_id guild, std::optional<time_point> seen_after,
    const std::vector<member_event>& events);

} // namespace guildhall::store
