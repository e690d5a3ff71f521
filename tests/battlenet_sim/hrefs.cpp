#include "battlenet_sim/hrefs.hpp"

#include "battlenet_sim/text.hpp"

#include <utility>

namespace guildhall::sim {

std::string api_host(std::string_view region) {
  return std::string("https://").append(region).append(".api.blizzard.com");
}

std::string static_namespace(std::string_view region) {
  return std::string("static-11.2.0_62213-").append(region);
}

std::string in_namespace(std::string url, std::string_view kind, std::string_view region) {
  return std::move(url.append("?namespace=").append(kind).append("-").append(region));
}

std::string character_path(const character& who) {
  return api_host(who.region)
      .append("/profile/wow/character/")
      .append(percent_encode(who.home->slug))
      .append("/")
      .append(percent_encode(who.key));
}

std::string guild_path(const guild& which) {
  return api_host(which.region)
      .append("/data/wow/guild/")
      .append(percent_encode(which.home->slug))
      .append("/")
      .append(percent_encode(which.slug));
}

std::string dynamic_href(std::string_view region, std::string_view path, std::int64_t id) {
  return in_namespace(
      api_host(region).append("/data/wow/").append(path).append(std::to_string(id)), "dynamic",
      region);
}

std::string static_href(std::string_view region, std::string_view path, std::int64_t id) {
  return api_host(region)
      .append("/data/wow/")
      .append(path)
      .append(std::to_string(id))
      .append("?namespace=")
      .append(static_namespace(region));
}

} // namespace guildhall::sim
