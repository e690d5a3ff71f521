#include "tests/system/support/traffic.hpp"
#include "tests/system/support/wire_faults.hpp"
#include "tests/system/support/world.hpp"

#include <iostream>

/// What clients are told while PostgreSQL or the way to it or to Battle.net fails. `./dev
/// robustness` has the long forms with their figures; here things are counted.
namespace guildhall::system_test {

namespace {

class outage : public world {
protected:
  /// Deadlines that make waiting for them short.
  static settings impatient() {
    auto out = quick_budget();
    out["GUILDHALL_HTTP_REQUEST_DEADLINE"] = "2s";
    out["GUILDHALL_DATABASE_STATEMENT_TIMEOUT"] = "2s";
    out["GUILDHALL_DATABASE_CONNECT_TIMEOUT"] = "1s";
    out["GUILDHALL_BATTLENET_REQUEST_TIMEOUT"] = "2s";
    return out;
  }

  void begin(settings overrides = {}) {
    keep_what_is_acknowledged();
    overrides.merge(impatient());
    guildhall = &serve(overrides);
    home = sim().guilds().at(0);
    guild = mirror(*guildhall, home);
    await_idle();
    reads = {
        "/api/guilds/id/" + std::to_string(guild),
        "/api/guilds/" + std::to_string(guild) + "/members"};
  }

  traffic::options clients() const {
    return {.reads = reads, .guild = guild};
  }

  /// Nobody was told anything but to come again, and what was acknowledged is there.
  void expect_kept(traffic& clients) const {
    const auto after = clients.look(db);
    for (const auto& heard : {clients.reads(), clients.writes()}) {
      EXPECT_EQ(heard.odd, 0);
      EXPECT_EQ(heard.silent, 0) << "somebody was left hanging";
      for (const auto& one : heard.oddities)
        ADD_FAILURE() << one;
    }
    EXPECT_GT(after.acknowledged, 0);
    EXPECT_EQ(after.lost, 0);
    EXPECT_EQ(after.doubled, 0);
    for (const auto& one : after.examples)
      std::cout << one << '\n';
  }

  /// `strike`, until somebody has heard of it, and what mends it.
  template <class Strike, class Mend>
  void go_through(const std::string& name, Strike strike, Mend mend) {
    SCOPED_TRACE(name);
    traffic now{*guildhall, clients()};
    const auto all_good = [&] { return now.reads().good > 4 && now.writes().good > 0; };
    eventually("there is traffic", std::chrono::seconds{20}, all_good);
    strike();
    const auto since = steady::now();
    const auto before = now.writes();
    eventually("somebody has heard of it, twice", std::chrono::seconds{20}, [&] {
      const auto heard = now.writes();
      return heard.later + heard.unknown > before.later + before.unknown + 1
          || steady::now() > since + std::chrono::seconds{5};
    });
    mend();
    await_all_good(*guildhall, reads, guild, std::chrono::seconds{40});
    expect_kept(now);
  }

  instance* guildhall{nullptr};
  guild_address home;
  std::int64_t guild{0};
  std::vector<std::string> reads;
};

} // namespace

TEST_F(outage, of_postgresql_is_told_as_such_and_loses_nothing) {
  simulate(quick_simulator({"--world", "20"}));
  begin();
  using how = test::postgres_cluster::shutdown;
  for (const auto& [name, end] :
       {std::pair{"restarted", how::fast}, std::pair{"crashed", how::immediate}}) {
    probes watch{*guildhall};
    go_through(
        name,
        [&, end = end] {
          postgres.stop(end);
          eventually(
              "it is not ready", std::chrono::seconds{20}, [&] { return watch.unready() > 0; });
        },
        [&] { postgres.start(); });
    eventually("it is ready again", std::chrono::seconds{20}, [&] {
      return guildhall->probe("/ready?writes=1") == 200;
    });
    EXPECT_EQ(watch.dead(), 0) << "it was alive all the while";
  }
  go_through(
      "every backend terminated",
      [&] { postgres.terminate_backends(db.value("select current_database()")); }, [] {});
  expect_sound();
  EXPECT_EQ(guildhall->stop(), 0);
}

TEST_F(outage, of_the_way_to_postgresql_loses_and_doubles_nothing) {
  simulate(quick_simulator({"--world", "20"}));
  test::tcp_proxy wire{postgres.port(), test::tcp_proxy::protocol::postgres};
  begin(
      {{"GUILDHALL_DATABASE_DSN",
        postgres.tcp_dsn(db.value("select current_database()"), wire.port())}});
  auto faults = wire_faults();
  faults.insert(faults.end(), commit_faults().begin(), commit_faults().end());
  for (const auto& fault : faults)
    go_through(
        fault.name, [&] { fault.strike(wire); }, [&] { wire.behave(); });
  EXPECT_GT(wire.struck(), static_cast<int>(commit_faults().size()));
  expect_sound();
  EXPECT_EQ(guildhall->stop(), 0);
}

TEST_F(outage, of_the_way_to_battlenet_is_none_for_who_reads_and_passes) {
  simulate(quick_simulator({"--world", "20"}));
  test::tcp_proxy wire{sim().port()};
  const auto there = "http://127.0.0.1:" + std::to_string(wire.port());
  begin(
      {{"GUILDHALL_BATTLENET_API_HOSTS", "eu=" + there},
       {"GUILDHALL_BATTLENET_OAUTH_HOST", there}});
  for (const auto& fault : wire_faults()) {
    SCOPED_TRACE(fault.name);
    traffic now{*guildhall, clients()};
    const auto struck = wire.struck();
    const auto accepted = wire.accepted();
    fault.strike(wire);
    sync_now(*guildhall, guild);
    const auto since = steady::now();
    eventually("it has met the fault", std::chrono::seconds{20}, [&] {
      return wire.struck() > struck || wire.accepted() > accepted
          || steady::now() > since + std::chrono::seconds{3};
    });
    wire.behave();
    eventually("a sync goes well again", std::chrono::seconds{60}, [&] {
      db.exec("update app_clock set shift = shift + '5 s'"); // back-offs pass sooner
      return text(await_end(*guildhall, sync_now(*guildhall, guild)).at("state")) == "done";
    });
    eventually("there were answers", std::chrono::seconds{20}, [&] {
      return now.reads().good > 4 && now.writes().good > 0;
    });
    expect_kept(now);
    EXPECT_EQ(now.reads().later, 0) << "whoever reads does not wait for Battle.net";
    EXPECT_EQ(now.writes().later, 0);
  }
  EXPECT_GT(wire.struck(), 0);
  await_idle();
  expect_mirrored(home);
  expect_sound();
  EXPECT_EQ(guildhall->stop(), 0);
}

} // namespace guildhall::system_test
