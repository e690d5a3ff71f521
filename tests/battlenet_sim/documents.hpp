#pragma once

#include "battlenet_sim/body.hpp"
#include "battlenet_sim/target.hpp"
#include "battlenet_sim/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace guildhall::sim {

/// Renders the documents of the API from the world, in the shapes of recorded answers.
/// `localized`: the request named a locale, so texts are strings and not objects of languages.

body guild_document(const guild& which, bool localized);

/// The roster with these members (a fault may leave some out).
body roster_document(
    const world& state, const guild& which, const std::vector<std::int64_t>& members,
    bool localized);

/// What its members did, the newest first.
body activity_document(const world& state, const guild& which, bool localized);

body account_document(
    const world& state, const player& who, std::string_view region, bool localized);

/// Realms, classes, races, keystone periods.
body index_document(
    document what, const world& state, std::string_view region, std::int64_t now_ms,
    bool localized);

/// Periods outside of the index do not exist.
bool has_period(const world& state, std::string_view region, int period, std::int64_t now_ms);
body period_document(const world& state, std::string_view region, int period);

} // namespace guildhall::sim
