#include "store/postgres/statement.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::store {

namespace {

/// A list through the objects themselves: it is complete whatever order they are made in.
const listed_statements*& first_list() noexcept {
  static constinit const listed_statements* first = nullptr;
  return first;
}

} // namespace

listed_statements::listed_statements(statements which) noexcept
    : which_{which},
      next_{std::exchange(first_list(), this)} {}

const std::vector<statement>& all_statements() {
  static const std::vector<statement> all = [] {
    std::vector<statement> out;
    for (const auto* list = first_list(); list; list = list->next_)
      out.insert(out.end(), list->which_.begin(), list->which_.end());
    std::ranges::sort(out, {}, &statement::name);
    return out;
  }();
  return all;
}

} // namespace guildhall::store
