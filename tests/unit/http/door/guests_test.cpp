#include "http/door/guests.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace guildhall::http {
namespace {

using namespace std::chrono_literals;
using verdict = guest_list::verdict;

const guest::moment start{1h};

ip_address address(std::string_view text) {
  return *ip_address::parse(text);
}

struct guests_test : ::testing::Test {
  guest_list::arrival arrive(std::string_view from, bool exempt = false) {
    now += 1s; // a look that found nobody idle is not repeated at once
    return list.arrives(address(from), exempt, now);
  }
  std::shared_ptr<guest> come(std::string_view from) {
    auto got = arrive(from).who;
    EXPECT_TRUE(got) << from;
    return got;
  }

  guest_list list{4, 2};
  guest::moment now = start;
};

TEST_F(guests_test, one_address_has_only_so_many) {
  const auto one = come("192.0.2.1");
  const auto two = come("192.0.2.1");
  EXPECT_EQ(arrive("192.0.2.1").what, verdict::address_full);
  EXPECT_EQ(arrive("::ffff:192.0.2.1").what, verdict::address_full);
  EXPECT_EQ(arrive("192.0.2.2").what, verdict::welcome);
  list.leaves(*one);
  EXPECT_EQ(arrive("192.0.2.1").what, verdict::welcome);
}

TEST_F(guests_test, an_ipv6_address_is_one_of_its_64) {
  const auto one = come("2001:db8:1:1::1");
  const auto two = come("2001:db8:1:1::2");
  EXPECT_EQ(arrive("2001:db8:1:1:ffff::").what, verdict::address_full);
  EXPECT_EQ(arrive("2001:db8:1:2::1").what, verdict::welcome);
}

TEST_F(guests_test, the_oldest_idle_one_of_that_address_makes_room) {
  const auto stranger = come("192.0.2.9");
  stranger->idles(start);
  const auto one = come("192.0.2.1");
  const auto two = come("192.0.2.1");
  one->idles(start + 20s);
  two->idles(start + 10s);
  const auto third = arrive("192.0.2.1");
  EXPECT_EQ(third.what, verdict::welcome);
  EXPECT_EQ(third.instead_of, two);
  EXPECT_FALSE(two->works()) << "its place is gone";
  EXPECT_TRUE(one->works());
  EXPECT_TRUE(stranger->works());
  EXPECT_EQ(list.size(), 3u);
}

TEST_F(guests_test, when_all_places_are_taken_the_oldest_idle_of_all_makes_room) {
  std::vector<std::shared_ptr<guest>> all;
  for (const auto* from : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"})
    all.push_back(come(from));
  EXPECT_EQ(arrive("192.0.2.5").what, verdict::all_full) << "all are at work";
  all[2]->idles(start + 1s);
  all[0]->idles(start + 2s);
  const auto fifth = arrive("192.0.2.5");
  EXPECT_EQ(fifth.instead_of, all[2]);
  EXPECT_EQ(list.size(), 4u);
  all[0]->works();
  all[0]->idles(start + 9s);
  all[1]->idles(start + 8s);
  EXPECT_EQ(arrive("192.0.2.6").instead_of, all[1]) << "the other has worked since";
}

TEST_F(guests_test, whoever_works_is_left_in_peace) {
  const auto one = come("192.0.2.1");
  const auto two = come("192.0.2.1");
  one->idles(start);
  ASSERT_TRUE(one->works());
  EXPECT_EQ(arrive("192.0.2.1").what, verdict::address_full);
}

TEST_F(guests_test, whoever_has_lost_its_place_never_idles_again) {
  const auto one = come("192.0.2.1");
  one->idles(start);
  EXPECT_EQ(list.dismiss_one(now), one);
  one->idles(start);
  EXPECT_FALSE(one->works());
  EXPECT_EQ(list.dismiss_one(now), nullptr);
}

TEST_F(guests_test, exempt_addresses_may_have_all_places_but_no_more) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(arrive("10.0.0.1", true).what, verdict::welcome);
  EXPECT_EQ(arrive("10.0.0.1", true).what, verdict::all_full);
}

TEST_F(guests_test, whatever_happens_nobody_is_counted_who_has_left) {
  guest_list busy{40, 5};
  std::vector<std::shared_ptr<guest>> here;
  unsigned seed = 7;
  const auto random = [&](unsigned below) {
    return (seed = seed * 1664525u + 1013904223u) / 65536 % below;
  };
  for (int i = 0; i < 20'000; ++i) {
    now += 1ms;
    if (random(3) != 0) {
      auto got = busy.arrives(address("192.0.2." + std::to_string(random(20))), false, now);
      if (got.who)
        here.push_back(got.who);
    } else if (!here.empty()) {
      const auto which = random(static_cast<unsigned>(here.size()));
      switch (random(3)) {
      case 0:
        here[which]->idles(now);
        break;
      case 1:
        here[which]->works();
        break;
      default: // also of those whose place was taken, as their connections end later
        busy.leaves(*here[which]);
        busy.leaves(*here[which]);
        here.erase(here.begin() + which);
      }
    }
    ASSERT_LE(busy.size(), 40u);
  }
  for (const auto& one : here)
    busy.leaves(*one);
  EXPECT_EQ(busy.size(), 0u);
  EXPECT_EQ(busy.addresses(), 0u);
}

TEST_F(guests_test, a_request_and_a_dismissal_never_both_win) {
  for (int i = 0; i < 2000; ++i) {
    guest_list small{1, 1};
    const auto one = small.arrives(address("192.0.2.1"), false, start).who;
    one->idles(start);
    std::shared_ptr<guest> dismissed;
    std::thread other{[&] { dismissed = small.dismiss_one(start); }};
    const auto works = one->works();
    other.join();
    ASSERT_NE(works, dismissed != nullptr);
  }
}

} // namespace
} // namespace guildhall::http
