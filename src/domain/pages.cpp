#include "domain/pages.hpp"

namespace guildhall::domain {

page_cut cut_page(std::span<const row_size> rows, const page_asked& asked) {
  page_cut out;
  std::size_t bytes = 0;
  for (const auto& row : rows) {
    bytes += row.bytes;
    const auto is_full = out.ids.size() >= static_cast<std::size_t>(asked.rows);
    if (is_full || (bytes > asked.bytes && !out.ids.empty())) {
      out.next = out.ids.back();
      break;
    }
    out.ids.push_back(row.id);
  }
  return out;
}

} // namespace guildhall::domain
