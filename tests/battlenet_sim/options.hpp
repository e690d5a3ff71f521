#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace guildhall::sim {

/// One guild to make.
struct guild_spec {
  std::string region;
  std::size_t members = 0;
};

/// Everything the simulator can be started with; the defaults are those of the executable.
struct options {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0; ///< 0: the system chooses
  std::size_t threads = 1;
  std::uint64_t seed = 1;
  /// The guilds of the world; empty: `default_world`.
  std::vector<guild_spec> world;
  std::string region = "eu"; ///< the default world's, and what control calls mean without one
  std::uint32_t latency_min_ms = 40;
  std::uint32_t latency_max_ms = 120; ///< 0: no latency
  std::uint32_t per_second = 100;     ///< 0: no limit
  std::uint32_t per_hour = 36'000;    ///< 0: no limit
  std::uint32_t slow_ms = 2'000;      ///< added to every answer beyond the hourly quota
  std::uint32_t max_age_s = 10'800;   ///< of guild and roster
  std::string client_id = "demo";
  std::string client_secret = "demo";
  std::string replay; ///< a folder of recorded bodies, served instead of a world
};

/// 1,000, 200, 20 and 60 members in the region (the last on a Cyrillic realm where there is
/// one) and 40 in another.
std::vector<guild_spec> default_world(const std::string& region);

} // namespace guildhall::sim
