#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

/// Lists that are too long for one answer. A page is a range of ids: an id never changes, so
/// whoever is in the list all the while is on exactly one page, whatever happens to its rank,
/// name or time meanwhile. The order within a page is the list's own.
namespace guildhall::domain {

/// Of the rows of one page: several such answers fit into a shard of the cache.
inline constexpr std::size_t max_page_bytes = std::size_t{2} << 20;
inline constexpr int max_page_rows = 1'000;

struct page_asked {
  std::int64_t after{0}; ///< the last id of the page before
  int rows{max_page_rows};
  std::size_t bytes{max_page_bytes};
};

/// Kept by whoever is still at work on what a heavy read has brought: the next one begins when
/// it is gone.
using bulk_turn = std::shared_ptr<const void>;

template <class Row>
struct page_of {
  std::vector<Row> rows;
  std::optional<std::int64_t> next{}; ///< the last id of this page, where there are more
  bulk_turn turn{};
};

struct row_size {
  std::int64_t id{0};
  std::size_t bytes{0};
};

struct page_cut {
  std::vector<std::int64_t> ids;
  std::optional<std::int64_t> next{}; ///< as above
};

/// How many of these rows, which come by id, fit on the page; at least one, however large.
page_cut cut_page(std::span<const row_size> rows, const page_asked& asked);

} // namespace guildhall::domain
