#include "battlenet_sim/control_parts.hpp"
#include "battlenet_sim/hostile.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace guildhall::sim {

namespace {

/// A string as it is, anything else as JSON.
std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string(value.as_string().c_str())
                           : boost::json::serialize(value);
}

fault_action action_of(const boost::json::object& args) {
  using enum fault_action::kind;
  fault_action action;
  for (auto kind :
       {status, delay, reset, truncate, broken_json, drip, empty_body, empty_roster,
        halve_roster, body, instead, edit, last_modified, hostile}) {
    auto name = to_string(kind);
    const auto* value = args.if_contains(boost::json::string_view(name.data(), name.size()));
    const bool says_more = kind == body && args.contains("status"); // of that fault
    if (value == nullptr || says_more || (value->is_bool() && !value->as_bool()))
      continue;
    if (action.what != none)
      throw bad_call("more than one kind of fault");
    action.what = kind;
    if (kind == status)
      action.status = value->to_number<int>();
    if (kind == delay || kind == drip)
      action.delay_ms = value->to_number<std::uint32_t>();
    if (kind == instead || kind == last_modified || kind == hostile)
      action.text = value->as_string().c_str();
    if (kind == body || kind == edit)
      action.text = text_of(*value);
  }
  if (action.what == none)
    throw bad_call("no fault given");
  if (action.what == hostile && action.text != every_hostile
      && std::ranges::find(hostile_names(), action.text) == hostile_names().end())
    throw bad_call("no hostile answer of that name");
  if (action.what == status && (action.status < 200 || action.status > 599))
    throw bad_call("status is not an HTTP status");
  if (const auto* after = args.if_contains("retry_after"))
    action.retry_after = after->is_string() ? std::string(after->as_string().c_str())
                                            : std::to_string(after->to_number<int>());
  if (const auto* said = args.if_contains("body"); said && action.what == status)
    action.body = text_of(*said);
  if (const auto* html = args.if_contains("html"))
    action.html = html->as_bool();
  if (const auto* moving = args.if_contains("moving"))
    action.moving = moving->as_bool();
  return action;
}

} // namespace

answer add_fault(simulation& service, const boost::json::object& args) {
  fault made;
  if (const auto* match = args.if_contains("match"))
    made.match = match->as_string().c_str();
  if (const auto* region = args.if_contains("region"))
    made.region = region->as_string().c_str();
  if (const auto* rate = args.if_contains("rate"))
    made.rate = rate->to_number<double>();
  if (const auto* by_path = args.if_contains("by_path"))
    made.by_path = by_path->as_bool();
  if (const auto* count = args.if_contains("count"))
    made.left = count->to_number<std::int64_t>();
  if (const auto* seed = args.if_contains("seed"))
    made.seed = seed->to_number<std::uint64_t>();
  made.action = action_of(args);
  auto id = service.faults.add(std::move(made));
  if (!id)
    throw bad_call("the pattern is none, or there are too many faults");
  return json_answer("{\"id\":" + std::to_string(*id) + "}");
}

answer list_hostile() {
  boost::json::array names;
  for (const auto name : hostile_names())
    names.emplace_back(boost::json::string_view(name.data(), name.size()));
  return json_answer(boost::json::serialize(boost::json::object{{"names", std::move(names)}}));
}

answer list_faults(simulation& service) {
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.array("faults", [&] {
      for (const auto& one : service.faults.list())
        w.object([&] {
          w.member("id", one.id);
          w.member("match", one.match);
          w.member("region", one.region);
          w.member("rate", one.rate);
          w.member("left", one.left);
          w.member("struck", one.struck);
          w.member("fault", to_string(one.action.what));
        });
    });
  });
  return json_answer(std::move(out));
}

} // namespace guildhall::sim
