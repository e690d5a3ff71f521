// What is done with Battle.net's budget: F1, F2, F4, F5.

#include "tests/bench/bench.hpp"
#include "tests/support/free_port.hpp"
#include "tests/system/support/wait.hpp"
#include "tests/system/support/web_client.hpp"

#include <algorithm>
#include <thread>

namespace guildhall::bench {

using namespace std::chrono_literals;
using system_test::eventually;
using system_test::guild_address;
using system_test::instance;
using system_test::seconds_since;
using system_test::settings;
using system_test::steady;

namespace {

constexpr double configured = 95;

settings at_the_limit(settings more = {}) {
  more.insert({"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"});
  return more;
}

double highest_hour(bench& in) {
  return in.sim().get("ledger").at("max_per_hour").to_number<double>();
}

/// Tracks guilds on two instances that share a budget, and waits until both are at work.
void begin_on_two(bench& in, const settings& how, std::int64_t requests) {
  auto& one = in.start(how);
  in.start(how);
  for (const auto& guild : in.sim().guilds())
    in.track(one, guild);
  eventually("both are at work", 30s, [&] {
    return in.store().number("select count(distinct instance) from api_budget_shares") == 2
        && in.sim().book().requests > requests;
  });
}

} // namespace

// F1: a 1,000-member guild against the real limits.
void measure_first_sync(bench& in) {
  auto& battlenet = in.simulate({"--world", "1000,200"});
  in.start_over();
  auto& one = in.start(at_the_limit());
  const auto start = steady::now();
  in.mirror(one, battlenet.guilds().front(), 120s);
  const auto took = seconds_since(start);
  const auto book = battlenet.book();
  in.add(
      {.id = "F1",
       .what = "first sync of 1,000 members",
       .value = took,
       .unit = "s, anchor: requests / rate",
       .anchor = static_cast<double>(book.requests) / configured,
       .wanted = 1.05,
       .at_most = true});
  in.add(
      {.id = "F1",
       .what = "first sync of 1,000 members, answers with 429",
       .value = static_cast<double>(book.count_429),
       .unit = "answers",
       .at_most = true});
}

// F2: two instances against the real limits, with work for both.
void measure_two_instances(bench& in) {
  auto& battlenet = in.simulate({"--world", "400,400,300,200"});
  in.start_over();
  constexpr std::int64_t warm = 500;
  begin_on_two(in, at_the_limit({{"GUILDHALL_SYNC_MAX_GUILDS_AT_ONCE", "2"}}), warm);
  const auto before = battlenet.book().requests;
  const auto start = steady::now();
  std::this_thread::sleep_for(20s);
  const auto book = battlenet.book();
  in.add(
      {.id = "F2",
       .what = "two instances, requests a second",
       .value = static_cast<double>(book.requests - before) / seconds_since(start),
       .unit = "1/s, anchor: configured",
       .anchor = configured,
       .wanted = 0.95});
  in.add(
      {.id = "F2",
       .what = "two instances, the most in a sliding second",
       .value = static_cast<double>(book.max_per_second),
       .unit = "requests",
       .wanted = 100,
       .at_most = true});
  in.add(
      {.id = "F2",
       .what = "two instances, the most in a sliding hour",
       .value = highest_hour(in),
       .unit = "requests",
       .wanted = 36'000,
       .at_most = true});
  in.add(
      {.id = "F2",
       .what = "two instances, answers with 429",
       .value = static_cast<double>(book.count_429),
       .unit = "answers",
       .at_most = true});
}

// F2: an hour that is over within seconds, since nobody waits for a whole one here.
void measure_an_hour_spent(bench& in) {
  constexpr double hour = 1'500;
  in.simulate({"--world", "400,400,300,200"});
  in.start_over();
  begin_on_two(in, at_the_limit({{"GUILDHALL_BUDGET_REQUESTS_PER_HOUR", "1500"}}), 100);
  // Nothing for three seconds: it is spent.
  auto last = highest_hour(in);
  auto quiet_since = steady::now();
  eventually(
      "the hour is spent", 60s,
      [&] {
        const auto now = highest_hour(in);
        if (now > last)
          quiet_since = steady::now();
        last = now;
        return seconds_since(quiet_since) > 3;
      },
      200ms);
  in.add(
      {.id = "F2",
       .what = "two instances, an hour of 1,500: the most in it",
       .value = last,
       .unit = "requests",
       .wanted = hour,
       .at_most = true});
}

namespace {

/// Everybody has played: each profile and what hangs below it has changed.
void let_play(bench& in, const guild_address& guild) {
  in.sim().post("world/logout", {{"guild", guild.realm + '/' + guild.slug}, {"share", 1}});
}

std::string rows_of(std::int64_t guild) {
  const auto id = std::to_string(guild);
  return "(tracked_guild_id in (select id from tracked_guilds where guild_id = " + id
       + ") or character_id in (select character_id from guild_members where left_at is null "
         "and guild_id = "
       + id + "))";
}

/// A guild becomes due, after all of it has changed; seconds until all of it is mirrored.
double due_until_done(bench& in, const guild_address& guild) {
  const auto id = in.guild_id(guild);
  let_play(in, guild);
  in.store().exec(
      "update tracked_guilds set roster_due_at = app_now() where guild_id = "
      + std::to_string(id)
      + "; update sync_queue set due_at = app_now(), not_before = null "
        "where lease_token is null and "
      + rows_of(id));
  const auto start = steady::now();
  eventually(
      "it is done", 60s,
      [&] {
        return in.store().number(
                   "select count(*) from sync_queue where (lease_token is not null or due_at "
                   "<= app_now()) and "
                   + rows_of(id))
            == 0;
      },
      20ms);
  return seconds_since(start);
}

/// Seconds until the simulator sees a request that `is_it`, from now on.
template <class Test>
double first_request(bench& in, const std::string& kind, std::int64_t mark, Test is_it) {
  double first = -1;
  eventually(
      "it is asked for", 30s,
      [&] {
        for (const auto& entry : in.sim().book(mark, kind).entries)
          if (first < 0 && is_it(entry.path))
            first = static_cast<double>(entry.time_us) / 1e6 - static_cast<double>(mark) / 1e3;
        return first >= 0;
      },
      20ms);
  return first;
}

double sync_now_until_asked(bench& in, const instance& where, const guild_address& guild) {
  const auto mark = in.sim().now_ms();
  const auto job = in.sync_now(where, in.guild_id(guild));
  const auto first = first_request(in, "guild", mark, [&](const std::string& path) {
    return path.ends_with('/' + guild.slug);
  });
  in.await_job(where, job, 60s);
  return first;
}

constexpr auto client_origin = "http://127.0.0.1:5000";

/// From the button to the request for the account's characters.
double login_until_asked(bench& in, const instance& where, std::size_t who) {
  const auto people = system_test::elements(in.sim().get("players").at("players"));
  const auto account = people.at(who).at("id").to_number<std::int64_t>();
  system_test::web_client client{where.port(), client_origin};
  system_test::tab opened;
  const auto mark = in.sim().now_ms();
  client.log_in(opened, account);
  return first_request(in, "account", mark, [](const std::string&) { return true; });
}

void measure_amid(
    bench& in, const instance& where, const std::vector<guild_address>& guilds, double alone) {
  constexpr int rounds = 3;
  in.add(
      {.id = "F4",
       .what = "sync now amid three of 1,000: the first request",
       .value = median_of(rounds, [&] { return sync_now_until_asked(in, where, guilds[3]); }),
       .unit = "s",
       .wanted = 1,
       .at_most = true});
  std::size_t who = 0;
  in.add(
      {.id = "F4",
       .what = "login amid three of 1,000: the first request",
       .value = median_of(rounds, [&] { return login_until_asked(in, where, who++); }),
       .unit = "s",
       .wanted = 1,
       .at_most = true});
  in.add(
      {.id = "F5",
       .what = "20 members become due amid three of 1,000",
       .value = median_of(rounds, [&] { return due_until_done(in, guilds[4]); }),
       .unit = "s, anchor: alone",
       .anchor = alone,
       .wanted = 2,
       .at_most = true});
}

} // namespace

// F4, F5: somebody waits, and a small guild becomes due, while large ones are being synced.
void measure_amid_large_guilds(bench& in) {
  auto& battlenet = in.simulate({"--world", "1000,1000,1000,20,20"});
  in.start_over();
  const auto port = std::to_string(test::free_port());
  auto& one = in.start(at_the_limit(
      {{"GUILDHALL_HTTP_PORT", port},
       {"GUILDHALL_AUTH_PUBLIC_URL", "http://127.0.0.1:" + port},
       {"GUILDHALL_CORS_FRONTEND_URL", client_origin}}));
  const auto guilds = battlenet.guilds();
  in.mirror(one, guilds.at(3));
  in.mirror(one, guilds.at(4));
  const auto alone = median_of(3, [&] { return due_until_done(in, guilds[4]); });
  constexpr std::size_t large = 3;
  for (std::size_t i = 0; i < large; ++i)
    in.track(one, guilds[i]);
  eventually("the large ones are being synced", 60s, [&] {
    return battlenet.book(0, "equipment").requests >= 300;
  });
  measure_amid(in, one, guilds, alone);
}

} // namespace guildhall::bench
