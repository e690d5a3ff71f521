#pragma once

#include "domain/once.hpp"

namespace guildhall::store {

class session;

/// Runs `work` in a transaction for the first request of this user with this key, and keeps
/// what it tells; for the others, what was kept.
result<domain::answer_by_key> answer_once(
    session& db, user_id by, const domain::request_key& key,
    const std::function<result<domain::told_answer>()>& work);

/// Deletes up to `limit` that are older than a day; answers how many.
std::int64_t expire_answers(session& db, int limit);

} // namespace guildhall::store
