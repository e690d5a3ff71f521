#include "core/trace_context.hpp"

#include <gtest/gtest.h>

#include <set>

namespace guildhall {
namespace {

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string parent(std::string_view id) {
  return "00-" + std::string{id} + "-00f067aa0ba902b7-01";
}

TEST(traceparent, is_taken_as_it_comes) {
  EXPECT_EQ(parse_traceparent(parent(trace)), (trace_context{std::string{trace}, true}));
  EXPECT_FALSE(
      parse_traceparent("00-" + std::string{trace} + "-00f067aa0ba902b7-00").is_sampled);
  EXPECT_EQ(
      parse_traceparent("cc-" + std::string{trace} + "-00f067aa0ba902b7-01-what-is-to-come")
          .trace_id,
      trace);
}

TEST(traceparent, that_is_none_is_no_trace) {
  const std::string good = parent(trace);
  for (const auto& odd :
       {std::string{}, good.substr(1), good + "0", good + "-more", "ff" + good.substr(2),
        parent("4BF92F3577B34DA6A3CE929D0E0E4736"), parent(std::string(32, '0')),
        parent("4bf92f3577b34da6a3ce929d0e0e47\r\n"),
        "00-" + std::string{trace} + "-0000000000000000-01", good.substr(0, 53) + "xy"})
    EXPECT_EQ(parse_traceparent(odd), trace_context{}) << odd;
}

TEST(traceparent, of_ours_is_one_and_no_two_are_the_same) {
  trace_ids ids;
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto made = ids.new_trace();
    EXPECT_TRUE(seen.insert(made.trace_id).second);
    EXPECT_EQ(parse_traceparent(ids.header_of(made)), made);
  }
  trace_ids others;
  EXPECT_FALSE(seen.contains(others.new_trace().trace_id));
  EXPECT_NE(
      ids.header_of({std::string{trace}, true}), ids.header_of({std::string{trace}, true}));
}

} // namespace
} // namespace guildhall
