#pragma once

#include "domain/document_kinds.hpp"
#include "store/postgres/values.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The documents' table as SQL: the texts from which statements over `document_states` and over
/// the documents' columns of `characters` are put together when compiling.
namespace guildhall::store {

constexpr void append(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const auto part : parts)
    out += part;
}

/// `$12`
constexpr std::string placeholder(int number) {
  constexpr int ten = 10;
  std::string out{'$'};
  int unit = 1;
  while (number / unit >= ten)
    unit *= ten;
  for (; unit > 0; unit /= ten)
    out += static_cast<char>('0' + number / unit % ten);
  return out;
}

/// `'profile', 'equipment'`: the names of the kinds for which `holds`.
constexpr std::string document_names(bool (*holds)(const domain::document_kind&)) {
  std::string out;
  for (const auto& kind : domain::document_kinds)
    if (holds(kind))
      append(out, {out.empty() ? "'" : ", '", kind.name, "'"});
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

  constexpr std::string next() {
    return placeholder(next_++);
  }
  constexpr std::string next(const domain::derived_column& column) {
    std::string out;
    if (column.kept)
      append(out, {"coalesce(", next(), "::", column.type, ", ", column.name, ")"});
    else
      append(out, {next(), "::", column.type});
    return out;
  }

private:
  int next_;
};

/// `, level = case when $3::boolean then ... else level end, ...`: documents that are not there
/// leave their columns alone.
constexpr std::string document_assignments(int first_parameter, written_columns which) {
  std::string out;
  numbered_parameters numbers{first_parameter};
  for (const auto& kind : domain::document_kinds) {
    if (!is_written(kind, which))
      continue;
    const auto there = numbers.next();
    const auto assign = [&](std::string_view column, const std::string& value) {
      append(
          out, {",\n    ", column, " = case when ", there, "::boolean then ", value, " else ",
                column, " end"});
    };
    if (which == written_columns::all && !kind.raw.empty())
      assign(kind.raw, numbers.next() + "::jsonb");
    for (const auto& column : kind.derived)
      assign(column.name, numbers.next(column));
  }
  return out;
}

/// `$3::boolean and (level, role) is distinct from (...) or ...`: whether what is derived again
/// from the documents that are there is something else than what stands in the columns.
constexpr std::string document_differences(int first_parameter) {
  std::string out;
  numbered_parameters numbers{first_parameter};
  for (const auto& kind : domain::document_kinds) {
    if (!is_written(kind, written_columns::derived_again))
      continue;
    const auto there = numbers.next();
    std::string columns;
    std::string values;
    for (const auto& column : kind.derived) {
      append(columns, {columns.empty() ? "" : ", ", column.name});
      append(values, {values.empty() ? "" : ", ", numbers.next(column)});
    }
    append(
        out, {out.empty() ? "" : "\n    or ", there, "::boolean and (", columns,
              ") is distinct from (", values, ")"});
  }
  return out;
}

/// Appends the parameters of one kind: whether it is there, and its values.
void add_document_params(
    std::vector<param>& out, const domain::document_kind& kind, written_columns which,
    const std::string* body, const domain::character_columns& columns);

} // namespace guildhall::store
