#include "tests/system/support/world.hpp"

#include <csignal>
#include <iostream>
#include <map>
#include <thread>

/// Several instances on one database: they share the work and the budget.
namespace guildhall::system_test {

namespace {

class instances : public world {
protected:
  /// Changes with every row that is written, in every table the sync writes.
  std::string versions() const {
    return db.value("select concat_ws(' ', "
                    "(select sum(xmin::text::bigint) from guilds), "
                    "(select sum(xmin::text::bigint) from characters), "
                    "(select sum(xmin::text::bigint) from guild_members), "
                    "(select sum(xmin::text::bigint) from document_states), "
                    "(select sum(xmin::text::bigint) from tracked_guilds), "
                    "(select sum(xmin::text::bigint) from sync_queue), "
                    "(select count(*) from guild_events))");
  }
};

} // namespace

TEST_F(instances, two_share_the_work_and_the_budget) {
  // No limit but guildhall's own: whoever is late because the machine is busy gets no 429.
  simulate({"--world", "150,120,80,40", "--per-second", "0", "--per-hour", "0"});
  const settings how{
      {"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "95"},
      {"GUILDHALL_SYNC_MAX_GUILDS_AT_ONCE", "2"},
      {"GUILDHALL_SYNC_POLL_INTERVAL", "1s"}};
  auto& first = serve(how);
  serve(how);
  const auto mark = sim().now_ms();
  for (const auto& guild : sim().guilds())
    track(first, guild);
  eventually("the guilds are known", std::chrono::seconds{30}, [&] {
    return db.number("select count(*) from guilds") == 4;
  });
  await_idle(std::chrono::seconds{90});
  const auto book = sim().book(mark);
  std::cout << book.requests << " requests, at most " << book.max_per_second
            << " in a sliding second\n";
  // Each with the whole rate for itself they would send twice as many in that time; a machine
  // that stands still for seconds does not make it that many.
  EXPECT_LE(book.most_within(std::chrono::seconds{10}), 1'300)
      << "together they keep to 100 a second";
  std::map<std::string, int> fetched;
  for (const auto& entry : book.entries)
    if (entry.kind != "token" && entry.kind != "static") {
      EXPECT_EQ(++fetched[entry.path], 1) << entry.path << " was fetched twice";
    }
  for (const auto& guild : sim().guilds())
    expect_mirrored(guild);
  EXPECT_EQ(db.number("select count(distinct instance) from api_budget_shares"), 2)
      << "both were at work";
  expect_sound();
}

TEST_F(instances, a_holder_that_stalled_past_its_lease_writes_nothing) {
  simulate(
      {"--world", "100", "--latency-min", "50", "--latency-max", "100", "--per-second", "0",
       "--per-hour", "0"});
  auto how = quick_budget();
  how["GUILDHALL_SYNC_LEASE"] = "3s";
  const auto address = sim().guilds().at(0);
  auto& stalled = serve(how, {"--role", "sync"});
  EXPECT_EQ(command({"track", "eu", address.realm, address.slug}).status, 0);
  eventually(
      "characters are being synced", std::chrono::seconds{20},
      [&] {
        return !db.value("select to_regclass('document_states')").empty()
            && db.number("select count(*) from document_states where document = 'profile'")
                   >= 20;
      },
      std::chrono::milliseconds{10});
  stalled.child().signal(SIGSTOP);
  ASSERT_GT(db.number("select count(*) from sync_queue where lease_token is not null"), 0)
      << "it holds leases";

  auto& other = serve(how);
  await_idle(std::chrono::seconds{60}); // the other one has taken over
  expect_mirrored(address);
  // The other one rests: whatever is written from now on is the stalled one's.
  EXPECT_EQ(other.admin("POST", "/pause").status, 200);
  await_idle();
  const auto before = versions();
  stalled.child().signal(SIGCONT);
  eventually("the stalled one has noticed", std::chrono::seconds{20}, [&] {
    return stalled.probe("/live") == 200 && stalled.probe("/ready") == 200;
  });
  // It has had its answers and tried to write them when it serves and its sync has looked
  // again.
  std::this_thread::sleep_for(std::chrono::seconds{5});
  EXPECT_EQ(versions(), before);

  // It goes on as if nothing had been.
  EXPECT_EQ(other.admin("POST", "/resume").status, 200);
  EXPECT_EQ(other.stop(), 0);
  sim().post(
      "world/join",
      boost::json::object{{"guild", address.realm + '/' + address.slug}, {"name", "Newcomer"}});
  EXPECT_EQ(command({"sync-now", "guild", address.path()}).status, 0);
  eventually("the newcomer is there", std::chrono::seconds{30}, [&] {
    return db.number(
               "select count(*) from characters where name = 'Newcomer' and last_synced_at is "
               "not null")
        == 1;
  });
  await_idle();
  expect_mirrored(address);
  expect_sound();
}

} // namespace guildhall::system_test
