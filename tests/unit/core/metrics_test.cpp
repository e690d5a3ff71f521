#include "core/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace guildhall {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(metrics, render_in_prometheus_text_form) {
  metrics all;
  all.counter("requests_total", "Requests answered", {{"status", "200"}}).Increment(3);
  all.gauge("connections", "Open connections").Set(7);
  const auto text = all.render();
  EXPECT_TRUE(has_line(text, "# HELP guildhall_requests_total Requests answered")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE guildhall_requests_total counter")) << text;
  EXPECT_TRUE(has_line(text, "guildhall_requests_total{status=\"200\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "guildhall_connections 7")) << text;
}

TEST(metrics, have_no_label_that_is_no_text_or_a_long_one) {
  metrics all;
  const std::string odd{"\x1b\xff\u202e\n"};
  all.counter("odd_total", "x", {{"name", odd}}).Increment();
  all.gauge("odd", "x", {{"name", odd}}).Increment();
  all.duration("odd_seconds", "x", {{"name", odd}}).Observe(1);
  all.coarse_duration("coarse_seconds", "x", {{"name", odd}}).Observe(1);
  all.counter("long_total", "x", {{"name", std::string(1'000'000, 'x')}}).Increment();
  const auto text = all.render();
  EXPECT_TRUE(has_line(text, "guildhall_odd_total{name=\"\uFFFD\uFFFD\uFFFD\uFFFD\"} 1"))
      << text;
  EXPECT_EQ(text.find_first_of("\x1b\xff"), std::string::npos) << text;
  EXPECT_LT(text.size(), 10'000u);
}

TEST(metrics, the_same_name_and_labels_are_the_same_counter) {
  metrics all;
  auto& first = all.counter("x_total", "x", {{"region", "eu"}});
  EXPECT_EQ(&first, &all.counter("x_total", "x", {{"region", "eu"}}));
  EXPECT_NE(&first, &all.counter("x_total", "x", {{"region", "us"}}));
}

TEST(metrics, durations_reach_from_100_microseconds_to_10_seconds) {
  metrics all;
  all.duration("wait_seconds", "Waiting").Observe(0.0002);
  const auto text = all.render();
  EXPECT_TRUE(has_line(text, "guildhall_wait_seconds_bucket{le=\"0.0001\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "guildhall_wait_seconds_bucket{le=\"10\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "guildhall_wait_seconds_count 1")) << text;
}

TEST(metrics, that_are_known_only_when_asked_are_looked_at_before_they_are_read) {
  metrics all;
  auto& files = all.common_gauge("process_open_fds", "How many files are open");
  int looked = 0;
  all.before_render([&] { files.Set(++looked); });
  EXPECT_TRUE(has_line(all.render(), "process_open_fds 1"));
  EXPECT_TRUE(has_line(all.render(), "process_open_fds 2"));
}

TEST(metrics, are_registered_once_by_many_threads) {
  metrics all;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&all] {
      for (int n = 0; n < 1000; ++n)
        all.counter("hits_total", "Hits").Increment();
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_TRUE(has_line(all.render(), "guildhall_hits_total 8000"));
}

} // namespace
} // namespace guildhall
