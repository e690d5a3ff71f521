#include "api/body_weight.hpp"

#include "api/body_rules.hpp"

#include <array>

namespace guildhall::api {

namespace {

/// Behind the closing quote of the text that begins at `at`.
std::size_t end_of_text(std::string_view json, std::size_t at) noexcept {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\')
      ++at;
  return at;
}

} // namespace

bool is_too_heavy(std::string_view json) noexcept {
  std::size_t values = 1;
  std::size_t depth = 0;
  std::array<std::size_t, max_body_depth + 1> fields{}; // deeper the parser ends
  for (std::size_t at = 0; at < json.size(); ++at) {
    switch (json[at]) {
    case '"':
      at = end_of_text(json, at);
      break;
    case '{':
    case '[':
      if (++depth > max_body_depth)
        return false;
      fields[depth] = 0;
      ++values;
      break;
    case '}':
    case ']':
      if (depth > 0)
        --depth;
      break;
    case ',':
      ++values;
      break;
    case ':':
      if (++fields[depth] > max_body_fields)
        return true;
      break;
    default:
      break;
    }
    if (values > max_body_values)
      return true;
  }
  return false;
}

} // namespace guildhall::api
