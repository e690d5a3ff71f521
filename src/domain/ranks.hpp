#pragma once

#include "domain/authorship.hpp"
#include "domain/operation.hpp"
#include "domain/read_models.hpp"

#include <optional>
#include <string>

/// What a guild calls its ranks, and whose ranks are officers'.
namespace guildhall::domain {

struct rank_edit {
  int rank_id{0};
  std::optional<std::string> name;
  std::optional<bool> is_officer;
};

struct set_rank {
  using answer = written<rank_row>;
  static constexpr operation_traits traits{"set_rank", manner::write};
  author by;
  guild_id guild;
  rank_edit what;
};

using rank_operations = operations<set_rank>;

} // namespace guildhall::domain
