#include "battlenet/gunzip.hpp"
#include "tests/support/gzip.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace guildhall::battlenet {
namespace {

using test::gzip;

RC_GTEST_PROP(gunzip, undoes_gzip, (const std::string& text)) {
  const auto unpacked = gunzip(gzip(text), 1u << 20);
  RC_ASSERT(unpacked.has_value());
  RC_ASSERT(*unpacked == text);
}

TEST(gunzip, takes_a_body_of_exactly_the_limit) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(gunzip(gzip(text), text.size()), text);
}

TEST(gunzip, stops_at_the_limit) {
  const auto bomb = gzip(std::string(50u << 20, '\0'));
  ASSERT_LT(bomb.size(), 100'000u);
  const auto unpacked = gunzip(bomb, 1u << 20);
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().code, ec::malformed);
  EXPECT_FALSE(gunzip(gzip("abc"), 2));
}

TEST(gunzip, refuses_what_is_cut_off) {
  const auto packed = gzip("a body that is long enough to be cut anywhere");
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(gunzip(std::string_view{packed}.substr(0, size), 1'000)) << size;
}

TEST(gunzip, refuses_what_is_broken_or_followed_by_something) {
  EXPECT_FALSE(gunzip("no gzip at all", 1'000));
  auto packed = gzip("some text that will not be the same");
  EXPECT_FALSE(gunzip(packed + "x", 1'000));
  packed[packed.size() - 6] ^= 0x55; // the checksum
  EXPECT_FALSE(gunzip(packed, 1'000));
}

TEST(gunzip, joins_members) {
  EXPECT_EQ(gunzip(gzip("one ") + gzip("") + gzip("two"), 1'000), "one two");
  EXPECT_FALSE(gunzip(gzip("one ") + gzip("two"), 6)) << "the limit is for all of them";
  EXPECT_FALSE(gunzip(gzip("one ") + gzip("two").substr(0, 15), 1'000));
  EXPECT_FALSE(gunzip(gzip("one ") + std::string(8, '\0'), 1'000));
}

TEST(gunzip, stops_where_a_body_grows_as_no_document_does) {
  const auto few = gzip(std::string(2u << 20, '0'));
  ASSERT_LT(few.size() * most_growth, 2u << 20);
  EXPECT_FALSE(gunzip(few, 16u << 20));
  EXPECT_TRUE(gunzip(gzip(std::string(grows_freely_to, '0')), 16u << 20));
  std::string members;
  for (int i = 0; i < 64; ++i)
    members += gzip(std::string(1u << 20, '0'));
  EXPECT_FALSE(gunzip(members, 64u << 20));
}

TEST(gunzip, takes_a_body_of_very_many_members_that_hold_nothing) {
  const auto empty = gzip("");
  std::string members;
  for (int i = 0; i < 200'000; ++i)
    members += empty;
  EXPECT_EQ(gunzip(members + gzip("{}"), 16u << 20), "{}");
}

TEST(gunzip, gives_up_on_a_stream_without_end) {
  // A head, then empty stored blocks of which none is the last.
  std::string packed = gzip("").substr(0, 10);
  for (int i = 0; i < 100'000; ++i)
    packed += std::string{"\0\0\0\xff\xff", 5};
  EXPECT_FALSE(gunzip(packed, 1u << 20));
}

RC_GTEST_PROP(gunzip, survives_any_bytes, (const std::string& bytes)) {
  const auto unpacked = gunzip("\x1f\x8b\x08" + bytes, 10'000);
  if (unpacked)
    RC_ASSERT(unpacked->size() <= 10'000u);
}

} // namespace
} // namespace guildhall::battlenet
