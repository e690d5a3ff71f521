#pragma once

#include "core/clock.hpp"

#include <string>
#include <string_view>

namespace guildhall::domain {

/// The header as it is worth keeping: verbatim, or nothing where it names a moment that cannot
/// be meant (1970, or a far future): such a one says nothing about change.
std::string usable_last_modified(std::string_view header, time_point now);

/// What tells one answer from another: `last_modified`, and without it "digest:" and a digest
/// of all that the body says. Links are no part of that (they name the game's patch), nor are
/// the order of fields and of lists, nor how a number is spelt.
std::string version_of(std::string_view last_modified, std::string_view body);

} // namespace guildhall::domain
