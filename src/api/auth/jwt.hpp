#pragma once

#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/live.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Bearer tokens: JWTs (RFC 7519) signed with HMAC-SHA-256 and nothing else.
namespace guildhall::api::auth {

inline constexpr std::size_t max_token_bytes = 4096;

/// What a token is good for: claim `aud`, with the `type` that goes with it.
enum class audience : std::uint8_t {
  api,     ///< aud "api", type "access": a person of the web client
  refresh, ///< aud "refresh", type "refresh": good for new tokens and nothing else
  admin,   ///< aud "admin", type "operator"
};

struct claims {
  audience aud{audience::api};
  // of an access token; a refresh token has the first two
  std::int64_t id{0};       ///< users.id
  time_point valid_since{}; ///< claim tvs: users.tokens_valid_since when it was made
  std::string battle_net_id;
  std::string battletag;
  std::string role; ///< user | guild_leader | admin
  // of an operator token
  std::string subject; ///< who it was made for; ends up in `by`
  std::chrono::sys_seconds issued_at{};
  std::chrono::sys_seconds expires_at{};
};
using claims_ptr = std::shared_ptr<const claims>;

/// Signs with `key` (its `kid` goes into the header). `issued_at` and `expires_at` of `who`
/// count; of a text of more than 128 bytes what is beyond is cut, so that every token is one
/// that `verifier` takes.
std::string mint(const config::signing_key& key, const claims& who);

/// An operator's token as `guildhall token` prints it.
std::string mint_operator(
    const config::signing_key& key, std::string subject, std::chrono::sys_seconds now,
    std::chrono::seconds lifetime);

/// Checks tokens against a list of keys. Tokens that proved good are remembered (a bounded
/// number, never past their `exp`), since the web client sends the same one with every request.
/// Thread-safe.
class verifier {
public:
  explicit verifier(std::vector<config::signing_key> keys);
  /// Checks against these from now on; whose key is gone is refused at once.
  void replace(std::vector<config::signing_key> keys);

  /// `ec::invalid_token` or `ec::expired_token`; which of the checks failed is not told.
  result<claims_ptr>
  verify(std::string_view token, audience wanted, std::chrono::sys_seconds now) const;

  /// The same for the value of an Authorization header; `ec::missing_token` when it is empty.
  result<claims_ptr> verify_header(
      std::string_view authorization, audience wanted, std::chrono::sys_seconds now) const;

  /// A short proof that a text was written by whoever has the first key.
  std::string seal(std::string_view text) const;
  /// By any of the keys.
  bool has_sealed(std::string_view text, std::string_view seal) const;

private:
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t tokens_per_shard = 256;

  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct shard {
    std::mutex lock;
    std::unordered_map<std::string, claims_ptr, text_hash, std::equal_to<>> known;
  };

  using key_list = std::vector<config::signing_key>;

  static result<claims_ptr> check(std::string_view token, const key_list& keys);

  live<key_list> keys_;
  mutable std::array<shard, shard_count> shards_;
};

} // namespace guildhall::api::auth
