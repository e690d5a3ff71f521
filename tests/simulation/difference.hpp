#pragma once

#include "tests/simulation/database.hpp"
#include "tests/simulation/upstream.hpp"

#include <string>

namespace guildhall::simulation {

/// Nothing if the database holds what Battle.net has of this guild; else the first difference.
std::string
difference(const upstream& battlenet, const database& rows, const upstream::guild_truth& guild);

} // namespace guildhall::simulation
