#include "tests/robustness/targets.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace guildhall::robustness {

namespace {

using system_test::guild_address;

/// Every document of everybody is there and none has failed since. (The dead, whose names carry
/// digits, are not asked for.)
bool is_in_sync(const system_test::database& in, std::size_t guilds) {
  return in.value(
             "select (select count(*) from guilds) = " + std::to_string(guilds)
             + " and exists (select from guild_members) and not exists (select from "
               "document_states where error_class in ('transient', 'throttled', 'malformed')) "
               "and not exists (select from guild_members m join characters c on c.id = "
               "m.character_id where left_at is null and c.name !~ '[0-9]' and not exists "
               "(select from document_states d where d.character_id = c.id)) and not exists "
               "(select from sync_queue where lease_token is not null)")
      == "t";
}

struct first_sync {
  double requests{0};
  bool done{false};
  std::vector<std::string> differences;
};

/// A first sync of all guilds in an empty database. The clock is helped along, so that
/// back-offs do not take their time; what is due only later stays so.
first_sync sync_all(bench at, bool stormy) {
  field w;
  w.simulate(quick_simulator(
      {"--world", at.how.choose("150,60,30", "60,20"), "--seed", std::to_string(at.how.seed)}));
  if (stormy) {
    const auto seed = at.how.seed;
    for (const auto& fault :
         {boost::json::object{{"match", "/"}, {"seed", seed}, {"rate", 0.3}, {"status", 503}},
          boost::json::object{
              {"match", "/"}, {"seed", seed + 1}, {"rate", 0.07}, {"reset", true}},
          boost::json::object{
              {"match", "/"}, {"seed", seed + 2}, {"rate", 0.015}, {"truncate", true}},
          boost::json::object{
              {"match", "/"}, {"seed", seed + 3}, {"rate", 0.015}, {"status", 429}}})
      w.sim().add_fault(fault); // of what the ones before it let through: 30, 5, 1 and 1 %
  }
  auto& server = w.serve(quick_budget());
  const auto guilds = w.sim().guilds();
  for (const auto& guild : guilds)
    w.track(server, guild);
  const auto end = steady::now() + at.how.choose(150s, 60s);
  first_sync out;
  while (!out.done && steady::now() < end) {
    std::this_thread::sleep_for(1s);
    out.done = is_in_sync(w.db, guilds.size());
    if (!out.done)
      w.let_pass(10s);
  }
  out.requests = static_cast<double>(w.sim().book().requests);
  for (const auto& guild : guilds)
    for (const auto& one : w.differences(guild))
      out.differences.push_back(one);
  const auto statuses = w.sim().book().by_status;
  at.lines.note(
      std::string{stormy ? "with faults" : "without"} + ": " + std::to_string(out.requests)
      + " requests, by status " + boost::json::serialize(statuses));
  return out;
}

} // namespace

void bad_weather(bench at) {
  const auto calm = sync_all(at, false);
  const auto storm = sync_all(at, true);
  at.lines.count("R5", "without faults: guilds not in sync in time", calm.done ? 0 : 1, 0);
  at.lines.count(
      "R5", "30 % 5xx, resets, cut bodies, 429: not in sync in time", storm.done ? 0 : 1, 0);
  at.lines.count(
      "R5", "differences at the end",
      static_cast<double>(calm.differences.size() + storm.differences.size()), 0);
  at.lines.count(
      "R5", "requests in relation to the run without faults",
      calm.requests > 0 ? storm.requests / calm.requests : 0, 1.7);
}

void one_region_down(bench at) {
  field w;
  w.simulate(quick_simulator({"--world", "60,us:30,us:20"}));
  test::tcp_proxy wire{w.sim().port()};
  auto how = quick_budget();
  how["GUILDHALL_BATTLENET_REGIONS"] = "eu,us";
  how["GUILDHALL_BATTLENET_API_HOSTS"] =
      "eu=" + w.sim().url() + ",us=http://127.0.0.1:" + std::to_string(wire.port());
  auto& server = w.serve(how);
  const auto guilds = w.sim().guilds();
  for (const auto& guild : guilds)
    w.mirror(server, guild);
  w.await_idle();

  wire.refuse(true);
  const auto dead = std::ranges::find(guilds, "us", &guild_address::region);
  const auto alive = std::ranges::find(guilds, "eu", &guild_address::region);
  w.sync_now(server, w.guild_id(*dead));
  w.make_all_due();
  std::this_thread::sleep_for(8s); // until it is known to be down
  const auto before = wire.accepted();
  const auto begin = steady::now();
  const auto length = at.how.choose(70s, 32s);
  int failed = 0;
  while (steady::now() < begin + length) {
    const auto job = w.await_end(server, w.sync_now(server, w.guild_id(*alive)), 30s);
    failed += system_test::text(job.at("state")) != "done";
    w.make_all_due();
    std::this_thread::sleep_for(3s);
  }
  const auto probes = wire.accepted() - before;
  at.lines.count(
      "R6", "connections to the dead region in " + std::to_string(length.count()) + " s",
      probes, 1 + static_cast<double>(length.count()) / 30);
  at.lines.count("R6", "syncs of the other region that failed meanwhile", failed, 0);
  at.lines.count(
      "R6", "differences in the other region",
      static_cast<double>(w.differences(*alive).size()), 0);

  wire.behave();
  int again = 1;
  try {
    eventually(
        "the dead region is back", 90s,
        [&] {
          w.let_pass(10s);
          const auto job = w.await_end(server, w.sync_now(server, w.guild_id(*dead)), 60s);
          return system_test::text(job.at("state")) == "done";
        },
        1s);
  } catch (const std::exception& e) {
    again = 0;
    at.lines.note(e.what());
  }
  at.lines.at_least("R6", "a sync of the region once it is back", again, 1);
}

} // namespace guildhall::robustness
