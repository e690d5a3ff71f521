#include "battlenet_sim/messages.hpp"

#include <utility>

namespace guildhall::sim {

namespace {

std::string_view reason(int status) {
  switch (status) {
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 429:
    return "Too Many Requests";
  default:
    return "Error";
  }
}

} // namespace

answer error_answer(int status) {
  answer result;
  result.status = status;
  result.trace_id = random_hex();
  if (status >= 500) {
    // Nothing is known of these bodies but that they need not be JSON.
    result.content_type = "text/html";
    result.content = body("<html><body><h1>" + std::to_string(status) + "</h1></body></html>");
    return result;
  }
  auto code = std::to_string(status);
  result.content = body(
      R"({"code":)" + code + R"(,"type":"BLZWEBAPI00000)" + code + R"(","detail":")"
      + std::string(reason(status)) + R"("})");
  return result;
}

answer json_answer(std::string json, int status) {
  answer result;
  result.status = status;
  result.content = body(std::move(json));
  return result;
}

} // namespace guildhall::sim
