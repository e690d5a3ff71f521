#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace guildhall::store {

/// A named statement: prepared once per connection, when first used. Statements stand beside
/// the function that uses them; each file lists its own for `all_statements`.
struct statement {
  std::string_view name;
  std::string_view sql;
  /// Pages it may touch on a filled database; a test explains every statement and holds it to
  /// this.
  int buffer_limit{0};
};

using statements = std::span<const statement>;

/// Every statement of the library. Only these can be executed.
const std::vector<statement>& all_statements();

} // namespace guildhall::store
