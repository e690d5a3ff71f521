#include "domain/document_version.hpp"

#include "core/crypto.hpp"
#include "domain/bounded_json.hpp"
#include "domain/last_modified.hpp"
#include "domain/moments.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace guildhall::domain {

namespace {

namespace json = boost::json;

std::string canonical(const json::value& value);

bool is_link(std::string_view key) {
  return key == "_links" || key == "href";
}

std::string joined(std::vector<std::string>& parts, char open, char close) {
  std::ranges::sort(parts);
  std::string out{open};
  for (const auto& part : parts)
    out.append(part).push_back(',');
  out.push_back(close);
  return out;
}

std::string canonical(const json::object& object) {
  std::vector<std::string> parts;
  for (const auto& member : object)
    if (const std::string_view key{member.key().data(), member.key().size()}; !is_link(key))
      parts.push_back(
          json::serialize(json::string(member.key())) + ':' + canonical(member.value()));
  return joined(parts, '{', '}');
}

// Recursion is bounded: the parser refuses more than 32 levels.
std::string canonical(const json::value& value) {
  constexpr double exact = 9'007'199'254'740'992;
  if (const auto* object = value.if_object())
    return canonical(*object);
  if (const auto* array = value.if_array()) {
    std::vector<std::string> parts;
    for (const auto& element : *array)
      parts.push_back(canonical(element));
    return joined(parts, '[', ']');
  }
  if (const auto* real = value.if_double();
      real && std::trunc(*real) == *real && std::abs(*real) < exact)
    return std::to_string(static_cast<std::int64_t>(*real));
  return json::serialize(value);
}

std::string digest_of(std::string_view text) {
  const auto digest = crypto::sha256(text);
  return crypto::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace

std::string usable_last_modified(std::string_view header, time_point now) {
  const auto moment = parse_last_modified(header);
  // "0" and the like are said whatever the document holds.
  const bool says_nothing =
      header.find_first_not_of("+-.0123456789 ") == std::string_view::npos;
  if (says_nothing)
    return {};
  return moment && !is_plausible(*moment, now) ? std::string{} : std::string{header};
}

std::string version_of(std::string_view last_modified, std::string_view body) {
  if (!last_modified.empty())
    return std::string{last_modified};
  const auto parsed = parse_bounded(body, {});
  return "digest:" + digest_of(parsed ? canonical(parsed->root) : std::string{body});
}

} // namespace guildhall::domain
