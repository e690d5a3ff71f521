#pragma once

#include "battlenet_sim/realms.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace guildhall::sim {

/// One character. Times are Unix seconds.
struct character {
  std::int64_t id = 0;
  std::string_view region;
  const realm* home = nullptr;
  std::string name;
  std::string key; ///< the name in lower case: how it is addressed
  const playable_class* profession = nullptr;
  const playable_race* race = nullptr;
  bool female = false;
  int level = 0;
  int item_level = 0;
  std::int64_t guild = 0;       ///< 0: none
  std::int64_t shown_guild = 0; ///< what `profile.guild` says; behind `guild` in lag mode
  std::int64_t last_guild = 0;  ///< where it would come back to
  int rank = 0;
  std::int64_t modified = 0; ///< the profile's Last-Modified and last login
  std::uint32_t visits = 0;  ///< logouts since the world began: what varies its documents
  std::int64_t player = 0;
  std::size_t toys_known = 0; ///< how many of the player's toys its last logout recorded
  std::uint64_t seed = 0;
  bool available = true; ///< false: everything about it answers 404
  bool valid = true;     ///< what the status endpoint says

  bool horde() const {
    return race->horde;
  }
};

/// A line of a guild's activity: somebody earned an achievement, or (0) an encounter was won.
struct activity_line {
  std::int64_t at_ms = 0;
  std::int64_t character = 0;
};

struct guild {
  std::int64_t id = 0;
  std::string_view region;
  const realm* home = nullptr;
  std::string name;
  std::string slug;
  bool horde = false;
  std::int64_t created_ms = 0;
  std::int64_t achievement_points = 0;
  std::uint64_t seed = 0;
  std::vector<std::int64_t> members;
  std::int64_t modified = 0;          ///< of the guild document
  std::int64_t roster_modified = 0;   ///< of the roster
  std::deque<activity_line> activity; ///< the newest first
  std::int64_t activity_modified = 0; ///< of the activity
};

/// One Battle.net account.
struct player {
  std::int64_t id = 0;
  std::string battletag;
  std::vector<std::int64_t> characters;
  std::vector<int> toys; ///< in the order they were learned
};

/// The keystone weeks. Nominal weeks follow the real calendar; `begin_next` starts one early.
class week_calendar {
public:
  explicit week_calendar(std::string_view region);

  int current(std::int64_t now_ms) const;
  std::int64_t start_ms(int period) const;
  std::int64_t end_ms(int period) const {
    return start_ms(period + 1) - 1000;
  }
  void begin_next(std::int64_t now_ms);

private:
  std::int64_t offset_ms_;
  std::map<int, std::int64_t> early_ms_; ///< from this period on, weeks start that much early
};

/// The state behind every document. It has no lock of its own: `simulation` holds one for it.
/// References stay valid while the world lives; nothing is ever removed, only made unreachable.
class world {
public:
  bool lag = false; ///< profile.guild follows a change of guild only at the next logout
  std::vector<std::int64_t> new_seasons; ///< when they began: M+ seasons after the 14th

  character& add(character value);
  guild& add(guild value);
  player& add(player value);
  std::int64_t next_character_id(std::uint64_t seed);

  const character*
  find(std::string_view region, std::string_view realm_slug, std::string_view key) const;
  const guild*
  find_guild(std::string_view region, std::string_view realm_slug, std::string_view slug) const;
  character* find_character(std::int64_t id);
  const character* find_character(std::int64_t id) const;
  guild* find_guild(std::int64_t id);
  const guild* find_guild(std::int64_t id) const;
  player* find_player(std::int64_t id);
  const player* find_player(std::int64_t id) const;
  const std::deque<guild>& guilds() const {
    return guilds_;
  }
  const std::deque<player>& players() const {
    return players_;
  }
  std::size_t characters() const {
    return characters_.size();
  }

  week_calendar& weeks(std::string_view region) {
    return weeks_.at(std::string(region));
  }
  const week_calendar& weeks(std::string_view region) const {
    return weeks_.at(std::string(region));
  }

  /// True when nobody is reachable there.
  bool
  is_free(std::string_view region, std::string_view realm_slug, std::string_view key) const;
  /// Makes the character reachable under its realm and key (and under no other).
  void address(character& who, const realm& home, std::string name);
  /// Makes it unreachable.
  void unaddress(const character& who);
  /// Gives the guild another name and so another slug, or another realm.
  void readdress(guild& which, const realm& home, std::string name);
  /// Makes it unreachable.
  void unaddress(const guild& which);

  world();

private:
  static std::string
  address_of(std::string_view region, std::string_view realm_slug, std::string_view key);

  std::deque<character> characters_;
  std::deque<guild> guilds_;
  std::deque<player> players_;
  std::unordered_map<std::int64_t, character*> character_by_id_;
  std::unordered_map<std::int64_t, guild*> guild_by_id_;
  std::unordered_map<std::int64_t, player*> player_by_id_;
  std::unordered_map<std::string, character*> character_by_address_;
  std::unordered_map<std::string, guild*> guild_by_address_;
  std::map<std::string, week_calendar> weeks_;
  std::int64_t last_character_id_ = 100'000'000;
};

} // namespace guildhall::sim
