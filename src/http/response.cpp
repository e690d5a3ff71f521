#include "http/response.hpp"

#include "core/log.hpp"
#include "core/log_limit.hpp"
#include "core/text.hpp"
#include "http/reply_slot.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace guildhall::http {

namespace {

std::string validation_details(const failure& why) {
  std::string out = R"({"type":"validation","fields":{)";
  for (bool first = true; const auto& [path, mistake] : why.fields) {
    if (!std::exchange(first, false))
      out += ',';
    out += json_quoted(path);
    out += ':';
    out += json_quoted(mistake);
  }
  out += "}}";
  return out;
}

/// What may have been done must be looked for first: tried again it would be there twice.
bool may_be_tried_again(ec code) noexcept {
  const auto status = http_status(code);
  return code != ec::outcome_unknown && (status == 429 || status == 503 || status == 504);
}

/// Whole seconds, at least one: `Retry-After: 0` would invite a storm.
long seconds_until(const std::optional<time_point>& moment) {
  if (!moment)
    return 1;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*moment - wall_now());
  return std::max<long>(1, wait.count());
}

constexpr std::size_t max_logged_message = 1000;

/// Failures whose own words name statements, hosts and the like. Of what the server cannot do,
/// only a part that is switched off or gone has a sentence for whoever asked.
bool is_of_the_inside(ec code) {
  return http_status(code) >= 500 && code != ec::unavailable;
}

} // namespace

void response::add_header(std::string_view name, std::string_view value) {
  headers += name;
  headers += ": ";
  std::copy_if(value.begin(), value.end(), std::back_inserter(headers), [](char c) {
    return c != '\r' && c != '\n' && c != '\0';
  });
  headers += "\r\n";
}

response json_response(int status, std::string body) {
  return {
      status, "Content-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\n",
      std::make_shared<const std::string>(std::move(body))};
}

response error_response(const failure& why, std::string_view details) {
  const auto status = http_status(why.code);
  // What went wrong inside is for the operator; the client learns that it did.
  const bool ours = is_of_the_inside(why.code);
  if (ours && !why.message.empty() && process_log_limit().admit(to_string(why.code)))
    log::log(
        status == 500 ? log::level::err : log::level::warn, "{}: {}", to_string(why.code),
        text::printable(why.message, max_logged_message));
  const auto message = json_quoted(ours ? default_message(why.code) : message_of(why));
  std::string own_details;
  if (details.empty() && !why.fields.empty()) {
    own_details = validation_details(why);
    details = own_details;
  }
  std::string body = R"({"success":false,"error":{"message":)";
  body += message;
  body += R"(,"code":")";
  body += rest_code(why.code);
  body += R"(","status":)";
  body += std::to_string(status);
  if (!details.empty()) {
    body += R"(,"details":)";
    body += details;
  }
  body += R"(},"message":)";
  body += message;
  body += '}';
  auto answer = json_response(status, std::move(body));
  if (may_be_tried_again(why.code))
    answer.add_header("Retry-After", std::to_string(seconds_until(why.retry_at)));
  if (status == 401)
    answer.add_header("WWW-Authenticate", "Bearer");
  return answer;
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
  case 100:
    return "Continue";
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 302:
    return "Found";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 412:
    return "Precondition Failed";
  case 413:
    return "Content Too Large";
  case 414:
    return "URI Too Long";
  case 415:
    return "Unsupported Media Type";
  case 422:
    return "Unprocessable Content";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "";
  }
}

reply_slot::~reply_slot() {
  if (target_)
    fail({ec::unavailable, {}});
}

void reply_slot::send(response answer) noexcept {
  if (const auto target = std::exchange(target_, nullptr))
    target->deliver(turn_, std::move(answer));
}

} // namespace guildhall::http
