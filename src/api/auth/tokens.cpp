#include "api/auth/tokens.hpp"

namespace guildhall::api::auth {

token_pair
tokens_for(const settings& how, const domain::standing& who, std::chrono::sys_seconds now) {
  claims about;
  about.id = who.id.value;
  about.valid_since = who.tokens_valid_since;
  about.issued_at = now;
  about.aud = audience::refresh;
  about.expires_at = now + how.refresh_lifetime;
  token_pair out;
  out.refresh = mint(how.key, about);
  about.aud = audience::api;
  about.expires_at = now + how.access_lifetime;
  about.battle_net_id = std::to_string(who.account.value);
  about.battletag = who.battletag;
  about.role = who.role;
  out.access = mint(how.key, about);
  return out;
}

bool still_counts(const claims& token, const domain::standing& who) noexcept {
  // Tokens carry milliseconds.
  return token.valid_since
      >= std::chrono::floor<std::chrono::milliseconds>(who.tokens_valid_since);
}

} // namespace guildhall::api::auth
