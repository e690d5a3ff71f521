#pragma once

#include "core/seal.hpp"

#include <memory>
#include <string>
#include <vector>

namespace guildhall::test {

/// What refresh tokens are sealed with.
inline std::shared_ptr<const sealer> seals() {
  return std::make_shared<const sealer>(
      std::vector<config::signing_key>{{"k", {std::string(32, 'k')}}});
}

} // namespace guildhall::test
