#pragma once

#include "domain/document_kinds.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/values.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The documents' table as SQL: the texts from which statements over `document_states` and over
/// the documents' columns of `characters` are put together when compiling.
namespace guildhall::store {

/// `$12`
constexpr sql_text placeholder(int number) {
  constexpr int ten = 10;
  constexpr std::string_view digits{"0123456789"};
  sql_text out{"$"};
  int unit = 1;
  while (number / unit >= ten)
    unit *= ten;
  for (; unit > 0; unit /= ten)
    out.append({digits.substr(static_cast<std::size_t>(number / unit % ten), 1)});
  return out;
}

/// `'profile', 'equipment'`: the names of the kinds for which `holds`.
constexpr sql_text document_names(bool (*holds)(const domain::document_kind&)) {
  sql_text out;
  for (const auto& kind : domain::document_kinds)
    if (holds(kind))
      out.append({out.empty() ? "'" : ", '", kind.name, "'"});
  return out;
}

/// What a statement writes of a character's documents: every column, or only those that are
/// derived from what is stored as received.
enum class written_columns { all, derived_again };

constexpr bool is_written(const domain::document_kind& kind, written_columns which) {
  if (kind.of != domain::document_subject::character)
    return false;
  return which == written_columns::all ? !kind.raw.empty() || !kind.derived.empty()
                                       : !kind.raw.empty() && !kind.derived.empty();
}

/// Numbers the parameters of such a statement: of each kind first whether it is there, then the
/// body (`written_columns::all` only), then its derived columns. `document_params` has the same
/// order.
class numbered_parameters {
public:
  constexpr explicit numbered_parameters(int first) : next_(first) {}

  constexpr sql_text next() {
    return placeholder(next_++);
  }
  constexpr sql_text next(const domain::derived_column& column) {
    sql_text out;
    if (column.kept)
      out.append({"coalesce(", next(), "::", column.type, ", ", column.name, ")"});
    else
      out.append({next(), "::", column.type});
    return out;
  }

private:
  int next_;
};

/// `, level = case when $3::boolean then ... else level end, ...`: documents that are not there
/// leave their columns alone.
constexpr sql_text document_assignments(int first_parameter, written_columns which) {
  sql_text out;
  numbered_parameters numbers{first_parameter};
  for (const auto& kind : domain::document_kinds) {
    if (!is_written(kind, which))
      continue;
    const auto there = numbers.next();
    const auto assign = [&](std::string_view column, std::string_view value) {
      out.append(
          {",\n    ", column, " = case when ", there, "::boolean then ", value, " else ",
           column, " end"});
    };
    if (which == written_columns::all && !kind.raw.empty())
      assign(kind.raw, sql_text{numbers.next(), "::jsonb"});
    for (const auto& column : kind.derived)
      assign(column.name, numbers.next(column));
  }
  return out;
}

/// `$3::boolean and (level, role) is distinct from (...) or ...`: whether what is derived again
/// from the documents that are there is something else than what stands in the columns.
constexpr sql_text document_differences(int first_parameter) {
  sql_text out;
  numbered_parameters numbers{first_parameter};
  for (const auto& kind : domain::document_kinds) {
    if (!is_written(kind, written_columns::derived_again))
      continue;
    const auto there = numbers.next();
    sql_text columns;
    sql_text values;
    for (const auto& column : kind.derived) {
      columns.append({columns.empty() ? "" : ", ", column.name});
      values.append({values.empty() ? "" : ", ", numbers.next(column)});
    }
    out.append(
        {out.empty() ? "" : "\n    or ", there, "::boolean and (", columns,
         ") is distinct from (", values, ")"});
  }
  return out;
}

/// Appends the parameters of one kind: whether it is there, and its values.
void add_document_params(
    std::vector<param>& out, const domain::document_kind& kind, written_columns which,
    const std::string* body, const domain::character_columns& columns);

} // namespace guildhall::store
