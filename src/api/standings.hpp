#pragma once

#include "core/epoch_cache.hpp"
#include "domain/accounts.hpp"
#include "domain/tags.hpp"

#include <memory>
#include <string>
#include <string_view>

/// domain is where `cost_of` is looked for.
namespace guildhall::domain {
std::size_t cost_of(const standing& who) noexcept;
} // namespace guildhall::domain

namespace guildhall {
extern template class epoch_cache<domain::standing>;
} // namespace guildhall

namespace guildhall::api {

using standing_ptr = std::shared_ptr<const domain::standing>;

/// Every user's current standing, kept under the tag `user:<id>` for as long as the change feed
/// is in force. Thread-safe.
class standings {
public:
  explicit standings(domain::answers<domain::standing_of>& accounts)
      : accounts_{accounts},
        kept_{{max_bytes}} {}

  /// What is kept, or null.
  standing_ptr find(user_id id);

  /// Reads it; those who ask for one user at once share one read. `not_found` for nobody.
  void read(user_id id, deadline expires, domain::completion<standing_ptr> done);

  /// What was kept under the tag no longer counts once this returns.
  void move(std::string_view tag) {
    kept_.move(tag);
  }
  void set_coherent(bool coherent) {
    kept_.set_coherent(coherent);
  }

private:
  static constexpr std::size_t max_bytes = 16u << 20; ///< some 20,000 users

  domain::answers<domain::standing_of>& accounts_;
  epoch_cache<domain::standing> kept_;
};

} // namespace guildhall::api
