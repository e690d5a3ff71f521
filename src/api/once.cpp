#include "api/once.hpp"

#include "api/json_writer.hpp"
#include "core/crypto.hpp"

#include <algorithm>

namespace guildhall::api {

namespace {

constexpr std::string_view header_name = "Idempotency-Key";
constexpr std::size_t longest_key = 64;

bool is_key(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_key
      && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string digest_of(const http::request& what) {
  std::string all{http::to_string(what.verb)};
  all.append(1, ' ').append(what.target).append(1, '\n').append(what.body);
  const auto digest = crypto::sha256(all);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

http::response key_of_another() {
  constexpr std::string_view sentence =
      "This Idempotency-Key was sent with another request; give each request a key of its own";
  constexpr int status = 422;
  json_writer out;
  out.begin_object();
  out.field("success", false);
  out.begin_object("error");
  out.field("message", sentence);
  out.field("code", "UNPROCESSABLE_ENTITY");
  out.field("status", status);
  out.end_object();
  out.field("message", sentence);
  out.end_object();
  return http::json_response(status, std::move(out).take());
}

} // namespace

result<std::optional<domain::request_key>> request_key_of(const http::request& what) {
  std::string_view key;
  int lines = 0;
  what.each_header(header_name, [&](std::string_view value) {
    key = value;
    ++lines;
  });
  if (lines == 0)
    return std::nullopt;
  if (lines > 1 || !is_key(key))
    return fail(ec::bad_request, "Idempotency-Key must be 1 to 64 visible ASCII characters");
  return domain::request_key{std::string{key}, digest_of(what)};
}

domain::told_answer told(const http::response& answer) {
  return {answer.status, answer.body ? *answer.body : std::string{}};
}

result<http::response> answer_told(result<domain::answer_by_key> outcome) {
  if (!outcome && outcome.error().code == ec::outcome_unknown)
    return fail(ec::database_down); // the same key brings the first answer, or makes it
  if (!outcome)
    return fail(std::move(outcome.error()));
  if (outcome->of_another)
    return key_of_another();
  return http::json_response(outcome->told.status, std::move(outcome->told.body));
}

} // namespace guildhall::api
