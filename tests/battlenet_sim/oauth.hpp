#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::sim {

/// What a token allows. `player` 0: a client's own token (client credentials).
struct grant {
  std::int64_t player = 0;
  std::string scope;
  std::int64_t expires_ms = 0;
};

/// Tokens and authorization codes. Nothing is seeded: tokens are random. Safe from all threads.
class oauth {
public:
  static constexpr std::int64_t token_life_ms = 86'399'000; ///< 24 h, as recorded
  static constexpr std::int64_t code_life_ms = 60'000;
  /// Beyond this, expired tokens and codes are dropped.
  static constexpr std::size_t sweep_above = 1'000;

  /// Off: a person's token does not say its scope, which then is the one that was asked for.
  std::atomic<bool> names_scope{true};
  /// On: `sub` is a number, and the battletag is called `battle_tag`.
  std::atomic<bool> spells_otherwise{false};

  oauth(std::string client_id, std::string client_secret)
      : client_id_(std::move(client_id)),
        client_secret_(std::move(client_secret)) {}

  const std::string& client_id() const {
    return client_id_;
  }
  /// True for `Basic` with the right id and secret.
  bool is_client(std::string_view authorization) const;

  std::string issue(grant what);
  /// What a `Bearer` header allows; nothing when unknown or expired.
  std::optional<grant> bearer(std::string_view authorization, std::int64_t now_ms) const;
  std::optional<grant> find(const std::string& token, std::int64_t now_ms) const;

  std::string make_code(grant what, std::string redirect_uri, std::int64_t now_ms);
  /// A code works once, for the address it was made for.
  std::optional<grant>
  redeem(const std::string& code, std::string_view redirect_uri, std::int64_t now_ms);

  /// Every token is unknown from now on.
  void revoke_all();

private:
  struct pending {
    grant what;
    std::string redirect_uri;
    std::int64_t expires_ms = 0;
  };

  std::string client_id_;
  std::string client_secret_;
  mutable std::mutex mutex_;
  std::map<std::string, grant> tokens_;
  std::map<std::string, pending> codes_;
};

} // namespace guildhall::sim
