#include "http/own_answers.hpp"

#include "core/log.hpp"

#include <algorithm>

namespace guildhall::http {

namespace {

bool is_allowed(std::string_view origin, const std::vector<std::string>& allowed) noexcept {
  return !origin.empty() && std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

} // namespace

void add_cors_headers(
    std::string& head, std::string_view origin, const std::vector<std::string>& allowed) {
  if (!is_allowed(origin, allowed))
    return;
  head += "Access-Control-Allow-Origin: ";
  head += origin;
  head += "\r\nAccess-Control-Expose-Headers: "
          "ETag, Link, Retry-After, X-Guildhall-Checked-At, X-Request-Id\r\n";
}

response options_answer(
    const request& what, const std::vector<std::string>& allowed_origins,
    std::string_view methods) {
  response answer{204, {}, nullptr};
  const auto is_preflight = !what.header("Access-Control-Request-Method").empty();
  if (is_preflight && is_allowed(what.header("Origin"), allowed_origins)) {
    answer.add_header("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
    if (const auto wanted = what.header("Access-Control-Request-Headers"); !wanted.empty())
      answer.add_header("Access-Control-Allow-Headers", wanted);
    answer.add_header("Access-Control-Max-Age", "600");
  } else if (!methods.empty()) {
    answer.add_header("Allow", methods);
  }
  return answer;
}

response unknown_route(std::string_view target) {
  const auto details = R"({"type":"resource","resourceType":"endpoint","resourceId":)"
                     + json_quoted(target) + "}";
  return error_response(
      {ec::not_found, "Resource not found - " + std::string{target}}, details);
}

bool is_sane_request_id(std::string_view id) noexcept {
  constexpr std::size_t max_size = 64;
  return !id.empty() && id.size() <= max_size && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || c == '.' || c == '-' || c == '_';
  });
}

} // namespace guildhall::http
