#pragma once

#include "store/postgres/sql_text.hpp"

#include <string_view>

namespace guildhall::store {

/// SQL for what a rank is called as long as nobody said otherwise. `rank`: the column.
constexpr sql_text default_rank_name(std::string_view rank) {
  return {"case when ", rank, " = 0 then 'Guild Master' else 'Rank ' || ", rank, " end"};
}

} // namespace guildhall::store
