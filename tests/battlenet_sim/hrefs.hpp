#pragma once

#include "battlenet_sim/filler.hpp"
#include "battlenet_sim/text.hpp"
#include "battlenet_sim/world.hpp"

#include <string>

namespace guildhall::sim {

/// The addresses that documents carry, as the real API writes them: always its own host.

inline std::string
in_namespace(std::string url, std::string_view kind, std::string_view region) {
  return url.append("?namespace=").append(kind).append("-").append(region);
}

inline std::string character_path(const character& who) {
  return api_host(who.region) + "/profile/wow/character/" + percent_encode(who.home->slug) + "/"
       + percent_encode(who.key);
}

inline std::string guild_path(const guild& which) {
  return api_host(which.region) + "/data/wow/guild/" + percent_encode(which.home->slug) + "/"
       + percent_encode(which.slug);
}

inline std::string
dynamic_href(std::string_view region, std::string_view path, std::int64_t id) {
  return in_namespace(
      api_host(region).append("/data/wow/").append(path).append(std::to_string(id)), "dynamic",
      region);
}

inline std::string
static_href(std::string_view region, std::string_view path, std::int64_t id) {
  return api_host(region)
      .append("/data/wow/")
      .append(path)
      .append(std::to_string(id))
      .append("?namespace=")
      .append(static_namespace(region));
}

} // namespace guildhall::sim
