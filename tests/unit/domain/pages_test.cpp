#include "domain/pages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace guildhall::domain {
namespace {

using ids = std::vector<std::int64_t>;

TEST(cut_page, ends_before_the_row_that_would_not_fit) {
  const std::vector<row_size> rows{{3, 40}, {5, 40}, {9, 40}};
  const auto cut = cut_page(rows, {.bytes = 100});
  EXPECT_EQ(cut.ids, (ids{3, 5}));
  EXPECT_EQ(cut.next, 5);
}

TEST(cut_page, ends_after_as_many_rows_as_were_asked_for) {
  const std::vector<row_size> rows{{3, 1}, {5, 1}, {9, 1}};
  EXPECT_EQ(cut_page(rows, {.rows = 2}).ids, (ids{3, 5}));
  EXPECT_EQ(cut_page(rows, {.rows = 2}).next, 5);
}

TEST(cut_page, the_last_page_has_none_after_it) {
  const std::vector<row_size> rows{{3, 50}, {5, 50}};
  EXPECT_EQ(cut_page(rows, {.rows = 2, .bytes = 100}).next, std::nullopt);
  EXPECT_EQ(cut_page({}, {}).next, std::nullopt);
}

TEST(cut_page, a_row_too_large_for_any_page_comes_alone) {
  const std::vector<row_size> rows{{3, 500}, {5, 1}};
  const auto cut = cut_page(rows, {.bytes = 100});
  EXPECT_EQ(cut.ids, ids{3});
  EXPECT_EQ(cut.next, 3);
  EXPECT_EQ(cut_page(std::span{rows}.subspan(1), {.bytes = 100}).next, std::nullopt);
}

RC_GTEST_PROP(cut_page, pages_one_after_the_other_are_the_whole_list, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange(0, 300));
  const page_asked asked{.rows = *rc::gen::inRange(1, 9), .bytes = *rc::gen::inRange(1u, 999u)};
  std::vector<row_size> rows;
  for (const auto size : sizes)
    rows.push_back({static_cast<std::int64_t>(rows.size()) + 1, size});
  ids walked;
  std::optional<std::int64_t> next = 0;
  while (next) {
    const auto rest = std::span{rows}.subspan(static_cast<std::size_t>(*next));
    const auto cut = cut_page(rest, asked);
    RC_ASSERT(cut.ids.size() <= static_cast<std::size_t>(asked.rows));
    std::size_t bytes = 0;
    for (const auto id : cut.ids)
      bytes += sizes[static_cast<std::size_t>(id) - 1];
    RC_ASSERT(bytes <= asked.bytes || cut.ids.size() == 1);
    walked.insert(walked.end(), cut.ids.begin(), cut.ids.end());
    next = cut.next;
  }
  ids all(rows.size());
  std::iota(all.begin(), all.end(), 1);
  RC_ASSERT(walked == all);
}

} // namespace
} // namespace guildhall::domain
