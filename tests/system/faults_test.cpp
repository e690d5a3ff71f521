#include "tests/system/support/world.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <thread>
#include <utility>

/// Battle.net and PostgreSQL fail while guilds are synced.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

class faults : public world {
protected:
  /// Every member has every document that there is of it, but for those that failed again and
  /// again by themselves.
  static bool is_complete(const database& where, const guild_address& guild) {
    const auto members =
        "from guild_members m join guilds g on g.id = m.guild_id join characters c on c.id = "
        "m.character_id where m.left_at is null and g.realm = "
        + quoted(guild.realm) + " and g.name_key = " + quoted(guild.slug);
    const auto profiled = " and c.id in (select character_id from document_states)";
    const auto failing =
        " and c.id in (select character_id from document_states where failures between 1 and 3 "
        "and error_class in ('transient', 'throttled', 'malformed'))";
    const auto askable = " and c.name !~ '[0-9]'"; // the dead carry digits
    return where.value(
               "select (select count(*) from tracked_guilds where guild_id is not null) > 0 "
               "and "
               "exists (select "
               + members + ") and (select count(*) " + members + askable
               + ") = (select count(*) " + members + askable + profiled
               + ") and not exists (select " + members + failing + ")")
        == "t";
  }

  /// When each of the guilds was complete, in seconds from now. `meanwhile` is called between
  /// looks.
  template <class Meanwhile>
  std::map<std::string, double> await_complete(
      const database& where, std::vector<guild_address> guilds, std::chrono::seconds bound,
      Meanwhile meanwhile) {
    std::map<std::string, double> done;
    const auto began = steady::now();
    while (done.size() < guilds.size()) {
      meanwhile(seconds_since(began));
      for (const auto& guild : guilds)
        if (!done.contains(guild.path()) && is_complete(where, guild))
          done[guild.path()] = seconds_since(began);
      if (steady::now() > began + bound)
        throw std::runtime_error(
            std::to_string(guilds.size() - done.size()) + " guilds are not complete");
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return done;
  }
};

} // namespace

TEST_F(faults, every_request_on_the_wire_has_a_permit_although_connections_are_reset) {
  simulate(quick_simulator({"--world", "120"}));
  auto& guildhall = serve(quick_budget());
  sim().add_fault({{"match", "/"}, {"rate", 0.05}, {"reset", true}});
  const auto guild = sim().guilds().front();
  track(guildhall, guild);
  await_complete(db, {guild}, std::chrono::seconds{90}, [](double) {});
  const auto book = sim().book();
  EXPECT_GT(book.of_status(0), 0) << "nothing was reset";
  EXPECT_LE(
      book.requests - book.of_class("token"), guildhall.counted("battlenet_granted_total"));
  EXPECT_EQ(guildhall.stop(), 0);
}

TEST_F(faults, one_guild_that_fails_does_not_hold_up_the_others) {
  simulate(
      {"--world", "60,60,60,60,60", "--latency-min", "10", "--latency-max", "30",
       "--per-second", "0", "--per-hour", "0"});
  settings how{
      {"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "40"}, {"GUILDHALL_SYNC_POLL_INTERVAL", "1s"}};
  const auto guilds = sim().guilds();
  const auto& broken = guilds.front();
  const std::vector<guild_address> others(guilds.begin() + 1, guilds.end());
  const auto run = [&](const database& where, auto meanwhile) {
    how["GUILDHALL_DATABASE_DSN"] = where.dsn();
    auto& guildhall = serve(how);
    for (const auto& guild : guilds)
      track(guildhall, guild);
    auto done = await_complete(where, others, std::chrono::seconds{200}, meanwhile);
    EXPECT_EQ(guildhall.stop(), 0);
    return done;
  };

  const auto undisturbed = run(db, [](double) {});

  const database second{postgres.dsn(postgres.create_empty_database())};
  const auto path = "/data/wow/guild/" + broken.realm + '/' + broken.slug;
  sim().add_fault({{"match", path}, {"status", 503}});
  sim().add_fault({{"match", "/profile/"}, {"rate", 0.2}, {"status", 500}});
  sim().add_fault({{"match", "/data/wow/guild/"}, {"rate", 0.2}, {"status", 500}});
  bool restarted = false;
  const auto disturbed = run(second, [&](double seconds) {
    if (seconds < undisturbed.begin()->second / 2 || std::exchange(restarted, true))
      return;
    postgres.stop();
    postgres.start();
  });

  EXPECT_TRUE(restarted);
  // Each of them ends; by how much later, the simulation asserts on virtual time.
  double all = 0;
  for (const auto& [guild, seconds] : undisturbed)
    all = std::max(all, seconds);
  for (const auto& [guild, seconds] : disturbed) {
    std::cout << guild << ": " << seconds << " s with faults, all of them " << all
              << " s without\n";
  }
}

TEST_F(faults, everything_recovers_after_an_outage) {
  simulate(quick_simulator({"--world", "40,30,20"}));
  auto& guildhall = serve(quick_budget());
  const auto guilds = sim().guilds();
  sim().add_fault({{"match", "/"}, {"rate", 0.5}, {"status", 503}});
  for (const auto& guild : guilds)
    track(guildhall, guild);
  eventually("something has failed", std::chrono::seconds{20}, [&] {
    return sim().book().of_status(503) > 0;
  });
  sim().clear_faults();
  sim().add_fault({{"match", "/"}, {"status", 503}});
  std::this_thread::sleep_for(std::chrono::seconds{10});
  EXPECT_EQ(guildhall.probe("/ready"), 200) << "what is mirrored is served all the same";
  sim().clear_faults();
  const auto done = await_complete(db, guilds, std::chrono::seconds{90}, [](double) {});
  for (const auto& [guild, seconds] : done)
    std::cout << guild << ": complete " << seconds << " s after the outage\n";
  for (const auto& guild : guilds)
    expect_mirrored(guild);
  expect_sound();
}

TEST_F(faults, what_is_not_shown_for_a_while_is_not_believed_to_be_gone) {
  simulate(quick_simulator({"--world", "60"}));
  auto& guildhall = serve(quick_budget());
  mirror(guildhall, sim().guilds().front());
  await_idle();
  const auto doubts = [&] {
    return guildhall.admin("GET", "/status").json().at("data").at("doubts").as_array().size();
  };
  const auto gone = "select count(*) from document_states where state in ('not_found', "
                    "'forbidden')";
  const auto before = db.number(gone);
  const json::object cached_only{
      {"match", "regex:^/(data|profile)/"}, {"status", 404}, {"rate", 0.9}, {"by_path", true}};
  const json::object refused{
      {"match", "regex:^/(data|profile)/"},
      {"status", 403},
      {"body", "<html>Forbidden</html>"},
      {"html", true}};
  for (const auto& fault : {cached_only, refused}) {
    sim().add_fault(fault);
    const auto since = sim().now_ms();
    make_all_due();
    eventually("it is in doubt", std::chrono::seconds{30}, [&] { return doubts() > 0; });
    std::this_thread::sleep_for(std::chrono::seconds{3});
    EXPECT_EQ(db.number(gone), before);
    EXPECT_EQ(db.value("select state from tracked_guilds"), "active");
    if (fault.at("status").as_int64() == 403) {
      EXPECT_LE(sim().book(since).of_status(403), 30);
    }
    sim().clear_faults();
    eventually(
        "it is believed again", std::chrono::seconds{120}, [&] { return doubts() == 0; });
    eventually("everything is due soon", std::chrono::seconds{90}, [&] {
      return db.number("select count(*) from sync_queue q join document_states d on "
                       "d.character_id = q.character_id where d.error_class is not null and "
                       "d.state = 'failed' and q.lease_token is null and q.due_at > now() + "
                       "interval '3 min'")
          == 0;
    });
    eventually("everything is shown as before", std::chrono::seconds{60}, [&] {
      make_all_due();
      await_idle();
      return db.number("select count(*) from document_states where state = 'failed'") == 0;
    });
    EXPECT_EQ(db.number(gone), before);
  }
  expect_sound();
}

TEST_F(faults, answers_that_are_no_documents_replace_nothing) {
  simulate(quick_simulator({"--world", "20"}));
  auto& guildhall = serve(quick_budget());
  const auto guild = sim().guilds().front();
  track(guildhall, guild);
  await_complete(db, {guild}, std::chrono::seconds{90}, [](double) {});
  const auto mirrored = [&] {
    return db.value(
        "select md5(string_agg(c::text, '|' order by id)) from (select id, profile_json, "
        "equipment_json, mythic_profile_json, professions_json, mythic_rating, professions, "
        "class_id, level, role, last_login_at, is_available, erased_at from characters) c");
  };
  const auto before = mirrored();
  const boost::json::object maintenance{{"code", 503}, {"reason", "maintenance"}};
  const auto ask_again_for = [&](const std::string& match, const std::string& document) {
    await_idle(); // what is leased is not made due
    sim().clear_faults();
    sim().add_fault({{"match", match}, {"body", maintenance}});
    db.exec(
        "update document_states set synced_for = '', retry_at = null where character_id is not "
        "null; update sync_queue set due_at = app_now(), forced = true where lease_token is "
        "null");
    eventually("it was asked for again", std::chrono::seconds{60}, [&] {
      return db.value(
                 "select count(*) > 9 from document_states where error_class = 'malformed' and "
                 "document = '"
                 + document + "'")
          == "t";
    });
    EXPECT_EQ(mirrored(), before) << document;
  };
  ask_again_for("regex:/character/[^/]+/[^/]+/.", "professions");
  ask_again_for("/", "profile");
  sim().clear_faults();
  EXPECT_EQ(db.value("select count(*) from guild_members where left_at is not null"), "0");
  expect_mirrored(guild);
}

} // namespace guildhall::system_test
