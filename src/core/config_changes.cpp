#include "core/config_changes.hpp"

#include "core/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace guildhall {

namespace {

/// A key whose value can change while the process runs: whoever uses it looks again.
struct changeable {
  std::string_view name;
  void (*take)(config& now, const config& from);
};

// clang-format off
#define CHANGEABLE(path) {#path, [](config& now, const config& from) { now.path = from.path; }}
// clang-format on

constexpr changeable all_changeable[]{
    CHANGEABLE(log.level),
    CHANGEABLE(auth.keys),
    CHANGEABLE(auth.seal_keys),
    CHANGEABLE(auth.admins),
    CHANGEABLE(auth.requests_per_minute),
    CHANGEABLE(auth.writes_per_second),
    CHANGEABLE(cors.origins),
    CHANGEABLE(budget.requests_per_second),
    CHANGEABLE(budget.requests_per_hour),
    CHANGEABLE(budget.people_share),
};

const changeable* find(std::string_view name) {
  const auto found = std::ranges::find(all_changeable, name, &changeable::name);
  return found == std::end(all_changeable) ? nullptr : found;
}

std::string
sentence_of(const config_keys::key& which, const config& running, const config& read_again) {
  const auto before = which.print(running);
  const auto after = which.print(read_again);
  if (before == after) // masked
    return fmt::format("{} has changed", which.name);
  return fmt::format("{} is {} now, was {}", which.name, after, before);
}

} // namespace

config_changes take_over(const config& running, const config& read_again) {
  config_changes out{.now = running};
  for (const auto& which : config_keys::all()) {
    if (which.is_same(running, read_again))
      continue;
    if (const auto* const found = find(which.name)) {
      found->take(out.now, read_again);
      out.taken.push_back(which.name);
      out.told.push_back(sentence_of(which, running, read_again));
    } else {
      out.needs_restart.push_back(which.name);
      out.told.push_back(fmt::format("needs a restart: {}", which.name));
    }
  }
  if (out.told.empty())
    out.told.emplace_back("nothing has changed");
  return out;
}

} // namespace guildhall
