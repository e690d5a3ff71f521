#include "tests/support/tcp_proxy.hpp"
#include "tests/system/support/world.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

/// How guildhall ends, asked or not, and goes on where it stopped.
namespace guildhall::system_test {

namespace {

class shutdown : public world {
protected:
  /// Characters (by address) one of whose documents was fetched more than once.
  std::set<std::string> fetched_twice() {
    constexpr std::string_view before = "/profile/wow/character/";
    std::map<std::string, int> fetched;
    std::set<std::string> out;
    for (const auto& entry : sim().book().entries)
      if (entry.path.starts_with(before) && ++fetched[entry.path] > 1) {
        const auto rest = entry.path.substr(before.size());
        const auto name = rest.find('/') + 1;
        out.insert(rest.substr(0, rest.find('/', name)));
      }
    return out;
  }

  std::int64_t profiles() const {
    return db.number("select count(*) from document_states where document = 'profile'");
  }

  void await_some_profiles(std::int64_t count) {
    eventually(
        std::to_string(count) + " profiles are stored", std::chrono::seconds{60},
        [&] {
          return !db.value("select to_regclass('document_states')").empty()
              && profiles() >= count;
        },
        std::chrono::milliseconds{20});
  }
};

/// A sync that takes some seconds.
std::vector<std::string> steady_simulator(const std::string& world_of) {
  return {"--world",      world_of, "--latency-min", "20", "--latency-max", "60",
          "--per-second", "0",      "--per-hour",    "0"};
}

settings steady_budget() {
  auto out = quick_budget();
  out["GUILDHALL_BUDGET_REQUESTS_PER_SECOND"] = "250";
  return out;
}

constexpr std::size_t characters_at_once = 12; // the configuration's default

} // namespace

TEST_F(shutdown, a_sync_that_was_stopped_goes_on_where_it_was) {
  simulate(steady_simulator("200"));
  const auto address = sim().guilds().at(0);
  auto slow = steady_budget();
  slow["GUILDHALL_BUDGET_REQUESTS_PER_SECOND"] =
      "60"; // far from done however late it is stopped
  auto& first = serve(slow);
  track(first, address);
  await_some_profiles(60);
  EXPECT_EQ(first.stop(std::chrono::seconds{20}), 0);
  EXPECT_EQ(db.number("select count(*) from sync_queue where lease_token is not null"), 0)
      << "what it had claimed is free for others";
  const auto done = profiles();
  ASSERT_LT(done, 200) << "stopped too late to prove anything";

  serve(steady_budget());
  await_idle();
  EXPECT_GT(profiles(), done);
  expect_mirrored(address);
  expect_sound();
  const auto again = fetched_twice();
  EXPECT_LE(again.size(), characters_at_once) << "more than were under way";
  EXPECT_EQ(db.number("select count(*) from guild_events"), 0);
}

TEST_F(shutdown, a_second_signal_ends_it_at_once) {
  simulate(quick_simulator({"--world", "20"}));
  auto slow = quick_budget();
  slow["GUILDHALL_HTTP_REQUEST_DEADLINE"] = "60s";
  slow["GUILDHALL_DATABASE_STATEMENT_TIMEOUT"] = "60s";
  slow["GUILDHALL_CACHE_MAX_BYTES"] = "0";
  auto& guildhall = serve(slow);
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  await_idle();

  guildhall.user_token(); // making it reads what is locked next
  // A request that cannot be answered: draining waits for it.
  pqxx::connection blocker{db.dsn()};
  pqxx::nontransaction work{blocker};
  work.exec("begin; lock table guilds in access exclusive mode");
  const std::jthread reader{[&] {
    guildhall.api("/api/guilds/id/" + std::to_string(guild), {}, std::chrono::seconds{30});
  }};
  eventually("the request is under way", std::chrono::seconds{10}, [&] {
    return db.number("select count(*) from pg_locks where not granted") > 0;
  });
  guildhall.child().signal(SIGTERM);
  eventually("it is stopping", std::chrono::seconds{10}, [&] {
    return guildhall.child().output().find("SIGTERM") != std::string::npos;
  });
  EXPECT_TRUE(guildhall.child().running());
  guildhall.child().signal(SIGTERM);
  EXPECT_EQ(guildhall.child().wait(std::chrono::seconds{5}), 128 + SIGTERM);
}

TEST_F(shutdown, no_accepted_request_fails_when_it_is_stopped_under_load) {
  simulate(quick_simulator({"--world", "100"}));
  auto& guildhall = serve(quick_budget());
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  std::atomic<int> good{0};
  std::atomic<int> refused{0};
  std::atomic<int> failed{0};
  std::string first_failure;
  std::mutex lock;
  {
    std::vector<std::jthread> clients;
    std::atomic<bool> over{false};
    for (int i = 0; i < 4; ++i)
      clients.emplace_back([&, target = "/api/guilds/" + std::to_string(guild)
                                      + (i % 2 ? "/members" : "/freshness")] {
        while (!over) {
          const auto answer = guildhall.api(target);
          if (answer.status == 200) {
            ++good;
          } else if (!answer.connected) {
            ++refused;
            return; // the listener is closed
          } else {
            ++failed;
            const std::lock_guard guard{lock};
            first_failure = std::to_string(answer.status) + ' ' + answer.error + answer.body;
          }
        }
      });
    const at_end finish{[&] { over = true; }};
    eventually("there is load", std::chrono::seconds{10}, [&] { return good > 100; });
    EXPECT_EQ(guildhall.stop(std::chrono::seconds{25}), 0);
    eventually("every client has seen the end", std::chrono::seconds{10}, [&] {
      return refused == 4;
    });
  }
  EXPECT_EQ(failed, 0) << first_failure;
}

TEST_F(shutdown, is_announced_before_anything_is_refused_and_nothing_new_is_begun) {
  simulate(quick_simulator({"--world", "30"}));
  auto how = quick_budget();
  how["GUILDHALL_HTTP_DRAIN_DELAY"] = "10m"; // until the second signal
  auto& guildhall = serve(how);
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  await_idle();
  guildhall.user_token();
  const auto target = "/api/guilds/" + std::to_string(guild) + "/members";
  std::atomic<int> good{0};
  std::atomic<int> refused{0};
  std::atomic<int> failed{0};
  {
    std::atomic<bool> over{false};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 3; ++i)
      clients.emplace_back([&] {
        while (!over) {
          const auto answer = guildhall.api(target);
          if (!answer.connected) {
            ++refused;
            return;
          }
          ++(answer.status == 200 ? good : failed);
        }
      });
    const at_end finish{[&] { over = true; }};
    guildhall.child().signal(SIGTERM);
    eventually("it is not ready any more", std::chrono::seconds{10}, [&] {
      return guildhall.probe("/ready") == 503;
    });
    EXPECT_EQ(guildhall.probe("/live"), 200);
    // What becomes due meanwhile is for others.
    const auto lent = guildhall.counted("battlenet_granted_total");
    make_all_due();
    db.exec("select pg_notify('guildhall_sync', '')");
    const auto so_far = good.load();
    eventually("clients are still served", std::chrono::seconds{20}, [&] {
      return good > so_far + 200;
    });
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(db.number("select count(*) from sync_queue where lease_token is not null"), 0);
    EXPECT_EQ(guildhall.counted("battlenet_granted_total"), lent);
    EXPECT_TRUE(guildhall.child().running());
    // A second signal ends the announcement, not the process.
    const auto began = steady::now();
    EXPECT_EQ(guildhall.stop(std::chrono::seconds{30}), 0);
    std::cout << "stopped within " << seconds_since(began) << " s of the second signal\n";
    eventually("every client has seen the end", std::chrono::seconds{10}, [&] {
      return refused == 3;
    });
  }
  EXPECT_EQ(failed, 0);
}

TEST_F(shutdown, a_database_that_hangs_does_not_keep_it_from_stopping) {
  simulate(quick_simulator({"--world", "20"}));
  const auto name = db.value("select current_database()");
  test::tcp_proxy proxy{postgres.port()};
  auto how = quick_budget();
  how["GUILDHALL_DATABASE_DSN"] = postgres.tcp_dsn(name, proxy.port());
  how["GUILDHALL_DATABASE_CONNECT_TIMEOUT"] = "60s";
  how["GUILDHALL_HTTP_REQUEST_DEADLINE"] = "1s";
  auto& guildhall = serve(how);
  guildhall.user_token();
  proxy.black_hole(true);
  eventually("it has noticed", std::chrono::seconds{60}, [&] {
    return guildhall.api("/api/guilds/id/1").status >= 500;
  });
  const auto began = steady::now();
  // A stop takes 40 s at most, and an attempt to connect would take longer.
  EXPECT_EQ(guildhall.stop(std::chrono::seconds{45}), 0);
  std::cout << "stopped within " << seconds_since(began) << " s\n";
}

TEST_F(shutdown, being_killed_again_and_again_loses_and_doubles_nobody) {
  simulate(steady_simulator("120,60"));
  auto how = steady_budget();
  how["GUILDHALL_SYNC_LEASE"] = "3s";
  const auto guilds = sim().guilds();
  const auto leaver = sim().members(guilds[0]).back();
  const auto kill = [](instance& victim) {
    victim.child().signal(SIGKILL);
    EXPECT_EQ(victim.child().wait(std::chrono::seconds{5}), 128 + SIGKILL);
  };
  auto& first = serve(how);
  for (const auto& guild : guilds)
    track(first, guild);
  eventually("the rosters are known", std::chrono::seconds{30}, [&] {
    return db.number("select count(distinct guild_id) from guild_members") == 2;
  });
  kill(first);

  // One of them leaves meanwhile, and the rosters are looked at again.
  sim().post("world/leave", boost::json::object{{"character", leaver.id}});
  db.exec("update tracked_guilds set roster_due_at = app_now()");
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random{seed};
  const char* kills = std::getenv("GUILDHALL_KILLS"); // the long run: 100
  for (int left = kills ? std::atoi(kills) : 6; left > 0; --left) {
    db.exec("update app_clock set shift = shift + '4 s'"); // a dead one's leases are over
    auto& guildhall = launch(how);
    std::this_thread::sleep_for(
        std::chrono::milliseconds{std::uniform_int_distribution{100, 2'000}(random)});
    kill(guildhall);
    expect_sound();
  }
  auto& last = serve(how);
  for (const auto& guild : guilds)
    refresh(last, guild_id(guild), std::chrono::seconds{90});
  await_idle();
  for (const auto& guild : guilds)
    expect_mirrored(guild);
  expect_sound();
  EXPECT_EQ(db.number("select count(*) from guild_events where kind = 'left'"), 1);
  EXPECT_EQ(db.number("select count(*) from guild_events"), 1);
  EXPECT_EQ(
      db.number("select count(*) from document_states where state not in ('ok', 'not_found')"),
      0);
}

} // namespace guildhall::system_test
