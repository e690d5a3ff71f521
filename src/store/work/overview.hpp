#pragma once

#include "core/error.hpp"
#include "domain/address.hpp"
#include "domain/read_models.hpp"

/// What an operator sees of one guild.
namespace guildhall::store {

class session;

/// What is tracked at an address whose realm may be a name. `not_found` for what is not
/// tracked, `validation` for a realm that there is not, each with what comes near.
result<domain::tracked_guild_row>
tracked_guild(session& db, const domain::guild_address& typed);

} // namespace guildhall::store
