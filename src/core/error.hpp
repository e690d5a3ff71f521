#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace guildhall {

/// Everything that can go wrong, in one place. The table in error.cpp gives each code its HTTP
/// status, its code string in REST answers, and a sentence for whoever can act on it.
enum class ec : std::uint8_t {
  none = 0,
  // what the caller sent
  bad_request,   ///< unreadable: broken JSON, broken HTTP
  validation,    ///< readable, but a field is not what it must be (`failure::fields`)
  missing_token, ///< no Authorization header
  invalid_token, ///< forged, of another type, or for another listener
  expired_token,
  forbidden,
  not_found,
  method_not_allowed,
  conflict,
  precondition_failed, ///< If-Match names a version that somebody has changed since
  limit_reached,       ///< a named limit of what may be stored is used up
  payload_too_large,
  header_too_large,
  uri_too_long,
  unsupported_media_type,
  request_timeout, ///< the client was too slow
  rate_limited,    ///< the caller asks too often
  // what we cannot do right now
  overloaded,       ///< a bounded queue is full
  deadline_expired, ///< nobody waits for the answer any more
  database_down,    ///< no connection, or it broke
  database_refuses, ///< it takes no writes, or lacks a right, room or another resource
  contended,        ///< others held or changed the same for too long
  outcome_unknown,  ///< the connection broke while a change was being made: it may be there
  shutting_down,
  unavailable, ///< the actor that should answer is gone
  // Battle.net
  budget_exhausted,      ///< the request budget has nothing left for this class of request
  upstream_down,         ///< the circuit breaker is open, or Battle.net cannot be reached
  upstream_unauthorised, ///< Battle.net refuses our client id or secret
  malformed,             ///< an answer whose JSON is broken or of an unexpected shape
  // our own state
  lease_lost,        ///< another instance took the work over; nothing was written
  schema_mismatch,   ///< the database has another schema version than this binary
  upstream_mismatch, ///< the database mirrors another Battle.net host
  bad_config,
  wrong_credentials, ///< the database refuses our user or password
  database_error,    ///< a statement failed for another reason than a lost connection
  internal,          ///< a bug
  count_             ///< not a code: how many there are
};

/// Name of a code as logs and metrics spell it, e.g. `database_down`.
std::string_view to_string(ec code) noexcept;

/// HTTP status that a code ends in.
int http_status(ec code) noexcept;

/// `error.code` of a REST error body, e.g. `NOT_FOUND`.
std::string_view rest_code(ec code) noexcept;

/// A sentence for the reader of a REST error body, used when a failure has no message of its
/// own.
std::string_view default_message(ec code) noexcept;

/// Why something did not happen.
struct failure {
  ec code{ec::internal};
  /// For the person who can act on it. Never holds a secret; may be shown to REST clients.
  std::string message{};
  /// When trying again may help; becomes `Retry-After`.
  std::optional<time_point> retry_at{};
  /// For `ec::validation`: dotted path -> what is wrong with it.
  std::map<std::string, std::string> fields{};
};

template <class T>
using result = std::expected<T, failure>;

/// `return fail(ec::not_found, "Guild with ID 7 not found");`
inline std::unexpected<failure> fail(ec code, std::string message = {}) {
  return std::unexpected<failure>(failure{code, std::move(message)});
}

inline std::unexpected<failure> fail(failure why) {
  return std::unexpected<failure>(std::move(why));
}

/// The failure's own message, or its code's default one.
std::string_view message_of(const failure& why) noexcept;

} // namespace guildhall
