#pragma once

#include "core/error.hpp"
#include "domain/once.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <optional>

/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): requests that name themselves
/// are done once and answered alike, for a day.
namespace guildhall::api {

/// What the request calls itself; nothing when it does not. `bad_request` for a name that is
/// none.
result<std::optional<domain::request_key>> request_key_of(const http::request& what);

/// What is kept of an answer.
domain::told_answer told(const http::response& answer);

/// The answer to a request with a key: what was told to the first one; 422 where the key
/// belongs to another request. An outcome that is not known may be asked for again.
result<http::response> answer_told(result<domain::answer_by_key> outcome);

} // namespace guildhall::api
