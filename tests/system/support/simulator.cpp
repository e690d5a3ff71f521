#include "tests/system/support/simulator.hpp"

#include "tests/system/support/wait.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

std::vector<std::string> command_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {GUILDHALL_SIMULATOR, "--port", "0"});
  return arguments;
}

std::int64_t count_in(const json::object& counts, const std::string& name) {
  const auto* found = counts.if_contains(name);
  return found ? found->to_number<std::int64_t>() : 0;
}

std::string text(const json::value& value) {
  return std::string{value.as_string()};
}

ledger_entry entry_of(const json::value& one) {
  return {
      one.at("time_us").to_number<std::int64_t>(), text(one.at("class")),
      one.at("status").to_number<std::int64_t>(), text(one.at("path"))};
}

} // namespace

std::int64_t ledger::of_class(const std::string& name) const {
  return count_in(by_class, name);
}

std::int64_t ledger::of_status(int status) const {
  return count_in(by_status, std::to_string(status));
}

std::int64_t ledger::most_within(std::chrono::seconds window) const {
  const auto length = std::chrono::microseconds{window}.count();
  std::deque<std::int64_t> recent;
  std::size_t most = 0;
  for (const auto& entry : entries) {
    if (entry.kind == "token")
      continue;
    while (!recent.empty() && recent.front() <= entry.time_us - length)
      recent.pop_front();
    recent.push_back(entry.time_us);
    most = std::max(most, recent.size());
  }
  return static_cast<std::int64_t>(most);
}

simulator::simulator(std::vector<std::string> arguments, std::filesystem::path output)
    : process_({command_of(std::move(arguments)), {}, std::move(output)}) {
  constexpr std::string_view before = "battlenet_sim listening on ";
  std::string printed;
  eventually("the simulator listens", std::chrono::seconds{30}, [&] {
    printed = process_.output();
    const auto at = printed.find(before);
    if (!process_.running())
      throw std::runtime_error("the simulator has ended:\n" + printed);
    return at != std::string::npos && printed.find('\n', at) != std::string::npos;
  });
  const auto begin = printed.find(before) + before.size();
  url_ = printed.substr(begin, printed.find('\n', begin) - begin);
  port_ = static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
}

json::value simulator::checked(const question& what) const {
  const auto answer = ask(port_, what);
  if (answer.status != 200)
    throw std::runtime_error(
        "simulator: " + what.target + ' ' + what.body + ": " + std::to_string(answer.status)
        + ' ' + answer.body + answer.error);
  return answer.json();
}

json::value simulator::get(const std::string& what) const {
  return checked({.target = "/_sim/" + what});
}

json::value simulator::post(const std::string& what, const json::value& arguments) const {
  return checked(
      {.method = "POST", .target = "/_sim/" + what, .body = json::serialize(arguments)});
}

void simulator::remove(const std::string& what) const {
  checked({.method = "DELETE", .target = "/_sim/" + what});
}

std::vector<guild_address> simulator::guilds() const {
  std::vector<guild_address> out;
  for (const auto& one : elements(get("world").at("guilds")))
    out.push_back({text(one.at("realm")), text(one.at("slug")), text(one.at("region"))});
  return out;
}

std::vector<member> simulator::members(const guild_address& guild) const {
  std::vector<member> out;
  const auto seen = get(
      "guild/" + percent_encoded(guild.realm + '/' + guild.slug) + "?region=" + guild.region);
  for (const auto& one : seen.at("members").as_array())
    out.push_back(
        {one.at("id").to_number<std::int64_t>(), text(one.at("realm")), text(one.at("name")),
         one.at("rank").to_number<std::int64_t>()});
  std::ranges::sort(out);
  return out;
}

std::int64_t simulator::now_ms() const {
  return get("ledger").at("now_ms").to_number<std::int64_t>();
}

ledger simulator::book(std::int64_t since_ms, const std::string& kind) const {
  const auto seen =
      get("ledger?entries=1000000&since=" + std::to_string(since_ms) + "&class=" + kind);
  ledger out;
  out.requests = seen.at("requests").to_number<std::int64_t>();
  out.max_per_second = seen.at("max_per_second").to_number<std::int64_t>();
  out.count_429 = seen.at("count_429").to_number<std::int64_t>();
  out.by_class = seen.at("by_class").as_object();
  out.by_status = seen.at("by_status").as_object();
  for (const auto& one : seen.at("entries").as_array())
    out.entries.push_back(entry_of(one));
  return out;
}

std::int64_t simulator::add_fault(const json::object& what) const {
  return post("fault", what).at("id").to_number<std::int64_t>();
}

void simulator::clear_faults() const {
  remove("faults");
}

} // namespace guildhall::system_test
