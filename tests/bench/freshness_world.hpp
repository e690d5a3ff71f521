#pragma once

#include "core/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Guilds on virtual time, for freshness_bench: who plays when, and what that leaves behind.
namespace guildhall::bench {

enum class playing : std::uint8_t { daily, on_raid_nights, not_at_all, comes_back };
inline constexpr std::size_t playing_count = 4;
inline constexpr std::array<std::string_view, playing_count> playing_names{
    "daily", "raid nights", "not at all", "comes back"};

struct session {
  time_point ends{};                ///< the profile changes now
  std::optional<time_point> said{}; ///< when it left a line in the guild's activity
};

struct player {
  playing how{};
  time_point last_login{};         ///< before the world begins
  std::vector<session> sessions{}; ///< in order
};

struct bench_guild {
  std::vector<player> members{};
};

struct world_options {
  std::uint64_t seed{1};
  std::size_t guilds{20};
  std::size_t members{200};
  double daily{0.10};
  double on_raid_nights{0.25};
  double comes_back{0}; ///< after months, for one evening of the measured week
};

/// Everything that happens between `begins` and `ends`, of which one week is measured: after a
/// warm-up, and long enough before the end for all of it to be seen.
struct bench_world {
  time_point begins{};
  time_point measured{};
  time_point measured_until{};
  time_point ends{};
  std::vector<bench_guild> guilds{};
};

bench_world make_world(const world_options& options);

} // namespace guildhall::bench
