#pragma once

#include "domain/pages.hpp"
#include "store/postgres/values.hpp"

#include <string_view>
#include <vector>

/// How pages are cut: a statement walks from id to id and adds up how long the rows' texts are,
/// only until the page is full, so that nobody ever holds more than one row too many. A second
/// one reads the rows that fit.
namespace guildhall::store {

/// After the id $2, until $3 bytes or $4 rows are passed, the first row in any case; then
/// `next`, the row after walk.id, and its `size.bytes` follow.
inline constexpr std::string_view page_walk{R"(
  with recursive walk as (
    select $2::bigint as id, 0::bigint as bytes, 0::bigint as total, 0 as n
    union all
    select next.id, size.bytes, walk.total + size.bytes, walk.n + 1 from walk
      cross join lateral ()"};
inline constexpr std::string_view page_walk_end{R"( as bytes) size
    where (walk.total <= $3 or walk.n = 1) and walk.n <= $4)
  select id, bytes from walk where n > 0 order by n)"};

inline std::vector<domain::row_size> read_sizes(const pqxx::result& rows) {
  std::vector<domain::row_size> out;
  for (const auto& row : rows) {
    auto& size = out.emplace_back();
    fields(row) >> size.id >> size.bytes;
  }
  return out;
}

} // namespace guildhall::store
