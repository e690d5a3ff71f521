#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// What a user may do, as the database says at this moment. Plain values.
namespace guildhall::domain {

/// A user in one guild, through the characters that are theirs.
struct guild_standing {
  guildhall::guild_id guild;
  int best_rank{0};       ///< the lowest number of their members'
  bool is_officer{false}; ///< one of these ranks is an officers' rank
  bool is_leader{false};  ///< `guilds.leader_id` is this user
};

struct standing {
  user_id id;
  bnet_account_id account;
  std::string battletag;
  std::string role; ///< user | guild_leader | admin
  time_point tokens_valid_since{};
  std::vector<guild_standing> guilds; ///< ascending by guild

  bool is_admin() const noexcept {
    return role == "admin";
  }
  bool is_member(guild_id guild) const noexcept {
    return in(guild) != nullptr;
  }
  /// The guild master is one, too.
  bool is_officer(guild_id guild) const noexcept {
    const auto* found = in(guild);
    return found && (found->is_leader || found->is_officer);
  }
  /// The one rule for who is the guild master.
  bool leads(guild_id guild) const noexcept {
    const auto* found = in(guild);
    return found && found->is_leader;
  }

private:
  const guild_standing* in(guild_id guild) const noexcept {
    const auto at = std::ranges::lower_bound(guilds, guild, {}, &guild_standing::guild);
    return at != guilds.end() && at->guild == guild ? &*at : nullptr;
  }
};

} // namespace guildhall::domain
