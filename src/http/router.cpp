#include "http/router.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace guildhall::http {

namespace {

constexpr std::size_t max_segments = 8;

struct split_path {
  std::array<std::string_view, max_segments> segments;
  std::size_t count{0};
};

/// Nothing for a path that does not begin with a slash or is deeper than any route.
std::optional<split_path> split(std::string_view path) {
  if (!path.starts_with('/'))
    return std::nullopt;
  if (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  split_path out;
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    const auto segment = path.substr(0, path.find('/'));
    if (out.count == max_segments)
      return std::nullopt;
    out.segments[out.count++] = segment;
    path.remove_prefix(segment.size());
  }
  return out;
}

bool is_param(std::string_view segment) noexcept {
  return segment.starts_with(':');
}

bool fits(const std::vector<std::string_view>& pattern, const split_path& path) noexcept {
  if (pattern.size() != path.count)
    return false;
  for (std::size_t i = 0; i < path.count; ++i) {
    const auto segment = path.segments[i];
    if (is_param(pattern[i]) ? segment.empty() : segment != pattern[i])
      return false;
  }
  return true;
}

/// A literal sorts before a parameter at the first place in which two patterns differ.
bool goes_first(
    const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) noexcept {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](auto x, auto y) { return !is_param(x) && is_param(y); });
}

} // namespace

void router::add(method verb, std::string_view pattern, handler run) {
  const auto path = split(pattern).value();
  route added{
      verb, {path.segments.begin(), path.segments.begin() + path.count}, std::move(run)};
  const auto place = std::upper_bound(
      routes_.begin(), routes_.end(), added,
      [](const route& a, const route& b) { return goes_first(a.segments, b.segments); });
  routes_.insert(place, std::move(added));
}

router::match router::find(request& what) const {
  const auto path = split(what.path());
  if (!path)
    return {};
  const auto verb = what.verb == method::head ? method::get : what.verb;
  for (const auto& candidate : routes_) {
    if (candidate.verb != verb || !fits(candidate.segments, *path))
      continue;
    for (std::size_t i = 0; i < path->count; ++i) {
      if (!is_param(candidate.segments[i]))
        continue;
      auto value = text::percent_decode(path->segments[i]);
      if (!value)
        return {outcome::undecodable, nullptr};
      what.add_param(candidate.segments[i].substr(1), std::move(*value));
    }
    return {outcome::found, &candidate.run};
  }
  return {};
}

std::vector<router::listed_route> router::routes() const {
  std::vector<listed_route> out;
  for (const auto& known : routes_) {
    auto& added = out.emplace_back(listed_route{known.verb, {}});
    for (const auto segment : known.segments) {
      added.pattern += '/';
      added.pattern += segment;
    }
  }
  return out;
}

std::string router::allowed(std::string_view path) const {
  const auto parts = split(path);
  std::string out;
  if (!parts)
    return out;
  for (const auto verb : {method::get, method::post, method::put, method::patch, method::del}) {
    const auto has_it = std::any_of(routes_.begin(), routes_.end(), [&](const route& r) {
      return r.verb == verb && fits(r.segments, *parts);
    });
    if (!has_it)
      continue;
    if (!out.empty())
      out += ", ";
    out += to_string(verb);
    if (verb == method::get)
      out += ", HEAD";
  }
  return out;
}

} // namespace guildhall::http
