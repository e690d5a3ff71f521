#include "battlenet_sim/faults.hpp"

#include "battlenet_sim/hostile.hpp"
#include "battlenet_sim/text.hpp"

#include <functional>
#include <utility>

namespace guildhall::sim {

namespace {

constexpr std::string_view class_prefix = "class:";
constexpr std::string_view regex_prefix = "regex:";

bool matches(const fault& one, const target& what, std::string_view region) {
  if (!one.region.empty() && one.region != region)
    return false;
  std::string_view match = one.match;
  if (match.starts_with(class_prefix))
    return match.substr(class_prefix.size()) == class_of(what);
  if (one.pattern)
    return boost::regex_search(what.path, *one.pattern);
  return what.path.starts_with(match);
}

bool strikes(fault& one, const target& what) {
  if (one.left == 0)
    return false;
  const auto number = one.by_path ? std::hash<std::string>{}(what.path) : one.draws++;
  // 53 bits make a double in [0, 1).
  auto draw = static_cast<double>(mix(one.seed, number) >> 11) * 0x1.0p-53;
  if (draw >= one.rate)
    return false;
  if (one.left > 0)
    --one.left;
  ++one.struck;
  return true;
}

/// Of a fault that has struck.
fault_action action_of(const fault& one) {
  auto action = one.action;
  const auto& names = hostile_names();
  if (action.what == fault_action::kind::hostile && action.text == every_hostile)
    action.text = names[(one.struck - 1) % names.size()];
  return action;
}

} // namespace

std::string_view to_string(fault_action::kind kind) {
  using enum fault_action::kind;
  switch (kind) {
  case none:
    return "none";
  case status:
    return "status";
  case delay:
    return "delay_ms";
  case reset:
    return "reset";
  case truncate:
    return "truncate";
  case broken_json:
    return "broken_json";
  case drip:
    return "drip";
  case empty_body:
    return "empty_body";
  case empty_roster:
    return "empty_roster";
  case halve_roster:
    return "halve_roster";
  case body:
    return "body";
  case instead:
    return "instead";
  case edit:
    return "edit";
  case last_modified:
    return "last_modified";
  case hostile:
    return "hostile";
  }
  return "none";
}

std::optional<std::int64_t> fault_table::add(fault what) {
  if (what.match.starts_with(regex_prefix)) {
    try {
      what.pattern = std::make_shared<const boost::regex>(
          what.match.substr(regex_prefix.size()), boost::regex::optimize);
    } catch (const boost::regex_error&) {
      return std::nullopt;
    }
  }
  std::lock_guard lock(mutex_);
  if (faults_.size() >= max_faults)
    return std::nullopt;
  what.id = ++last_id_;
  faults_.push_back(std::move(what));
  return last_id_;
}

void fault_table::clear() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

bool fault_table::remove(std::int64_t id) {
  std::lock_guard lock(mutex_);
  return std::erase_if(faults_, [&](const fault& one) { return one.id == id; }) > 0;
}

std::vector<fault> fault_table::list() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

fault_action fault_table::strike(const target& what, std::string_view region) {
  std::lock_guard lock(mutex_);
  for (auto& one : faults_)
    if (matches(one, what, region) && strikes(one, what))
      return action_of(one);
  return {};
}

} // namespace guildhall::sim
