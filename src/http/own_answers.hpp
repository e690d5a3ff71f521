#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The answers that a listener gives by itself, without a handler.
namespace guildhall::http {

/// Appends the headers that let a page of `origin` read the answer, if it is one of `allowed`.
/// No credentials: the web client sends its token itself.
void add_cors_headers(
    std::string& head, std::string_view origin, const std::vector<std::string>& allowed);

/// 204 for OPTIONS; for a preflight of an allowed origin with what it may send. `methods` are
/// those that the path has.
response options_answer(
    const request& what, const std::vector<std::string>& allowed_origins,
    std::string_view methods);

/// "Resource not found - /x"; also for a method that the path does not have.
response unknown_route(std::string_view target);

/// 1 to 64 letters, digits, dots, hyphens and underscores: safe in a header and in a log.
bool is_sane_request_id(std::string_view id) noexcept;

} // namespace guildhall::http
