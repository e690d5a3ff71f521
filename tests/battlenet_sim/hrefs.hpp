#pragma once

#include "battlenet_sim/world.hpp"

#include <string>
#include <string_view>

namespace guildhall::sim {

/// The addresses that documents carry, as the real API writes them: always its own host.

/// `https://{region}.api.blizzard.com`
std::string api_host(std::string_view region);

/// The namespace of static data with the patch in it, as hrefs and answers carry it.
std::string static_namespace(std::string_view region);

std::string in_namespace(std::string url, std::string_view kind, std::string_view region);
std::string character_path(const character& who);
std::string guild_path(const guild& which);

/// `path` below /data/wow/, with its last slash.
std::string dynamic_href(std::string_view region, std::string_view path, std::int64_t id);
std::string static_href(std::string_view region, std::string_view path, std::int64_t id);

} // namespace guildhall::sim
