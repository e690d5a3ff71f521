#include "tests/robustness/crowd.hpp"
#include "tests/robustness/load.hpp"
#include "tests/robustness/targets.hpp"

#include <future>

namespace guildhall::robustness {

namespace {

std::string of_guild(std::int64_t guild, const std::string& rest) {
  return "/api/guilds/" + std::to_string(guild) + rest;
}

} // namespace

void overloaded(bench at) {
  field w;
  w.simulate(quick_simulator({"--world", "200"}));
  auto how = quick_budget();
  how["GUILDHALL_CACHE_MAX_BYTES"] = "0"; // every answer is work
  how["GUILDHALL_LOG_LEVEL"] = "warn";
  auto& server = w.serve(how);
  const auto guild = w.mirror(server, w.sim().guilds().at(0));
  w.await_idle();
  let_precede(server.child().id(), at.lines);
  const demand calm{
      .port = server.port(),
      .targets = {of_guild(guild, "/members")},
      .token = server.user_token(),
      .length = at.how.choose(8s, 4s)};
  run_load(calm); // warm
  const auto peak = run_load(calm);
  at.lines.note("at its peak: " + peak.text());

  const auto process = server.child().id();
  const auto before = peak_megabytes(process);
  forget_peak(process);
  auto twice = calm;
  twice.per_second = 2 * peak.goodput();
  twice.length = at.how.choose(30s, 8s);
  twice.connections = 1'000;
  twice.from = loopback_addresses(10, 8);
  const auto flooded = run_load(twice);
  at.lines.note("at twice that: " + flooded.text());
  at.lines.figure(
      "R7", "twice the load: what was asked, against the peak",
      flooded.asked() / std::max(1.0, peak.goodput()), 1.9, "x", false);
  at.lines.count(
      "R7", "twice the load: answers other than 200 and 503",
      static_cast<double>(flooded.other_than({200, 503})), 0);
  at.lines.figure(
      "R7", "twice the load: p99 of accepted, against the peak's",
      flooded.p99_ms() / std::max(0.1, peak.p99_ms()), 2, "x");
  at.lines.figure(
      "R7", "twice the load: goodput against the peak's",
      flooded.goodput() / std::max(1.0, peak.goodput()), 0.9, "x", false);
  constexpr double bounded = 150;
  at.lines.count(
      "R7", "twice the load: peak memory above before", peak_megabytes(process) - before,
      bounded, "MB");

  auto afterwards = calm;
  afterwards.per_second = peak.goodput() / 2;
  const auto recovered = run_load(afterwards);
  at.lines.note("afterwards: " + recovered.text());
  at.lines.figure(
      "R7", "half the load afterwards: last answer other than 200 after", recovered.last_bad, 5,
      "s");
  const auto normal = run_load(afterwards); // whoever is not refused may wait all the same
  at.lines.note("after that: " + normal.text());
  at.lines.figure(
      "R7", "half the load after that: p99, against the peak's",
      normal.p99_ms() / std::max(0.1, peak.p99_ms()), 1, "x");
}

void idle_and_dripping(bench at) {
  field w;
  w.simulate(quick_simulator({"--world", "60"}));
  auto how = quick_budget();
  how["GUILDHALL_HTTP_TRUSTED_PROXIES"] = "192.0.2.1/32"; // nobody here is let through
  how["GUILDHALL_HTTP_HEADER_TIMEOUT"] = "3s";
  how["GUILDHALL_HTTP_BODY_TIMEOUT"] = "3s";
  auto& server = w.serve(how);
  const auto guild = w.mirror(server, w.sim().guilds().at(0));
  w.await_idle();
  demand small{
      .port = server.port(),
      .targets = {of_guild(guild, "/members")},
      .token = server.user_token(),
      .per_second = 100,
      .length = 4s,
      .connections = 4,
      .keeps = false};
  const auto alone = run_load(small);

  const auto addresses = loopback_addresses(10, 10);
  crowd idle{{.port = server.port(), .connections = 1'000, .from = addresses}};
  crowd dripping{{.port = server.port(), .connections = 1'000, .from = addresses}};
  dripping.say("GET /api/healthcheck HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  small.length = 9s;
  auto beside = std::async(std::launch::async, [&] { return run_load(small); });
  const auto begin = steady::now();
  while (steady::now() < begin + 8s) {
    dripping.say("x");
    std::this_thread::sleep_for(500ms);
  }
  const auto normal = beside.get();
  at.lines.note("alone: " + alone.text());
  at.lines.note(
      "beside " + std::to_string(idle.connected()) + " idle and "
      + std::to_string(dripping.connected()) + " dripping: " + normal.text());
  at.lines.count(
      "R8", "2,000 idle or dripping: other clients' answers that were not 200",
      static_cast<double>(normal.other_than({200}) + normal.unsent), 0);
  at.lines.figure(
      "R8", "2,000 idle or dripping: other clients' p99, against alone",
      normal.p99_ms() / std::max(1.0F, static_cast<float>(alone.p99_ms())), 3, "x");
  at.lines.count(
      "R8", "dripping ones that are still open after their time", dripping.open(), 0);
}

} // namespace guildhall::robustness
