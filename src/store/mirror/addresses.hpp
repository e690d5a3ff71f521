#pragma once

#include "core/ids.hpp"
#include "domain/address.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Addresses move between identities. Whoever has one now takes it from the row that had it,
/// before anything else is written: a swap of two names must work.
namespace guildhall::store {

class session;

struct claimed_address {
  domain::character_address address;
  domain::character_identity who;
};

/// Takes the addresses from other identities' rows. Those rows lose their `name_key`; unless
/// they are among `moving` (their new address is known and written next), that is an event and
/// they become due for a status check. Answers the characters that lost their address for good.
std::vector<character_id> take_over_addresses(
    session& db, std::span<const claimed_address> claims,
    const std::vector<std::int64_t>& moving);

/// The same for a guild's address. True if another guild had it.
bool take_over_guild_address(
    session& db, const domain::guild_address& address, const domain::guild_identity& who);

/// What a realm is called: rosters name it by slug alone. An empty name says nothing.
void remember_realm(session& db, domain::region where, realm_id realm, const std::string& name);

} // namespace guildhall::store
