#include "actors/battlenet/doubt_reports.hpp"

#include <utility>

namespace guildhall::actors {

std::optional<domain::report_doubt> doubt_reports::add(domain::report_doubt what) {
  if (!std::exchange(under_way_, true))
    return what;
  std::erase_if(waiting_, [&](const domain::report_doubt& older) {
    return older.document == what.document;
  });
  waiting_.push_back(std::move(what));
  return std::nullopt;
}

std::optional<domain::report_doubt> doubt_reports::next() {
  if (waiting_.empty()) {
    under_way_ = false;
    return std::nullopt;
  }
  auto first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

} // namespace guildhall::actors
