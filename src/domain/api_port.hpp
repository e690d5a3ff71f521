#pragma once

#include "domain/accounts.hpp"
#include "domain/events.hpp"
#include "domain/guild_reads.hpp"
#include "domain/mains.hpp"
#include "domain/own.hpp"
#include "domain/ranks.hpp"
#include "domain/rosters.hpp"
#include "domain/sign_ups.hpp"
#include "domain/validation_stats.hpp"

namespace guildhall::domain {

/// What the REST side asks the database, besides what operators do.
class api_port
    : public port<
          guild_reads, roster_operations, event_operations, sign_up_operations, rank_operations,
          main_operations, own_operations, validation_operations, account_operations> {};

} // namespace guildhall::domain
