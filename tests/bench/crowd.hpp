#pragma once

#include <string>
#include <vector>

namespace guildhall::bench {

/// The statements that fill a migrated, empty database with so many guilds of so many members:
/// every guild is tracked and was synced in the last four hours, a tenth is due. Guild n has
/// the id n, so have the characters.
std::vector<std::string> crowd_of(int guilds, int members);

} // namespace guildhall::bench
