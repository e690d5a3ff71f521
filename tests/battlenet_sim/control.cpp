#include "battlenet_sim/control.hpp"

#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"

#include <charconv>
#include <utility>

namespace guildhall::sim {

namespace {

std::string text_field(const form& fields, const std::string& name) {
  auto i = fields.find(name);
  return i == fields.end() ? std::string() : i->second;
}

std::int64_t number_field(const form& fields, const std::string& name) {
  auto text = text_field(fields, name);
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

answer ledger_answer(simulation& service, const form& query) {
  ledger_filter filter{
      number_field(query, "since") * 1000, text_field(query, "prefix"),
      text_field(query, "class")};
  auto is_filtered = filter.since_us > 0 || !filter.prefix.empty() || !filter.kind.empty();
  std::string out;
  json_writer w(out);
  w.object([&] {
    write_summary(w, is_filtered ? service.book.summary(filter) : service.book.summary());
    w.member("now_ms", world_clock::real_us() / 1000);
    auto limit = number_field(query, "entries");
    if (limit <= 0)
      return;
    w.array("entries", [&] {
      for (const auto& one : service.book.entries(filter, static_cast<std::size_t>(limit)))
        w.object([&] {
          w.member("time_us", one.time_us);
          w.member("class", to_string(one.kind));
          w.member("status", one.status);
          w.member("region", one.region);
          w.member("path", one.path);
        });
    });
  });
  return json_answer(std::move(out));
}

void write_guild(json_writer& w, const guild& one) {
  w.member("region", one.region);
  w.member("realm", one.home->slug);
  w.member("slug", one.slug);
  w.member("name", one.name);
  w.member("id", one.id);
  w.member("members", one.members.size());
}

answer world_answer(simulation& service) {
  std::string out;
  json_writer w(out);
  std::lock_guard lock(service.world_mutex);
  w.object([&] {
    w.member("seed", service.opts.seed);
    w.member("characters", service.state.characters());
    w.array("guilds", [&] {
      for (const auto& one : service.state.guilds())
        w.object([&] { write_guild(w, one); });
    });
  });
  return json_answer(std::move(out));
}

} // namespace

answer control(simulation& service, const request& what) {
  if (what.path == "/_sim/ledger")
    return ledger_answer(service, what.query);
  if (what.path == "/_sim/ledger/reset" && what.method == "POST") {
    service.book.reset();
    return json_answer("{}");
  }
  if (what.path == "/_sim/world")
    return world_answer(service);
  return error_answer(404);
}

} // namespace guildhall::sim
