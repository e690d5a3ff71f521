#include "http/door/unsent_bytes.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace guildhall::http {
namespace {

constexpr std::size_t mega = 1u << 20;

unsent_bytes::body_ptr body_of(std::size_t size) {
  return std::make_shared<const std::string>(size, 'x');
}

TEST(unsent_bytes, a_body_that_many_wait_for_is_held_once) {
  unsent_bytes unsent{10 * mega};
  const auto body = body_of(mega);
  std::vector<unsent_bytes::share> readers;
  for (int i = 0; i < 60; ++i)
    readers.push_back(unsent.hold(body));
  EXPECT_EQ(unsent.held(), body->capacity());
  readers.resize(1);
  EXPECT_EQ(unsent.held(), body->capacity());
  readers.clear();
  EXPECT_EQ(unsent.held(), 0u);
}

TEST(unsent_bytes, past_the_budget_only_small_answers_and_those_held_already_go_on) {
  unsent_bytes unsent{3 * mega};
  const auto first = body_of(2 * mega);
  const auto second = body_of(2 * mega);
  EXPECT_TRUE(unsent.admits(*first));
  auto one = std::optional{unsent.hold(first)};
  EXPECT_TRUE(unsent.admits(*second)) << "there is still room";
  const auto two = unsent.hold(second);
  EXPECT_FALSE(unsent.admits(*body_of(2 * mega)));
  EXPECT_FALSE(unsent.admits(*body_of(unsent_bytes::small + 1)));
  EXPECT_TRUE(unsent.admits(*body_of(unsent_bytes::small)));
  EXPECT_TRUE(unsent.admits(*first)) << "another reader of it costs nothing";
  one.reset();
  EXPECT_TRUE(unsent.admits(*body_of(2 * mega)));
}

TEST(unsent_bytes, an_answer_larger_than_the_budget_may_go_alone) {
  unsent_bytes unsent{1000};
  EXPECT_TRUE(unsent.admits(*body_of(mega)));
}

TEST(unsent_bytes, an_answer_without_a_body_holds_nothing) {
  unsent_bytes unsent{mega};
  const auto none = unsent.hold(nullptr);
  EXPECT_EQ(unsent.held(), 0u);
}

TEST(unsent_bytes, small_answers_are_counted_as_well) {
  unsent_bytes unsent{mega};
  const auto small = body_of(100);
  const auto one = unsent.hold(small);
  EXPECT_EQ(unsent.held(), small->capacity());
}

} // namespace
} // namespace guildhall::http
