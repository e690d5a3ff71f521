#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace guildhall::store {

/// A named statement: prepared once per connection, when first used. Statements stand beside
/// the function that uses them; each file lists its own by one `listed_statements`.
struct statement {
  std::string_view name;
  std::string_view sql;
  /// Pages it may touch on a filled database; a test explains every statement and holds it to
  /// this.
  int buffer_limit{0};
};

using statements = std::span<const statement>;

/// A file's statements are known to `all_statements` by standing in one of these, at namespace
/// scope.
class listed_statements {
public:
  explicit listed_statements(statements which) noexcept;

private:
  friend const std::vector<statement>& all_statements();
  statements which_;
  const listed_statements* next_;
};

/// Every statement of the library, by name. Only these can be executed. Not before `main`.
const std::vector<statement>& all_statements();

} // namespace guildhall::store
