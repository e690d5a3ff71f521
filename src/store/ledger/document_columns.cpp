#include "store/ledger/document_columns.hpp"

namespace guildhall::store {

namespace {

param param_of(const domain::column_value& value) {
  return std::visit(
      [](const auto& held) -> param {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::monostate>)
          return std::nullopt;
        else
          return held;
      },
      value);
}

} // namespace

void add_document_params(
    std::vector<param>& out, const domain::document_kind& kind, written_columns which,
    const std::string* body, const domain::character_columns& columns) {
  if (!is_written(kind, which))
    return;
  out.emplace_back(body != nullptr);
  if (which == written_columns::all && !kind.raw.empty())
    out.push_back(body ? param(*body) : param(std::nullopt));
  for (const auto& column : kind.derived)
    out.push_back(body ? param_of(column.value(columns)) : param(std::nullopt));
}

} // namespace guildhall::store
