#include "battlenet_sim/oauth.hpp"

#include "battlenet_sim/text.hpp"

#include <utility>

namespace guildhall::sim {

bool oauth::is_client(std::string_view authorization) const {
  constexpr std::string_view scheme = "Basic ";
  if (!authorization.starts_with(scheme))
    return false;
  return base64_decode(authorization.substr(scheme.size()))
      == client_id_ + ":" + client_secret_;
}

std::string oauth::issue(grant what) {
  auto token = "EU" + random_hex();
  std::lock_guard lock(mutex_);
  if (tokens_.size() > sweep_above)
    std::erase_if(tokens_, [&](const auto& entry) {
      return entry.second.expires_ms <= what.expires_ms - token_life_ms;
    });
  tokens_.emplace(token, std::move(what));
  return token;
}

std::optional<grant> oauth::bearer(std::string_view authorization, std::int64_t now_ms) const {
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization.starts_with(scheme))
    return std::nullopt;
  return find(std::string(authorization.substr(scheme.size())), now_ms);
}

std::optional<grant> oauth::find(const std::string& token, std::int64_t now_ms) const {
  std::lock_guard lock(mutex_);
  auto i = tokens_.find(token);
  if (i == tokens_.end() || i->second.expires_ms <= now_ms)
    return std::nullopt;
  return i->second;
}

std::string oauth::make_code(grant what, std::string redirect_uri, std::int64_t now_ms) {
  auto code = "EU" + random_hex();
  std::lock_guard lock(mutex_);
  if (codes_.size() > sweep_above)
    std::erase_if(codes_, [&](const auto& entry) { return entry.second.expires_ms <= now_ms; });
  codes_.emplace(
      code, pending{std::move(what), std::move(redirect_uri), now_ms + code_life_ms});
  return code;
}

std::optional<grant>
oauth::redeem(const std::string& code, std::string_view redirect_uri, std::int64_t now_ms) {
  std::lock_guard lock(mutex_);
  auto i = codes_.find(code);
  if (i == codes_.end())
    return std::nullopt;
  auto found = std::move(i->second);
  codes_.erase(i);
  if (found.expires_ms <= now_ms || found.redirect_uri != redirect_uri)
    return std::nullopt;
  return std::move(found.what);
}

void oauth::revoke_all() {
  std::lock_guard lock(mutex_);
  tokens_.clear();
}

} // namespace guildhall::sim
