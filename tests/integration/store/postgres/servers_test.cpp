#include "store/postgres/hosts.hpp"
#include "tests/integration/store/postgres/plain_sql.hpp"
#include "tests/support/nodes.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <gtest/gtest.h>

#include <future>

/// Which server a link goes to, and what is in force on it.
namespace guildhall::test {

using namespace std::chrono_literals;
using store::session;

namespace {

std::string scalar_on(store::connection& connection, const std::string& sql) {
  std::string out;
  test_database::run_on(connection, [&](session& db) { out = db.exec_raw(sql)[0][0].c_str(); });
  return out;
}

} // namespace

class servers : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available())
      GTEST_FAIL() << "PostgreSQL 15 is not installed";
    db.emplace();
  }

  void with_standby() {
    standby.emplace(cluster);
  }

  /// Both nodes, the standby first.
  std::string both(const std::string& more = {}) const {
    return "host=" + standby->folder() + ',' + cluster.folder()
         + " port=" + std::to_string(standby->port()) + ',' + std::to_string(cluster.port())
         + " user=tester dbname=" + db->name() + ' ' + more;
  }

  static result<std::unique_ptr<store::connection>>
  open(const std::string& dsn, bool read_only, store::connection_options how = {}) {
    how.dsn = dsn;
    how.read_only = read_only;
    return store::connection::open(how);
  }

  /// "standby", "primary", or why there is none.
  static std::string where(const std::string& dsn, bool read_only) {
    const auto link = open(dsn, read_only);
    if (!link)
      return link.error().message;
    return scalar_on(**link, "select pg_is_in_recovery()") == "t" ? "standby" : "primary";
  }

  postgres_cluster& cluster{postgres_cluster::shared()};
  std::optional<test_database> db;
  std::optional<standby_node> standby;
};

TEST_F(servers, are_chosen_by_what_the_dsn_wants_and_by_whether_the_link_is_to_write) {
  with_standby();
  struct row {
    const char* attrs;
    const char* reads;
    const char* writes;
  };
  for (const auto& one :
       {row{"", "standby", "primary"}, row{"any", "standby", "primary"},
        row{"read-write", "primary", "primary"}, row{"primary", "primary", "primary"},
        row{"read-only", "standby", "primary"}, row{"standby", "standby", "primary"},
        row{"prefer-standby", "standby", "primary"}}) {
    const std::string more =
        *one.attrs ? std::string("target_session_attrs=") + one.attrs : std::string{};
    EXPECT_EQ(where(both(more), true), one.reads) << one.attrs;
    EXPECT_EQ(where(both(more), false), one.writes) << one.attrs;
  }
  standby.reset();
  EXPECT_EQ(where(db->dsn() + " target_session_attrs=prefer-standby", true), "primary");
  EXPECT_NE(
      where(db->dsn() + " target_session_attrs=standby", true).find("primary"),
      std::string::npos);
}

TEST_F(servers, a_standby_that_became_the_primary_is_found_and_asked_first_from_then_on) {
  with_standby();
  auto how = db->options();
  how.hosts = std::make_shared<store::host_memory>();
  EXPECT_TRUE(open(both(), false, how));
  EXPECT_EQ(how.hosts->order(2, false).front(), 1u);
  standby->promote();
  cluster.stop();
  const auto link = [&] {
    for (;;) // promoting takes a moment
      if (auto made = open(both(), false, how))
        return made;
  }();
  EXPECT_TRUE((*link)->run(within(5s), "test", sql("create table there (x int)")));
  EXPECT_EQ(how.hosts->order(2, false).front(), 0u);
  cluster.start();
}

TEST_F(servers, one_that_swallows_everything_costs_its_own_time_only) {
  tcp_proxy hole(cluster.port());
  hole.black_hole(true);
  auto how = db->options();
  how.connect_timeout = 200ms;
  const auto dsn = "host=127.0.0.1,127.0.0.1 port=" + std::to_string(hole.port()) + ','
                 + std::to_string(cluster.port()) + " user=tester dbname=" + db->name();
  EXPECT_TRUE(open(dsn, false, how));
  EXPECT_TRUE(open(dsn, true, how));
}

TEST_F(servers, an_attempt_ends_when_it_is_told_to) {
  tcp_proxy hole(cluster.port());
  hole.black_hole(true);
  std::stop_source stop;
  auto how = db->options();
  how.connect_timeout = 10min;
  how.stop = stop.get_token();
  auto attempt = std::async(std::launch::async, [&] {
    return open(cluster.tcp_dsn(db->name(), hole.port()), false, how);
  });
  while (hole.accepted() == 0)
    std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(attempt.get().error().code, ec::shutting_down);
  // Those that begin afterwards do not begin at all.
  EXPECT_EQ(
      open(cluster.tcp_dsn(db->name(), hole.port()), false, how).error().code,
      ec::shutting_down);
}

TEST_F(servers, a_name_that_nobody_knows_is_told_and_the_next_host_asked) {
  EXPECT_EQ(open("host=nobody.invalid user=tester", false).error().code, ec::database_down);
  EXPECT_TRUE(open(
      "host=nobody.invalid,localhost hostaddr='' port=1," + std::to_string(cluster.port())
          + " user=tester dbname=" + db->name(),
      false));
}

TEST_F(servers, what_we_rely_on_is_in_force_whatever_the_role_was_given) {
  db->exec("drop role if exists odd; create role odd login superuser");
  for (const auto* set :
       {"TimeZone = 'America/New_York'", "DateStyle = 'SQL, DMY'",
        "IntervalStyle = 'sql_standard'", "extra_float_digits = 0", "bytea_output = 'escape'",
        "statement_timeout = '1h'", "jit = on", "standard_conforming_strings = off",
        "client_encoding = 'LATIN1'", "default_transaction_isolation = 'serializable'"})
    db->exec(std::string("alter role odd set ") + set);
  for (const bool reads : {true, false}) {
    const auto link = open(
        "host=" + cluster.folder() + " port=" + std::to_string(cluster.port())
            + " user=odd dbname=" + db->name() + " options='-c geqo=off -c DateStyle=German'",
        reads, {.dsn = {}, .statement_timeout = 7s, .lock_timeout = 3s});
    ASSERT_TRUE(link) << link.error().message;
    const auto set = [&](const std::string& name) {
      return scalar_on(**link, "select current_setting('" + name + "')");
    };
    EXPECT_EQ(set("TimeZone"), "UTC");
    EXPECT_EQ(set("DateStyle"), "ISO, MDY");
    EXPECT_EQ(set("IntervalStyle"), "postgres");
    EXPECT_EQ(set("extra_float_digits"), "1");
    EXPECT_EQ(set("bytea_output"), "hex");
    EXPECT_EQ(set("statement_timeout"), "7s");
    EXPECT_EQ(set("lock_timeout"), "3s");
    EXPECT_EQ(set("idle_in_transaction_session_timeout"), "7s");
    EXPECT_EQ(set("jit"), "off");
    EXPECT_EQ(set("standard_conforming_strings"), "on");
    EXPECT_EQ(set("client_encoding"), "UTF8");
    EXPECT_EQ(set("application_name"), "guildhall");
    EXPECT_EQ(set("transaction_isolation"), "read committed");
    EXPECT_EQ(set("default_transaction_read_only"), reads ? "on" : "off");
    EXPECT_EQ(set("geqo"), "off") << "what the DSN has in its options is the user's";
  }
  db->exec("drop owned by odd; drop role odd");
}

TEST_F(servers, a_role_that_may_only_read_is_told_to_whoever_writes) {
  db->exec("drop role if exists reader; create role reader login superuser; "
           "alter role reader set default_transaction_read_only = on");
  const auto dsn = "host=" + cluster.folder() + " port=" + std::to_string(cluster.port())
                 + " user=reader dbname=" + db->name();
  for (const auto* attrs :
       {"", " target_session_attrs=any", " target_session_attrs=read-write"}) {
    const auto link = open(dsn + attrs, false);
    ASSERT_FALSE(link) << attrs;
    EXPECT_EQ(link.error().code, ec::database_down)
        << "it is tried again, and starts meanwhile";
    EXPECT_EQ(link.error().message, "the database takes no writes: its role may only read");
  }
  EXPECT_TRUE(open(dsn, true));
  db->exec("alter role reader reset default_transaction_read_only");
  EXPECT_TRUE(open(dsn, false));
  db->exec("drop role reader");
}

TEST_F(servers, an_idle_link_finds_out_that_its_server_takes_no_writes_any_more) {
  const auto link = db->connect();
  EXPECT_TRUE(link->prove(within(5s)));
  EXPECT_FALSE(link->refuses_writes());
  db->exec("alter system set default_transaction_read_only = on; ");
  db->exec("select pg_reload_conf()");
  while (!link->refuses_writes())
    ASSERT_TRUE(link->prove(within(5s)));
  EXPECT_FALSE(link->broken());
  db->exec("set default_transaction_read_only = off");
  db->exec("alter system reset default_transaction_read_only");
  db->exec("select pg_reload_conf()");
  while (link->refuses_writes())
    ASSERT_TRUE(link->prove(within(5s)));
}

} // namespace guildhall::test
