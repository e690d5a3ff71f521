#pragma once

#include "domain/operation.hpp"

namespace guildhall::store {

class session;

/// Answers one operation: a read in autocommit, a write in one transaction. Every operation has
/// an explicit specialisation, beside its statements in the room it belongs to; one without
/// does not link. May run again after a deadlock or a lost connection, so it takes nothing out
/// of `what`.
template <domain::operation Operation>
domain::answer_to<Operation> run(session& db, const Operation& what);

} // namespace guildhall::store
