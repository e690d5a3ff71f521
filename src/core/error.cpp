#include "core/error.hpp"

#include <array>

namespace guildhall {

namespace {

struct row {
  ec code;
  std::string_view name;
  int status;
  std::string_view rest;
  std::string_view message;
};

constexpr std::array table{
    row{ec::none, "none", 200, "OK", "No error"},
    row{ec::bad_request, "bad_request", 400, "BAD_REQUEST", "The request could not be read"},
    row{ec::validation, "validation", 400, "VALIDATION_ERROR", "Validation error"},
    row{ec::missing_token, "missing_token", 401, "MISSING_TOKEN",
        "Authentication token not provided"},
    row{ec::invalid_token, "invalid_token", 401, "INVALID_TOKEN", "Invalid or expired token"},
    row{ec::expired_token, "expired_token", 401, "EXPIRED_TOKEN", "Invalid or expired token"},
    row{ec::forbidden, "forbidden", 403, "FORBIDDEN", "You may not do this"},
    row{ec::not_found, "not_found", 404, "NOT_FOUND", "Resource not found"},
    row{ec::method_not_allowed, "method_not_allowed", 405, "METHOD_NOT_ALLOWED",
        "This method is not allowed here"},
    row{ec::conflict, "conflict", 409, "CONFLICT",
        "The request conflicts with the current state"},
    row{ec::precondition_failed, "precondition_failed", 412, "PRECONDITION_FAILED",
        "Somebody has changed this meanwhile; load it again"},
    row{ec::limit_reached, "limit_reached", 403, "RESOURCE_LIMIT_REACHED",
        "There may not be more of these"},
    row{ec::payload_too_large, "payload_too_large", 413, "BAD_REQUEST",
        "The body is too large"},
    row{ec::header_too_large, "header_too_large", 431, "BAD_REQUEST",
        "The headers are too large"},
    row{ec::uri_too_long, "uri_too_long", 414, "BAD_REQUEST", "The URL is too long"},
    row{ec::unsupported_media_type, "unsupported_media_type", 415, "BAD_REQUEST",
        "The body must be application/json"},
    row{ec::request_timeout, "request_timeout", 408, "BAD_REQUEST",
        "The request did not arrive in time"},
    row{ec::rate_limited, "rate_limited", 429, "RATE_LIMITED", "Too many requests"},
    row{ec::overloaded, "overloaded", 503, "SERVICE_UNAVAILABLE",
        "The server is busy; try again shortly"},
    row{ec::deadline_expired, "deadline_expired", 504, "SERVICE_UNAVAILABLE",
        "The server could not answer in time; try again shortly"},
    row{ec::database_down, "database_down", 503, "SERVICE_UNAVAILABLE",
        "The database cannot be reached; try again shortly"},
    row{ec::database_refuses, "database_refuses", 503, "SERVICE_UNAVAILABLE",
        "The database cannot take this at the moment; try again later"},
    row{ec::contended, "contended", 503, "SERVICE_UNAVAILABLE",
        "Others are changing the same; try again shortly"},
    row{ec::outcome_unknown, "outcome_unknown", 503, "OUTCOME_UNKNOWN",
        "The database was lost while this was being written: look whether it is there before "
        "you try again"},
    row{ec::shutting_down, "shutting_down", 503, "SERVICE_UNAVAILABLE",
        "The server is shutting down; try again shortly"},
    row{ec::unavailable, "unavailable", 503, "SERVICE_UNAVAILABLE",
        "The server is restarting this part; try again shortly"},
    row{ec::budget_exhausted, "budget_exhausted", 503, "SERVICE_UNAVAILABLE",
        "The Battle.net request budget is spent for now"},
    row{ec::upstream_down, "upstream_down", 502, "EXTERNAL_API_ERROR",
        "Battle.net does not answer at the moment"},
    row{ec::upstream_unauthorised, "upstream_unauthorised", 502, "EXTERNAL_API_ERROR",
        "Battle.net refuses the configured client id or secret"},
    row{ec::malformed, "malformed", 502, "EXTERNAL_API_ERROR",
        "Battle.net sent an answer that cannot be used"},
    row{ec::lease_lost, "lease_lost", 409, "CONFLICT",
        "Another instance has taken this work over"},
    row{ec::schema_mismatch, "schema_mismatch", 503, "DATABASE_ERROR",
        "The database schema does not fit this version"},
    row{ec::upstream_mismatch, "upstream_mismatch", 503, "DATABASE_ERROR",
        "The database mirrors another Battle.net host"},
    row{ec::bad_config, "bad_config", 500, "INTERNAL_ERROR", "The configuration is not valid"},
    row{ec::wrong_credentials, "wrong_credentials", 503, "DATABASE_ERROR",
        "The database refuses the configured user or password"},
    row{ec::database_error, "database_error", 500, "DATABASE_ERROR",
        "A database error occurred"},
    row{ec::internal, "internal", 500, "INTERNAL_ERROR", "An internal error occurred"},
};

static_assert(table.size() == static_cast<std::size_t>(ec::count_), "one row per code");

consteval bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].code) != i)
      return false;
  return true;
}
static_assert(in_order(), "rows stand in the order of the enum");

const row& row_of(ec code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < table.size() ? table[index] : table[static_cast<std::size_t>(ec::internal)];
}

} // namespace

std::string_view to_string(ec code) noexcept {
  return row_of(code).name;
}

int http_status(ec code) noexcept {
  return row_of(code).status;
}

std::string_view rest_code(ec code) noexcept {
  return row_of(code).rest;
}

std::string_view default_message(ec code) noexcept {
  return row_of(code).message;
}

std::string_view message_of(const failure& why) noexcept {
  return why.message.empty() ? default_message(why.code) : std::string_view{why.message};
}

} // namespace guildhall
