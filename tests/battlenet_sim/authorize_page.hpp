#pragma once

#include "battlenet_sim/messages.hpp"

#include <string>

namespace guildhall::sim {

class simulation;

/// The page on which a person chooses whom to log in as: guild masters first, then a search
/// (`find` in the address) over all accounts, by battletag, character, realm, guild or id.
/// Works without any script.
std::string authorize_page(simulation& service, const request& what);

} // namespace guildhall::sim
