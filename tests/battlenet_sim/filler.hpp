#pragma once

#include "battlenet_sim/body.hpp"
#include "battlenet_sim/world.hpp"

namespace guildhall::sim {

/// The bulk of the large documents, written once per region, language mode and variant on first
/// use and shared from then on.

/// Appends the elements of `equipped_items`: which of the pool's items, follows from the
/// character's seed and visits. 30 to 80 KB.
void append_equipped_items(body& out, const character& who, bool localized);

/// Appends the elements of `primaries` and of `secondaries`, 5 to 96 KB in all.
void append_primary_professions(body& out, const character& who, bool localized);
void append_secondary_professions(body& out, const character& who, bool localized);

/// The namespace of static data with the patch in it, as hrefs and answers carry it.
std::string static_namespace(std::string_view region);

/// `https://{region}.api.blizzard.com`
std::string api_host(std::string_view region);

} // namespace guildhall::sim
