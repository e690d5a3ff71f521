#pragma once

#include "domain/people_port.hpp"

#include <vector>

/// How Battle.net's documents pass our views of them, by kind of document: told from
/// `document_states`, so that nobody has to count while the sync runs.
namespace guildhall::store {

class session;

result<std::vector<domain::validation_stats>> validation_stats(session& db);
result<void> reset_validation_stats(session& db, const domain::author& by);

} // namespace guildhall::store
