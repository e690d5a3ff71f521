#include "store/postgres/migrations.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <vector>

namespace guildhall::test {

using namespace std::chrono_literals;
using store::migration;

class migrations : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available())
      GTEST_FAIL() << "PostgreSQL 15 is not installed";
    name = postgres_cluster::shared().create_empty_database();
  }
  void TearDown() override {
    if (!name.empty())
      postgres_cluster::shared().drop_database(name);
  }

  std::unique_ptr<store::connection> connect() const {
    auto connection = store::connection::open(
        {.dsn = postgres_cluster::shared().dsn(name), .statement_timeout = 60s});
    EXPECT_TRUE(connection);
    return std::move(*connection);
  }
  static deadline limit() {
    return std::chrono::steady_clock::now() + 60s;
  }
  std::string scalar(const std::string& sql) const {
    std::string out;
    const auto connection = connect();
    test_database::run_on(*connection, [&](store::session& db) {
      const auto rows = db.exec_raw(sql);
      if (!rows.empty())
        out = rows[0][0].c_str();
    });
    return out;
  }
  result<std::vector<int>> apply(std::span<const migration> known) const {
    return store::migrate(*connect(), limit(), known);
  }

  std::string name;
};

TEST_F(migrations, are_applied_once_and_in_order) {
  const auto connection = connect();
  const auto done = store::migrate(*connection, limit());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->size(), store::embedded_migrations().size());
  EXPECT_TRUE(std::ranges::is_sorted(*done));
  const auto again = store::migrate(*connection, limit());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->empty());
  const auto status = store::migration_status(*connection, limit());
  ASSERT_TRUE(status);
  for (const auto& line : *status)
    EXPECT_TRUE(line.applied && line.known && !line.changed) << line.version;
}

TEST_F(migrations, the_status_of_an_empty_database_writes_nothing) {
  const auto status = store::migration_status(*connect(), limit());
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->size(), store::embedded_migrations().size());
  EXPECT_FALSE(status->front().applied);
  EXPECT_EQ(scalar("select to_regclass('schema_migrations')"), "");
}

TEST_F(migrations, eight_instances_at_once_apply_each_once) {
  std::vector<std::future<result<std::vector<int>>>> instances;
  for (int i = 0; i < 8; ++i)
    instances.push_back(
        std::async(std::launch::async, [this] { return store::migrate(*connect(), limit()); }));
  std::vector<int> applied;
  for (auto& instance : instances) {
    const auto done = instance.get();
    ASSERT_TRUE(done) << done.error().message;
    applied.insert(applied.end(), done->begin(), done->end());
  }
  std::ranges::sort(applied);
  EXPECT_EQ(applied.size(), store::embedded_migrations().size());
  EXPECT_EQ(std::ranges::adjacent_find(applied), applied.end());
  EXPECT_NE(scalar("select to_regclass('guild_events')"), "");
}

TEST_F(migrations, tell_which_is_begun_and_end_before_the_next_when_they_are_to) {
  const std::array list{
      migration{1, "one", "create table a (x int);\n"},
      migration{2, "two", "create table b (x int);\n"}};
  std::vector<std::string> begun;
  bool over = false;
  const store::migration_watch watch{
      .on_step =
          [&](const migration* which) {
            begun.push_back(which ? store::number_of(*which) : "waits");
            over = true;
          },
      .is_over = [&] { return over; }};
  const auto ended = store::migrate(*connect(), limit(), list, watch);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ec::shutting_down);
  EXPECT_EQ(begun, std::vector<std::string>{"0001"});
  EXPECT_NE(scalar("select to_regclass('a')"), "") << "what was begun is whole";
  EXPECT_EQ(scalar("select to_regclass('b')"), "");
  const auto rest = apply(list);
  ASSERT_TRUE(rest);
  EXPECT_EQ(*rest, std::vector<int>{2});
}

TEST_F(migrations, that_wait_for_another_instance_end_when_they_are_to) {
  const auto other = connect();
  test_database::run_on(*other, [](store::session& db) {
    db.exec_raw("select pg_advisory_lock(7318349394477056)");
  });
  int waits = 0;
  const store::migration_watch watch{
      .on_step =
          [&](const migration* which) {
            EXPECT_EQ(which, nullptr);
            ++waits;
          },
      .is_over = [&] { return waits > 1; }};
  const auto ended = store::migrate(*connect(), limit(), store::embedded_migrations(), watch);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ec::shutting_down);
}

TEST_F(migrations, a_changed_text_is_refused) {
  const std::array first{migration{1, "one", "-- release 1\ncreate table a (x int);\n"}};
  const std::array other{migration{1, "one", "-- release 1\ncreate table a (y int);\n"}};
  ASSERT_TRUE(apply(first));
  const auto refused = apply(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::schema_mismatch);
}

TEST_F(migrations, a_broken_one_leaves_nothing_and_the_ones_before_stay) {
  const std::array list{
      migration{1, "one", "create table a (x int);\n"},
      migration{2, "two", "create table b (x int);\ncreate table b (x int);\n"}};
  EXPECT_FALSE(apply(list));
  EXPECT_NE(scalar("select to_regclass('a')"), "");
  EXPECT_EQ(scalar("select to_regclass('b')"), "");
  EXPECT_EQ(scalar("select count(*) from schema_migrations"), "1");
}

TEST_F(migrations, a_concurrent_index_runs_outside_of_a_transaction) {
  const std::array list{
      migration{1, "table", "create table a (x int);\n"},
      migration{
          2, "index",
          "-- no transaction\ndrop index concurrently if exists a_x;\n"
          "create index concurrently a_x on a (x);\n"}};
  std::vector<std::future<result<std::vector<int>>>> instances;
  for (int i = 0; i < 4; ++i)
    instances.push_back(std::async(std::launch::async, [&] { return apply(list); }));
  for (auto& instance : instances)
    EXPECT_TRUE(instance.get());
  EXPECT_EQ(scalar("select indisvalid from pg_index where indexrelid = 'a_x'::regclass"), "t");
}

TEST_F(migrations, what_an_instance_left_half_done_is_done_again) {
  const std::array list{
      migration{1, "table", "create table a (x int);\n"},
      migration{2, "more", "-- no transaction\ncreate table if not exists b (x int);\n"}};
  ASSERT_TRUE(apply(list));
  // As if it had died before it could say that it was finished.
  scalar("update schema_migrations set applied_at = null, backend = -1 where version = 2 "
         "returning 1");
  const auto done = apply(list);
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, std::vector<int>{2});
}

TEST_F(migrations, a_schema_one_release_newer_is_accepted_and_two_are_not) {
  const std::array mine{migration{1, "one", "-- release 1\ncreate table a (x int);\n"}};
  const std::array next{
      mine[0], migration{2, "two", "-- release 2\ncreate table b (x int);\n"}};
  const std::array after{
      next[0], next[1], migration{3, "three", "-- release 3\ncreate table c (x int);\n"}};
  ASSERT_TRUE(apply(next));
  EXPECT_TRUE(apply(mine));
  const auto status = store::migration_status(*connect(), limit(), mine);
  ASSERT_TRUE(status);
  ASSERT_EQ(status->size(), 2u);
  EXPECT_FALSE((*status)[1].known);
  ASSERT_TRUE(apply(after));
  const auto refused = apply(mine);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::schema_mismatch);
}

TEST_F(migrations, whoever_does_not_migrate_checks_the_same_history) {
  const std::array mine{
      migration{1, "one", "-- release 1\ncreate table a (x int);\n"},
      migration{2, "two", "-- release 1\ncreate table b (x int);\n"}};
  const auto refusal = [&](std::span<const migration> known) {
    const auto fits = store::check_schema(*connect(), limit(), known);
    EXPECT_TRUE(fits || fits.error().code == ec::schema_mismatch);
    return fits ? std::string{} : fits.error().message;
  };
  EXPECT_EQ(
      refusal(mine),
      "the database lacks 2 of this binary's migrations: run guildhall migrate first");
  EXPECT_EQ(scalar("select to_regclass('schema_migrations')"), "") << "nothing is written";
  ASSERT_TRUE(apply(std::span{mine}.first(1)));
  EXPECT_EQ(
      refusal(mine),
      "the database lacks 1 of this binary's migrations: run guildhall migrate first");
  ASSERT_TRUE(apply(mine));
  EXPECT_EQ(refusal(mine), "");

  const auto sql = [&](const std::string& what) {
    test_database::run_on(*connect(), [&](store::session& db) { db.exec_raw(what); });
  };
  sql("insert into schema_migrations (version, name, checksum, release, applied_at) values "
      "(3, 'three', 'x', 2, now())");
  EXPECT_EQ(refusal(mine), "") << "one release newer";
  sql("update schema_migrations set release = 9 where version = 3");
  EXPECT_NE(
      refusal(mine).find("is at release 9, this binary knows up to 1"), std::string::npos);
  sql("delete from schema_migrations where version = 3;"
      "update schema_migrations set checksum = 'x' where version = 1");
  EXPECT_NE(refusal(mine).find("migration 1 (one) was changed"), std::string::npos);
  sql("update schema_migrations set applied_at = null where version = 2");
  EXPECT_NE(refusal(mine), "");
}

} // namespace guildhall::test
