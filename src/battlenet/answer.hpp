#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// What an answer means, by status alone: bodies of errors are never parsed.
enum class outcome {
  ok,           ///< 200 with a body
  not_modified, ///< 304
  not_found,    ///< 404 (and 410)
  forbidden,    ///< 403
  unauthorised, ///< 401
  throttled,    ///< 429
  transient,    ///< 408, 5xx, other statuses, connection lost, time-out
  /// 204, 200 without a body, or a body over the limit or that cannot be unpacked; or nothing
  /// was sent, because what was to be asked makes no request
  malformed
};

std::string_view to_string(outcome what) noexcept;

/// An HTTP response as it came in; the body is already unpacked.
struct raw_response {
  unsigned status{0};
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
};

struct answer {
  battlenet::outcome outcome{};
  unsigned status{0};        ///< 0: no response at all
  std::string body;          ///< as received but for what is no text, for `ok` only
  std::string last_modified; ///< verbatim; empty where it lies ahead of `Date`
  std::optional<std::chrono::seconds> max_age;     ///< Cache-Control
  std::optional<std::chrono::seconds> retry_after; ///< from now on, when sent
  std::string schema_revision;
  /// A kept connection was closed before it brought any of an answer: the request may be sent
  /// again, which is another request.
  bool stale{false};
  bool unsent{false}; ///< what was to be asked makes no request: it says nothing about the host
  /// For logs, printable: status line or why no response came, with the trace id.
  std::string detail;

  // What the gateway adds, which sees all answers of its region.
  bool kind_is_silent{false}; ///< no 200 or 304 of this kind of document for half an hour
  /// Battle.net is in doubt: a 404 or 403 became `transient`, asking sooner brings nothing.
  std::optional<time_point> retry_at{};
};

answer classify(raw_response&& response);
/// An answer for a request that got no response (connection refused, time-out, reset, TLS
/// error).
answer no_response(std::string why);
/// `malformed`: what was to be asked makes no request, so that nothing was sent.
answer unsendable(std::string why);
/// `malformed`: a response whose body is over the limit or cannot be unpacked.
answer unusable_response(const raw_response& response, std::string why);

} // namespace guildhall::battlenet
