#include "battlenet_sim/control.hpp"

#include "battlenet_sim/control_parts.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"

#include <boost/json/parse.hpp>

#include <charconv>
#include <utility>

namespace guildhall::sim {

namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void write_summary(json_writer& w, const ledger_summary& summary) {
  auto refused = summary.by_status.find(429);
  w.member("requests", summary.requests);
  w.member("max_per_second", summary.max_per_second);
  w.member("max_per_hour", summary.max_per_hour);
  w.member("count_429", refused == summary.by_status.end() ? 0 : refused->second);
  w.object("by_class", [&] {
    for (const auto& [name, count] : summary.by_class)
      w.member(name, count);
  });
  w.object("by_status", [&] {
    for (const auto& [status, count] : summary.by_status)
      w.member(std::to_string(status), count);
  });
  w.object("by_region", [&] {
    for (const auto& [region, count] : summary.by_region)
      w.member(region, count);
  });
}

answer ledger_answer(const ledger& book, const form& query) {
  ledger_filter filter{
      number(field(query, "since")) * 1000, field(query, "prefix"), field(query, "class")};
  auto is_filtered = filter.since_us > 0 || !filter.prefix.empty() || !filter.kind.empty();
  std::string out;
  json_writer w(out);
  w.object([&] {
    write_summary(w, is_filtered ? book.summary(filter) : book.summary());
    w.member("now_ms", world_clock::real_us() / 1000);
    auto limit = number(field(query, "entries"));
    if (limit <= 0)
      return;
    w.array("entries", [&] {
      for (const auto& one : book.entries(filter, static_cast<std::size_t>(limit)))
        w.object([&] {
          w.member("time_us", one.time_us);
          w.member("class", one.kind);
          w.member("status", one.status);
          w.member("region", one.region);
          w.member("path", one.path);
        });
    });
  });
  return json_answer(std::move(out));
}

answer clock_answer(const world_clock& clock) {
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.member("now_ms", clock.now_ms());
    w.member("offset_ms", clock.offset_ms());
  });
  return json_answer(std::move(out));
}

boost::json::object arguments(const std::string& content) {
  if (content.empty())
    return {};
  return boost::json::parse(content).as_object();
}

answer read(simulation& service, std::string_view rest, const form& query) {
  if (rest == "ledger")
    return ledger_answer(service.book, query);
  if (rest == "faults")
    return list_faults(service);
  if (rest == "hostile")
    return list_hostile();
  if (rest == "clock")
    return clock_answer(service.clock);
  return world_view(service, rest, query);
}

answer advance(simulation& service, const boost::json::object& args) {
  auto ms = args.at("advance_ms").to_number<std::int64_t>();
  if (ms < 0)
    throw bad_call("this clock does not go back");
  service.clock.advance(ms);
  return clock_answer(service.clock);
}

answer spell_oauth(simulation& service, const boost::json::object& args) {
  if (const auto* names = args.if_contains("names_scope"))
    service.tokens.names_scope = names->as_bool();
  if (const auto* otherwise = args.if_contains("spells_otherwise"))
    service.tokens.spells_otherwise = otherwise->as_bool();
  return json_answer("{}");
}

answer write(simulation& service, std::string_view rest, const std::string& content) {
  constexpr std::string_view changes = "world/";
  auto args = arguments(content);
  if (rest.starts_with(changes))
    return change_world(service, rest.substr(changes.size()), args);
  if (rest == "fault")
    return add_fault(service, args);
  if (rest == "clock")
    return advance(service, args);
  if (rest == "ledger/reset") {
    service.book.reset();
    return json_answer("{}");
  }
  if (rest == "oauth")
    return spell_oauth(service, args);
  if (rest == "tokens/revoke") {
    service.tokens.revoke_all();
    return json_answer("{}");
  }
  return error_answer(404);
}

answer erase(simulation& service, std::string_view rest) {
  constexpr std::string_view one = "fault/";
  if (rest == "faults") {
    service.faults.clear();
    return json_answer("{}");
  }
  if (rest.starts_with(one) && service.faults.remove(number(rest.substr(one.size()))))
    return json_answer("{}");
  return error_answer(404);
}

} // namespace

answer control(simulation& service, const request& what) {
  std::string_view rest = what.path;
  rest.remove_prefix(std::string_view("/_sim/").size());
  try {
    if (what.method == "GET")
      return read(service, rest, what.query);
    if (what.method == "POST")
      return write(service, rest, what.content);
    if (what.method == "DELETE")
      return erase(service, rest);
    return error_answer(405);
  } catch (const std::exception& e) {
    std::string out;
    json_writer w(out);
    w.object([&] { w.member("error", e.what()); });
    return json_answer(std::move(out), 400);
  }
}

} // namespace guildhall::sim
