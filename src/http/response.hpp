#pragma once

#include "core/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace guildhall::http {

/// One answer. The connection adds what belongs to every answer: Content-Length, Date,
/// X-Request-Id, Vary, CORS and Connection.
struct response {
  int status{200};
  std::string headers;                     ///< ready lines, each ending in CRLF
  std::shared_ptr<const std::string> body; ///< shared with the cache, never copied; null: none

  /// A line break or NUL in the value is dropped: nothing can forge a second header.
  void add_header(std::string_view name, std::string_view value);
};

/// `Content-Type: application/json; charset=utf-8`, `Cache-Control: no-store`.
response json_response(int status, std::string body);

/// The error envelope of every listener: `success: false`, `error.{message, code, status,
/// details?}` and the message once more at top level, with `Retry-After` where trying again
/// helps and `WWW-Authenticate` with 401. `details` is JSON text; a validation failure brings
/// its own.
response error_response(const failure& why, std::string_view details = {});

/// "OK", "Not Found", ...; empty for a status that HTTP does not name.
std::string_view reason_phrase(int status) noexcept;

} // namespace guildhall::http
