#include "core/workshop.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <optional>
#include <vector>

namespace guildhall {
namespace {

TEST(workshop, works_in_order_on_threads_of_its_own) {
  std::vector<int> done;
  std::vector<std::thread::id> where;
  std::latch all{3};
  workshop shop{1, 10};
  for (int i = 0; i < 3; ++i) {
    workshop::work one = [&, i] {
      done.push_back(i);
      where.push_back(std::this_thread::get_id());
      all.count_down();
    };
    EXPECT_TRUE(shop.take(one));
  }
  all.wait();
  EXPECT_EQ(done, (std::vector{0, 1, 2}));
  EXPECT_NE(where.front(), std::this_thread::get_id());
}

TEST(workshop, takes_no_more_than_may_wait_and_leaves_the_rest_to_the_asker) {
  std::latch begun{1};
  std::latch may_end{1};
  int done = 0;
  {
    workshop shop{1, 1};
    workshop::work busy = [&] {
      begun.count_down();
      may_end.wait();
      ++done;
    };
    ASSERT_TRUE(shop.take(busy));
    begun.wait();
    workshop::work waits = [&] { ++done; };
    EXPECT_TRUE(shop.take(waits));
    workshop::work refused = [&] { done += 100; };
    EXPECT_FALSE(shop.take(refused));
    EXPECT_TRUE(refused);
    may_end.count_down();
  }
  EXPECT_GE(done, 1);
  EXPECT_LT(done, 100);
}

TEST(workshop, drops_what_waits_when_it_ends) {
  std::optional<std::latch> begun{1};
  std::latch may_end{1};
  auto held = std::make_shared<int>(7);
  std::jthread releases;
  {
    workshop shop{1, 10};
    workshop::work busy = [&] {
      begun->count_down();
      may_end.wait();
    };
    shop.take(busy);
    begun->wait();
    workshop::work waits = [held] {};
    shop.take(waits);
    releases = std::jthread{[&] { may_end.count_down(); }};
  }
  EXPECT_EQ(held.use_count(), 1);
}

} // namespace
} // namespace guildhall
