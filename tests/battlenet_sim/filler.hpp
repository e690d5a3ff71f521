#pragma once

#include "battlenet_sim/body.hpp"
#include "battlenet_sim/world.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace guildhall::sim {

/// The bulk of the large documents: texts that are written once per region, language mode and
/// variant, on first use, and shared from then on.

/// The text of that name, made if this is its first use. Lives as long as the process.
const chunk& shared_chunk(const std::string& name, const std::function<std::string()>& make);

/// What the names of things begin with.
constexpr std::array<std::string_view, 12> adjectives{
    "Soulspun",  "Tidewoven", "Emberforged", "Moonlit",    "Stormcaller's", "Gloaming",
    "Ironbound", "Duskborn",  "Radiant",     "Wraithsilk", "Sunken",        "Valorous"};

/// Appends the elements of `equipped_items`: which of the pool's items, follows from the
/// character's seed and visits. Mostly 30 to 60 KB.
void append_equipped_items(body& out, const character& who, bool localized);

/// Appends the elements of `primaries` and of `secondaries`, 5 to 96 KB in all.
void append_primary_professions(body& out, const character& who, bool localized);
void append_secondary_professions(body& out, const character& who, bool localized);

} // namespace guildhall::sim
