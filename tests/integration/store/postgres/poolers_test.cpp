#include "domain/control.hpp"
#include "store/postgres/change_feed.hpp"
#include "store/postgres/hosts.hpp"
#include "store/postgres/migrations.hpp"
#include "tests/integration/store/postgres/plain_sql.hpp"
#include "tests/support/nodes.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <array>
#include <future>

/// Through PgBouncer.
namespace guildhall::test {

using namespace std::chrono_literals;
using store::migration;
using store::session;

class poolers : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available() || !pooler::available())
      GTEST_FAIL() << "PostgreSQL 15 or PgBouncer is not installed";
    db.emplace();
  }

  void put_between(pooler::options how) {
    between.emplace(cluster.folder(), cluster.port(), std::move(how));
  }

  store::connection_options
  options(store::pooling pooling = store::pooling::session, bool read_only = false) const {
    auto how = db->options();
    how.dsn = between->dsn(db->name());
    how.pooling = pooling;
    how.read_only = read_only;
    return how;
  }

  postgres_cluster& cluster{postgres_cluster::shared()};
  std::optional<test_database> db;
  std::optional<pooler> between;
};

TEST_F(poolers, in_session_mode_are_as_a_direct_connection_even_when_they_have_no_spare) {
  for (const bool ignores : {false, true}) {
    put_between({.mode = "session", .ignores_options = ignores, .pool_size = 2});
    auto how = options();
    how.hosts = std::make_shared<store::host_memory>();
    const auto first = store::connection::open(how);
    ASSERT_TRUE(first) << first.error().message;
    how.read_only = true;
    const auto second = store::connection::open(how);
    ASSERT_TRUE(second) << second.error().message;
    const auto job = (*first)->run(within(5s), "track", [](session& s) -> result<void> {
      const auto done =
          store::run(s, domain::track{{domain::region::eu, "stormrage", "a"}, "somebody"});
      return done ? result<void>{} : fail(done.error());
    });
    EXPECT_TRUE(job) << job.error().message;
    EXPECT_FALSE((*second)->run(within(5s), "test", sql("create table never (x int)")));
  }
}

TEST_F(poolers, in_transaction_mode_are_recognised_before_anything_is_set) {
  put_between({.mode = "transaction", .pool_size = 5});
  for (const bool reads : {false, true}) {
    const auto link = store::connection::open(options(store::pooling::session, reads));
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().code, ec::bad_config);
    EXPECT_NE(
        link.error().message.find("set database.pooling = \"transaction\""), std::string::npos);
  }
  // Nobody else has met a trace of us.
  pqxx::connection other(between->dsn(db->name()));
  EXPECT_STREQ(
      pqxx::nontransaction(other)
          .exec("select current_setting('statement_timeout')")[0][0]
          .c_str(),
      "0");
}

TEST_F(poolers, in_statement_mode_are_refused) {
  put_between({.mode = "statement"});
  for (const auto how : {store::pooling::session, store::pooling::transaction})
    EXPECT_FALSE(store::connection::open(options(how)));
}

TEST_F(poolers, in_transaction_mode_each_transaction_has_its_settings_and_leaves_none) {
  put_between({.mode = "transaction", .pool_size = 1});
  auto how = options(store::pooling::transaction);
  how.statement_timeout = 7s;
  const auto link = store::connection::open(how);
  ASSERT_TRUE(link) << link.error().message;
  test_database::run_on(**link, [](session& s) {
    const auto seen = s.transaction([&]() -> result<std::string> {
      return std::string(s.exec_raw("select current_setting('statement_timeout') || ' ' || "
                                    "current_setting('TimeZone') || ' ' || "
                                    "current_setting('DateStyle')")[0][0]
                             .c_str());
    });
    EXPECT_EQ(seen.value(), "7s UTC ISO, MDY");
    EXPECT_STREQ(s.exec_raw("select current_setting('statement_timeout')")[0][0].c_str(), "0");
    EXPECT_STREQ(s.exec_raw("select count(*) from pg_prepared_statements")[0][0].c_str(), "0");
  });
}

TEST_F(poolers, in_transaction_mode_who_reads_cannot_write) {
  put_between({.mode = "transaction"});
  const auto link = store::connection::open(options(store::pooling::transaction, true));
  ASSERT_TRUE(link) << link.error().message;
  const auto written = (*link)->run(within(5s), "track", [](session& s) -> result<void> {
    const auto done =
        store::run(s, domain::track{{domain::region::eu, "stormrage", "a"}, "somebody"});
    return done ? result<void>{} : fail(done.error());
  });
  EXPECT_FALSE(written);
  EXPECT_EQ(db->count("select count(*) from tracked_guilds"), 0);
}

TEST_F(poolers, in_transaction_mode_many_links_share_one_backend) {
  put_between({.mode = "transaction", .pool_size = 1});
  std::vector<std::future<result<void>>> links;
  for (int i = 0; i < 4; ++i)
    links.push_back(std::async(std::launch::async, [&, i]() -> result<void> {
      auto link = store::connection::open(options(store::pooling::transaction));
      if (!link)
        return fail(link.error());
      return (*link)->run(within(30s), "track", [&](session& s) -> result<void> {
        for (int n = 0; n < 10; ++n) {
          const domain::guild_address guild{
              domain::region::eu, "stormrage", std::string(1, static_cast<char>('a' + i))};
          if (const auto done = store::run(s, domain::track{guild, "somebody"}); !done)
            return fail(done.error());
        }
        return {};
      });
    }));
  for (auto& link : links) {
    const auto done = link.get();
    EXPECT_TRUE(done) << done.error().message;
  }
  EXPECT_EQ(db->count("select count(*) from tracked_guilds"), 4);
}

TEST_F(poolers, a_named_statement_that_another_backend_has_is_told_and_the_link_dropped) {
  put_between({.mode = "session"});
  for (const auto* code : {"42P05", "26000"}) {
    const auto link = store::connection::open(options());
    ASSERT_TRUE(link) << link.error().message;
    const auto outcome = (*link)->run(
        within(5s), "test",
        sql(std::string("do $$ begin raise exception using errcode = '") + code + "'; end $$"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ec::database_down);
    EXPECT_TRUE((*link)->broken());
  }
}

TEST_F(poolers, in_transaction_mode_nobody_listens) {
  put_between({.mode = "transaction"});
  auto how = options();
  how.key = "database.listen_dsn";
  const auto feed = store::change_feed::open(how);
  ASSERT_FALSE(feed);
  EXPECT_EQ(feed.error().code, ec::bad_config);
  EXPECT_EQ(feed.error().message.find("database.listen_dsn"), 0u) << feed.error().message;
}

TEST_F(poolers, in_session_mode_changes_are_heard) {
  put_between({.mode = "session"});
  const auto feed = store::change_feed::open(options());
  ASSERT_TRUE(feed) << feed.error().message;
  db->exec("select pg_notify('guildhall_change', 'guild:1')");
  std::vector<store::notification> heard;
  while (heard.empty())
    heard = (*feed)->wait(10s).value();
  EXPECT_EQ(heard.front().payload, "guild:1");
  EXPECT_TRUE((*feed)->prove(10s));
}

TEST_F(poolers, in_transaction_mode_migrations_are_applied_once_but_none_outside_of_one) {
  put_between({.mode = "transaction", .pool_size = 2});
  const auto name = cluster.create_empty_database();
  auto how = options(store::pooling::transaction);
  how.dsn = between->dsn(name);
  std::vector<std::future<std::size_t>> instances;
  for (int i = 0; i < 3; ++i)
    instances.push_back(std::async(std::launch::async, [&] {
      const auto link = store::connection::open(how);
      EXPECT_TRUE(link) << link.error().message;
      const auto done = store::migrate(**link, within(60s));
      EXPECT_TRUE(done) << done.error().message;
      return done ? done->size() : 0;
    }));
  std::size_t applied = 0;
  for (auto& one : instances)
    applied += one.get();
  EXPECT_EQ(applied, store::embedded_migrations().size());

  std::vector<migration> known(
      store::embedded_migrations().begin(), store::embedded_migrations().end());
  known.push_back(
      {9'000, "index",
       "-- no transaction\n-- release 1\ncreate index concurrently odd on guilds (id);\n"});
  const auto link = store::connection::open(how);
  ASSERT_TRUE(link);
  const auto refused = store::migrate(**link, within(60s), known);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::schema_mismatch);
  EXPECT_NE(refused.error().message.find("database.listen_dsn"), std::string::npos);
  how.dsn = cluster.dsn(name);
  how.pooling = store::pooling::session;
  const auto direct = store::connection::open(how);
  EXPECT_TRUE(store::migrate(**direct, within(60s), known));
  cluster.drop_database(name);
}

TEST_F(poolers, whose_server_is_away_have_no_link_for_us) {
  for (const auto how : {store::pooling::session, store::pooling::transaction}) {
    put_between({.mode = how == store::pooling::session ? "session" : "transaction"});
    const auto link = store::connection::open(options(how));
    ASSERT_TRUE(link) << link.error().message;
    cluster.stop();
    const auto again = store::connection::open(options(how));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ec::database_down) << again.error().message;
    EXPECT_FALSE((*link)->prove(within(5s)));
    EXPECT_TRUE((*link)->broken());
    cluster.start();
    while (!store::connection::open(options(how))) // the pooler tries again after a second
      std::this_thread::yield();
  }
}

} // namespace guildhall::test
