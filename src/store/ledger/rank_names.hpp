#pragma once

#include <string>
#include <string_view>

namespace guildhall::store {

/// SQL for what a rank is called as long as nobody said otherwise. `rank`: the column.
constexpr std::string default_rank_name(std::string_view rank) {
  std::string out{"case when "};
  out.append(rank).append(" = 0 then 'Guild Master' else 'Rank ' || ").append(rank);
  return out + " end";
}

} // namespace guildhall::store
