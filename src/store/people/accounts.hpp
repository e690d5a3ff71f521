#pragma once

#include "core/error.hpp"
#include "domain/standing.hpp"

/// `domain::account_port`.
namespace guildhall::store {

class session;

/// One statement, in autocommit.
result<domain::standing> standing(session& db, user_id id);

} // namespace guildhall::store
