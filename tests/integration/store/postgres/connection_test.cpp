#include "domain/control.hpp"
#include "store/ledger/fence.hpp"
#include "store/postgres/upstream.hpp"
#include "tests/integration/store/postgres/plain_sql.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;
using store::session;

class connection_faults : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available())
      GTEST_FAIL() << "PostgreSQL 15 is not installed";
    db.emplace();
  }

  static ec open_error(const std::string& dsn) {
    const auto connection = store::connection::open({.dsn = dsn, .connect_timeout = 2s});
    return connection ? ec::none : connection.error().code;
  }

  std::optional<test_database> db;
};

TEST_F(connection_faults, what_a_person_must_mend_is_told_from_what_will_pass) {
  auto& cluster = postgres_cluster::shared();
  EXPECT_EQ(open_error(db->dsn()), ec::none);
  EXPECT_EQ(open_error(cluster.guarded_dsn(db->name(), "correct")), ec::none);
  EXPECT_EQ(open_error(cluster.guarded_dsn(db->name(), "wrong")), ec::wrong_credentials);
  EXPECT_EQ(
      open_error(
          "host=127.0.0.1 user=guarded port=" + std::to_string(cluster.port())
          + " dbname=" + db->name()),
      ec::wrong_credentials);
  EXPECT_EQ(open_error(cluster.dsn("no_such_database")), ec::wrong_credentials);
  EXPECT_EQ(open_error("host=127.0.0.1 port=1 dbname=x"), ec::database_down);
  EXPECT_EQ(open_error("host='unclosed"), ec::bad_config);
}

TEST_F(connection_faults, a_black_hole_while_connecting_is_not_waited_for) {
  tcp_proxy proxy(postgres_cluster::shared().port());
  proxy.black_hole(true);
  EXPECT_EQ(
      open_error(postgres_cluster::shared().tcp_dsn(db->name(), proxy.port())),
      ec::database_down);
}

TEST_F(connection_faults, a_terminated_backend_breaks_the_connection_for_good) {
  auto connection = db->connect();
  ASSERT_TRUE(connection->run(within(5s), "test", sql("select 1")));
  postgres_cluster::shared().terminate_backends(db->name());
  const auto outcome = connection->run(within(5s), "test", sql("select 1"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
  EXPECT_TRUE(connection->broken());
  // No silent reconnect.
  const auto again = connection->run(within(5s), "test", sql("select 1"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ec::database_down);
}

TEST_F(connection_faults, a_stopped_server_is_down_and_a_started_one_answers) {
  auto connection = db->connect();
  auto& cluster = postgres_cluster::shared();
  cluster.stop();
  const auto outcome = connection->run(within(5s), "test", sql("select 1"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
  EXPECT_EQ(open_error(db->dsn()), ec::database_down);
  cluster.start();
  EXPECT_EQ(open_error(db->dsn()), ec::none);
}

TEST_F(connection_faults, a_black_hole_holds_nobody_past_the_deadline) {
  tcp_proxy proxy(postgres_cluster::shared().port());
  auto options = db->options();
  options.dsn = postgres_cluster::shared().tcp_dsn(db->name(), proxy.port());
  auto connection = store::connection::open(options);
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->run(within(5s), "test", sql("select 1")));
  proxy.black_hole(true);
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = (*connection)->run(within(500ms), "test", sql("select 1"));
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
  EXPECT_TRUE((*connection)->broken());
  EXPECT_GE(took, 500ms);
}

TEST_F(connection_faults, a_connection_cut_in_the_middle_of_an_answer_is_down) {
  tcp_proxy proxy(postgres_cluster::shared().port());
  auto options = db->options();
  options.dsn = postgres_cluster::shared().tcp_dsn(db->name(), proxy.port());
  auto connection = store::connection::open(options);
  ASSERT_TRUE(connection);
  proxy.cut_after(100);
  const auto outcome =
      (*connection)->run(within(5s), "test", sql("select repeat('x', 100000)"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
}

TEST_F(connection_faults, an_expired_deadline_sends_nothing) {
  auto connection = db->connect();
  bool ran = false;
  const auto outcome = connection->run(within(-1ms), "test", [&](session&) -> result<void> {
    ran = true;
    return {};
  });
  EXPECT_EQ(outcome.error().code, ec::deadline_expired);
  EXPECT_FALSE(ran);
  // Neither does one that expires between two statements.
  const auto late = connection->run(within(50ms), "test", [&](session& s) -> result<void> {
    s.exec_raw("select pg_sleep(0.1)");
    s.exec_raw("create table never (x int)");
    return {};
  });
  EXPECT_EQ(late.error().code, ec::deadline_expired);
  EXPECT_FALSE(connection->broken());
  EXPECT_EQ(db->scalar("select to_regclass('never')"), "");
}

TEST_F(connection_faults, a_statement_that_takes_too_long_is_cancelled_by_the_server) {
  auto options = db->options();
  options.statement_timeout = 100ms;
  auto connection = store::connection::open(options);
  ASSERT_TRUE(connection);
  const auto outcome = (*connection)->run(within(5s), "slow", sql("select pg_sleep(3)"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::deadline_expired);
  EXPECT_TRUE((*connection)->run(within(5s), "test", sql("select 1")));
}

TEST_F(connection_faults, another_thread_can_interrupt_a_blocked_call) {
  auto connection = db->connect();
  auto blocked = std::async(std::launch::async, [&] {
    return connection->run(within(60s), "test", sql("select pg_sleep(30)"));
  });
  while (db->count("select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' "
                   "and state = 'active' and datname = current_database()")
         == 0)
    std::this_thread::yield();
  connection->interrupt();
  ASSERT_EQ(blocked.wait_for(5s), std::future_status::ready);
  EXPECT_EQ(blocked.get().error().code, ec::database_down);
  EXPECT_TRUE(connection->broken());
}

TEST_F(connection_faults, an_error_names_its_statement_and_no_value) {
  auto connection = db->connect();
  const auto outcome = connection->run(within(5s), "track", [](session& s) -> result<void> {
    // A check refuses it.
    const domain::guild_address nameless{domain::region::eu, "stormrage", ""};
    const auto job = store::run(s, domain::track{nameless, "a secret person"});
    return job ? result<void>{} : fail(job.error());
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_error);
  EXPECT_NE(outcome.error().message.find("statement track"), std::string::npos)
      << outcome.error().message;
  EXPECT_EQ(outcome.error().message.find("secret"), std::string::npos);
}

TEST_F(connection_faults, a_read_only_connection_writes_nothing) {
  auto options = db->options();
  options.read_only = true;
  auto connection = store::connection::open(options);
  ASSERT_TRUE(connection);
  EXPECT_FALSE((*connection)->run(within(5s), "test", sql("create table x (y int)")));
}

/// The server becomes a standby for a while.
class failover : public connection_faults {
protected:
  void TearDown() override {
    if (scalar_of_any("select pg_is_in_recovery()") == "t")
      postgres_cluster::shared().promote();
  }
  std::string scalar_of_any(const std::string& asked) {
    pqxx::connection connection(postgres_cluster::shared().dsn("postgres"));
    return pqxx::nontransaction(connection).exec1(asked)[0].c_str();
  }
};

TEST_F(failover, a_link_to_write_by_goes_to_a_primary_only) {
  auto& cluster = postgres_cluster::shared();
  cluster.become_standby();
  EXPECT_EQ(open_error(db->dsn()), ec::database_down);
  auto reading = db->options();
  reading.read_only = true;
  EXPECT_TRUE(store::connection::open(reading));
  cluster.promote();
  EXPECT_EQ(open_error(db->dsn()), ec::none);
}

TEST_F(failover, a_link_whose_server_became_a_standby_is_lost) {
  auto& cluster = postgres_cluster::shared();
  cluster.become_standby();
  auto options = db->options();
  options.dsn += " target_session_attrs=any"; // as a proxy in between would hold it
  auto connection = store::connection::open(options);
  ASSERT_TRUE(connection);
  const auto outcome = (*connection)->run(within(5s), "test", sql("create table x (y int)"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
  EXPECT_EQ(http_status(outcome.error().code), 503);
  EXPECT_TRUE((*connection)->broken());
  cluster.promote();
  const auto again = store::connection::open(options);
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->run(within(5s), "test", sql("create table x (y int)")));
}

TEST_F(connection_faults, a_role_that_may_only_read_is_told_and_keeps_its_link) {
  auto connection = db->connect();
  ASSERT_TRUE(
      connection->run(within(5s), "test", sql("set default_transaction_read_only = on")));
  const auto outcome = connection->run(within(5s), "test", sql("create table x (y int)"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_refuses);
  EXPECT_EQ(http_status(outcome.error().code), 503);
  EXPECT_EQ(outcome.error().message, "the database takes no writes: its role may only read");
  EXPECT_FALSE(connection->broken());
}

/// A link through a proxy, and a statement that goes on for long when it is cut.
class unknown_outcomes : public connection_faults {
protected:
  std::unique_ptr<store::connection> connect(bool read_only = false) {
    proxy.emplace(postgres_cluster::shared().port());
    auto options = db->options();
    options.read_only = read_only;
    options.dsn = postgres_cluster::shared().tcp_dsn(db->name(), proxy->port());
    return std::move(store::connection::open(options).value());
  }

  /// Runs `work` and cuts its connection while `query` is being carried out.
  template <class Work>
  result<void> cut_in(const std::string& query, bool read_only, Work work) {
    const auto link = connect(read_only);
    auto running =
        std::async(std::launch::async, [&] { return link->run(within(60s), "test", work); });
    while (db->count(
               "select count(*) from pg_stat_activity where lower(query) = '" + query
               + "' and state = 'active' and datname = current_database()")
           == 0)
      std::this_thread::yield();
    proxy->refuse(true);
    auto outcome = running.get();
    EXPECT_TRUE(link->broken());
    return outcome;
  }

  std::optional<tcp_proxy> proxy;
};

TEST_F(unknown_outcomes, a_connection_that_breaks_in_a_commit_leaves_it_open_what_was_done) {
  db->exec(
      "create table slow (x int); create function dawdle() returns trigger language plpgsql "
      "as $$ begin perform pg_sleep(20); return null; end $$; "
      "create constraint trigger late after insert on slow deferrable initially deferred "
      "for each row execute function dawdle()");
  const auto outcome = cut_in("commit", false, [](session& s) -> result<void> {
    return s.transaction([&]() -> result<void> {
      s.exec_raw("insert into slow values (1)");
      return {};
    });
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::outcome_unknown);
}

TEST_F(unknown_outcomes, a_change_that_commits_by_itself_is_as_open) {
  db->exec("create table plain (x int)");
  const std::string query = "insert into plain select 1 from pg_sleep(20)";
  const auto outcome = cut_in(query, false, sql(query));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::outcome_unknown);
}

TEST_F(unknown_outcomes, what_only_reads_leaves_nothing_open) {
  const std::string query = "select pg_sleep(20)";
  for (const bool read_only : {true, false}) {
    const auto outcome = cut_in(query, read_only, sql(query));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ec::database_down);
  }
}

TEST_F(unknown_outcomes, before_the_commit_nothing_was_done) {
  db->exec("create table plain (x int)");
  const std::string query = "insert into plain select 1 from pg_sleep(20)";
  const auto outcome = cut_in(query, false, [&](session& s) -> result<void> {
    return s.transaction([&]() -> result<void> {
      s.exec_raw(query);
      return {};
    });
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down);
}

TEST_F(unknown_outcomes, after_a_commit_something_was_done) {
  db->exec("create table plain (x int)");
  const std::string query = "select pg_sleep(20)";
  const auto outcome = cut_in(query, false, [&](session& s) -> result<void> {
    auto done = s.transaction([&]() -> result<void> {
      s.exec_raw("insert into plain values (1)");
      return {};
    });
    s.exec_raw(query);
    return done;
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::outcome_unknown);
  EXPECT_EQ(db->count("select count(*) from plain"), 1);
}

TEST_F(connection_faults, what_another_minute_may_heal_is_no_bug_of_ours) {
  struct row {
    const char* code;
    ec told;
    bool broken;
  };
  for (const auto& one :
       {row{"53100", ec::database_refuses, false}, row{"53200", ec::database_refuses, false},
        row{"58030", ec::database_refuses, false}, row{"42501", ec::database_refuses, false},
        row{"53300", ec::database_down, true}, row{"53400", ec::database_refuses, false},
        row{"55P03", ec::contended, false}, row{"57014", ec::deadline_expired, false},
        row{"57P01", ec::database_down, true}, row{"08006", ec::database_down, true},
        row{"25P03", ec::database_down, true}}) {
    auto connection = db->connect();
    const auto outcome = connection->run(within(5s), "test", [&](session& s) -> result<void> {
      return s.transaction([&]() -> result<void> {
        s.exec_raw(
            std::string("do $$ begin raise exception using errcode = '") + one.code
            + "'; end $$");
        return {};
      });
    });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, one.told) << one.code;
    EXPECT_EQ(connection->broken(), one.broken) << one.code;
  }
}

TEST_F(connection_faults, a_transaction_that_never_wins_may_be_asked_again) {
  auto connection = db->connect();
  int tries = 0;
  const auto outcome = connection->run(within(30s), "test", [&](session& s) -> result<void> {
    return s.transaction([&]() -> result<void> {
      ++tries;
      s.exec_raw("do $$ begin raise exception using errcode = '40001'; end $$");
      return {};
    });
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::contended);
  EXPECT_EQ(tries, 4);
  EXPECT_FALSE(connection->broken());
}

TEST_F(connection_faults, a_plan_that_a_migration_has_outdated_goes_with_its_connection) {
  const auto check = [](session& s) { return store::check_upstream(s, {{"eu", "a"}}, "b"); };
  auto connection = db->connect();
  ASSERT_TRUE(connection->run(within(5s), "test", check));
  db->exec("alter table upstream_hosts alter host type varchar(500)");
  const auto outcome = connection->run(within(5s), "test", check);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_down) << outcome.error().message;
  EXPECT_TRUE(connection->broken());
  EXPECT_TRUE(db->connect()->run(within(5s), "test", check));
}

TEST_F(connection_faults, a_server_without_room_is_told_and_no_bug_of_ours) {
  auto connection = db->connect();
  const auto outcome = connection->run(
      within(5s), "test", sql("do $$ begin raise exception using errcode = '53100'; end $$"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ec::database_refuses);
  EXPECT_FALSE(connection->broken());
}

TEST_F(connection_faults, a_failed_transaction_is_rolled_back) {
  auto connection = db->connect();
  const auto outcome = connection->run(within(5s), "test", [](session& s) -> result<void> {
    return s.transaction([&]() -> result<void> {
      s.exec_raw("create table half (x int)");
      return fail(ec::conflict);
    });
  });
  EXPECT_EQ(outcome.error().code, ec::conflict);
  EXPECT_EQ(db->scalar("select to_regclass('half')"), "");
}

TEST_F(connection_faults, a_deadlock_is_tried_again) {
  db->exec(
      "create table two (id int primary key, n int); insert into two values (1, 0), (2, 0)");
  auto one = db->connect();
  auto other = db->connect();
  std::promise<void> one_has;
  std::promise<void> other_has;
  const auto add = [](store::connection& c, int first, int second, std::promise<void>& mine,
                      std::shared_future<void> theirs) {
    int attempts = 0;
    return c.run(within(30s), "test", [&, attempts](session& s) mutable -> result<void> {
      return s.transaction([&]() -> result<void> {
        s.exec_raw("update two set n = n + 1 where id = " + std::to_string(first));
        if (attempts++ == 0) {
          mine.set_value();
          theirs.wait();
        }
        s.exec_raw("update two set n = n + 1 where id = " + std::to_string(second));
        return {};
      });
    });
  };
  const auto one_ready = one_has.get_future().share();
  const auto other_ready = other_has.get_future().share();
  auto a =
      std::async(std::launch::async, [&] { return add(*one, 1, 2, one_has, other_ready); });
  auto b =
      std::async(std::launch::async, [&] { return add(*other, 2, 1, other_has, one_ready); });
  EXPECT_TRUE(a.get());
  EXPECT_TRUE(b.get());
  EXPECT_EQ(db->scalar("select sum(n) from two"), "4");
}

} // namespace guildhall::test
