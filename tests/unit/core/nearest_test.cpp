#include "core/nearest.hpp"

#include <gtest/gtest.h>

namespace guildhall::text {
namespace {

TEST(nearest, counts_letters_that_change_are_added_left_out_or_swapped) {
  EXPECT_EQ(letters_apart("stormrage", "stormrage"), 0u);
  EXPECT_EQ(letters_apart("stormrage", "stormrag"), 1u);
  EXPECT_EQ(letters_apart("stormrage", "stromrage"), 1u);
  EXPECT_EQ(letters_apart("", "abc"), 3u);
  EXPECT_EQ(letters_apart("Гордунни", "Гордуни"), 1u);
  EXPECT_EQ(letters_apart("a\xff", "a\xfe"), 0u);
}

TEST(nearest, offers_the_nearest_first_and_nothing_that_is_far) {
  const std::vector<std::string> realms{"draenor", "stormrage", "stormreaver", "sunstrider"};
  EXPECT_EQ(nearest("stormrag", realms), (std::vector<std::string>{"stormrage"}));
  EXPECT_EQ(nearest("stormraver", realms).front(), "stormreaver");
  EXPECT_TRUE(nearest("kazzak", realms).empty());
  EXPECT_EQ(nearest("aa", {"ab", "ac", "ad"}, 2), (std::vector<std::string>{"ab", "ac"}));
  EXPECT_TRUE(nearest("a", {"b"}).empty());
}

TEST(nearest, looks_at_no_more_than_the_beginning_of_what_is_endless) {
  EXPECT_EQ(letters_apart(std::string(1'000'000, 'a'), std::string(1'000'000, 'b')), 128u);
}

} // namespace
} // namespace guildhall::text
