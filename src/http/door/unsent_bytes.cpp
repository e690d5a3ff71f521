#include "http/door/unsent_bytes.hpp"

namespace guildhall::http {

bool unsent_bytes::admits(const std::string& body) const {
  if (body.size() <= small || held() < budget_)
    return true;
  const std::lock_guard guard{lock_};
  return readers_.contains(&body);
}

unsent_bytes::share::share(unsent_bytes& of, body_ptr body) : body_{std::move(body)} {
  if (!body_)
    return;
  const std::lock_guard guard{of.lock_};
  if (++of.readers_[body_.get()] == 1)
    of.held_ += body_->capacity();
  of_ = &of;
}

unsent_bytes::share::~share() {
  if (of_)
    of_->give_back(*body_);
}

void unsent_bytes::give_back(const std::string& body) noexcept {
  const std::lock_guard guard{lock_};
  const auto found = readers_.find(&body);
  if (--found->second > 0)
    return;
  held_ -= body.capacity();
  readers_.erase(found);
}

} // namespace guildhall::http
