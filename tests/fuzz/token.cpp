#include "api/auth/jwt.hpp"
#include "core/crypto.hpp"
#include "fuzz/fuzz.hpp"

/// Bearer tokens: as they come, or with header and payload rightly signed.
namespace guildhall::fuzz {

namespace {

config::signing_key key() {
  config::signing_key made;
  made.id = "k";
  made.key.value = "0123456789abcdef0123456789abcdef";
  return made;
}

std::string signed_token(std::string_view rest) {
  const auto header = take_until(rest, '\n');
  const auto text = crypto::base64url_encode(header) + '.' + crypto::base64url_encode(rest);
  const auto signature = crypto::hmac_sha256(key().key.value, text);
  return text + '.'
       + crypto::base64url_encode(
             {reinterpret_cast<const char*>(signature.data()), signature.size()});
}

} // namespace

} // namespace guildhall::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  using api::auth::audience;
  auto rest = fuzz::text_of(data, size);
  const auto choice = fuzz::take_choice(rest);
  const bool is_signed = choice % 2 == 1;
  const auto token = is_signed ? fuzz::signed_token(rest) : std::string{rest};
  const api::auth::verifier tokens{{fuzz::key()}};
  const std::chrono::sys_seconds now{std::chrono::days{20'000}};
  for (const auto wanted : {audience::api, audience::refresh, audience::admin}) {
    const auto who = tokens.verify(token, wanted, now);
    fuzz::expect(is_signed || !who, "nobody gets in without the key");
    fuzz::expect(
        !who || ((*who)->aud == wanted && (*who)->expires_at > now), "as it was meant");
    (void)tokens.verify_header(token, wanted, now);
    (void)tokens.verify_header("Bearer " + token, wanted, now);
  }
  return 0;
}
