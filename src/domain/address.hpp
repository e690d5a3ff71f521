#pragma once

#include "core/ids.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::domain {

enum class region : std::uint8_t { us, eu, kr, tw };
inline constexpr std::size_t region_count = 4;

std::string_view to_string(region where) noexcept;
/// Nothing for anything but `us`, `eu`, `kr`, `tw`.
std::optional<region> parse_region(std::string_view text) noexcept;

/// Where a guild is found today. Addresses move; identities do not.
struct guild_address {
  domain::region region{};
  std::string realm;     ///< slug, from Battle.net, never derived from a localised name
  std::string name_slug; ///< Unicode lower case, spaces as hyphens

  auto operator<=>(const guild_address&) const = default;
};

/// Who a guild is: what Battle.net never gives to another guild.
struct guild_identity {
  domain::region region{};
  guildhall::realm_id realm_id;
  bnet_guild_id bnet_id;

  auto operator<=>(const guild_identity&) const = default;
};

struct character_address {
  domain::region region{};
  std::string realm;    ///< slug
  std::string name_key; ///< `text::name_key` of the name

  auto operator<=>(const character_address&) const = default;
};

struct character_identity {
  domain::region region{};
  guildhall::realm_id realm_id;
  bnet_character_id bnet_id;

  auto operator<=>(const character_identity&) const = default;
};

/// A slug as a client may write it: any Unicode letter or digit and hyphens, in any case or
/// normal form, made canonical (NFC, lower case). Nothing if it holds anything else, is empty,
/// or is longer than 128 bytes.
std::optional<std::string> canonical_slug(std::string_view text);

/// "Mythical Warriors" -> "mythical-warriors": lower case, blanks to hyphens, apostrophes
/// dropped.
std::string guild_name_slug(std::string_view name);

/// Whether a profile can be asked for under this name: not empty, no digits (dead characters
/// carry a hexadecimal suffix), none of Battle.net's placeholder characters.
bool is_askable_name(std::string_view name) noexcept;

} // namespace guildhall::domain
