#include "http/door/spare_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace guildhall::http {

spare_descriptors::~spare_descriptors() {
  while (give_one())
    ;
}

bool spare_descriptors::fill() noexcept {
  kept_.reserve(wanted_);
  while (kept_.size() < wanted_) {
    const auto one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (one < 0)
      break;
    kept_.push_back(one);
  }
  if (!std::exchange(filled_, true))
    wanted_ = kept_.size();
  return kept_.size() == wanted_;
}

bool spare_descriptors::give_one() noexcept {
  if (kept_.empty())
    return false;
  ::close(kept_.back());
  kept_.pop_back();
  return true;
}

} // namespace guildhall::http
