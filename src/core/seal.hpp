#pragma once

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/live.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace guildhall {

/// Keeps secrets at rest: XChaCha20-Poly1305 with a random nonce (libsodium). What is sealed
/// names its key, so that keys can be rotated, and is bound to a context: it opens nowhere
/// else. Any thread.
class sealer {
public:
  /// The first key seals, all of them open; at least one.
  explicit sealer(std::vector<config::signing_key> keys);
  /// The same from now on for these keys.
  void replace(std::vector<config::signing_key> keys);

  std::string seal(std::string_view plain, std::string_view context) const;
  /// `ec::internal` for what was changed, was sealed in another context, or by a key that is
  /// gone.
  result<std::string> open(std::string_view sealed, std::string_view context) const;

private:
  live<std::vector<config::signing_key>>
      keys_; ///< 32 bytes each, derived from the configured texts
};

} // namespace guildhall
