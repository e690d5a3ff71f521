#include "core/file_limit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <sys/resource.h>

namespace guildhall {
namespace {

TEST(file_plan, gives_what_is_wanted_where_there_is_room) {
  const auto plan = plan_files(1u << 20, {});
  EXPECT_EQ(plan.connections, 4096u);
  EXPECT_EQ(plan.operators, 64u);
  EXPECT_FALSE(plan.is_short);
}

TEST(file_plan, bounds_clients_by_what_is_left_and_says_so) {
  const file_needs needs{};
  const auto plan = plan_files(1024, needs);
  EXPECT_TRUE(plan.is_short);
  EXPECT_LT(plan.connections + plan.operators + needs.database + needs.battlenet, 1024u);
  EXPECT_GT(plan.connections, 700u);
}

TEST(file_plan, serves_operators_and_a_few_clients_with_two_hundred_files) {
  const auto plan = plan_files(200, {.io_threads = 2});
  EXPECT_GE(plan.operators, 8u);
  EXPECT_GE(plan.connections, 50u);
}

RC_GTEST_PROP(file_plan, never_exceeds_the_limit_unless_it_is_hopeless, ()) {
  const auto limit = *rc::gen::inRange<std::uint64_t>(0, 10'000);
  const file_needs needs{
      .connections = *rc::gen::inRange(1u, 10'000u),
      .operators = 64,
      .database = *rc::gen::inRange(2u, 60u),
      .battlenet = *rc::gen::inRange(0u, 80u),
      .io_threads = *rc::gen::inRange(1u, 16u)};
  const auto plan = plan_files(limit, needs);
  RC_ASSERT(plan.connections >= 1u);
  RC_ASSERT(plan.connections <= needs.connections);
  RC_ASSERT(plan.operators >= 8u);
  RC_ASSERT(plan.is_short == (plan.connections < needs.connections));
  const auto sum = plan.connections + plan.operators + needs.database + needs.battlenet
                 + 3 * needs.io_threads;
  RC_ASSERT(sum <= limit || plan.connections <= 8u);
  RC_ASSERT(plan.files <= limit);
  RC_ASSERT(plan.files >= std::min<std::uint64_t>(limit, sum));
}

/// How many files the process's table has room for; 0 where the system does not tell.
std::uint64_t room_for_files() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("FDSize:"))
      return std::stoull(line.substr(7));
  return 0;
}

TEST(make_room_for_files, grows_the_table_once_and_opens_none) {
  raise_file_limit();
  const auto before = open_files();
  make_room_for_files(900);
  EXPECT_EQ(open_files(), before);
  EXPECT_GE(room_for_files(), 900u);
}

TEST(make_room_for_files, does_nothing_above_the_limit) {
  const auto before = open_files();
  for (const auto count : {std::uint64_t{0}, std::uint64_t{1} << 31U, ~std::uint64_t{0}})
    make_room_for_files(count);
  EXPECT_EQ(open_files(), before);
}

TEST(raise_file_limit, takes_all_that_the_hard_limit_allows) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  auto low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_max, 128);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_file_limit(), before.rlim_max);
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_GT(open_files(), 2u);
}

} // namespace
} // namespace guildhall
