#include "core/seal.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace guildhall {

namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr char separator = ':';

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// Another key than the one that signs, even where both come from one text.
std::string derived(std::string_view text) {
  constexpr std::string_view purpose = "guildhall: sealed at rest";
  std::string key(key_bytes, '\0');
  crypto_generichash(
      bytes(key), key.size(), bytes(text), text.size(), bytes(purpose), purpose.size());
  return key;
}

/// Authenticated with the message, not hidden.
std::string bound_to(std::string_view key_id, std::string_view context) {
  return std::string{key_id} + '\0' + std::string{context};
}

std::vector<config::signing_key> all_derived(std::vector<config::signing_key> keys) {
  if (sodium_init() < 0 || keys.empty())
    throw std::runtime_error{"nothing can be sealed: no key, or no libsodium"};
  for (auto& key : keys)
    key.key.value = derived(key.key.value);
  return keys;
}

} // namespace

sealer::sealer(std::vector<config::signing_key> keys) : keys_{all_derived(std::move(keys))} {}

void sealer::replace(std::vector<config::signing_key> keys) {
  keys_.set(all_derived(std::move(keys)));
}

std::string sealer::seal(std::string_view plain, std::string_view context) const {
  const auto keys = keys_.get();
  const auto& key = keys->front();
  const auto bound = bound_to(key.id, context);
  std::string nonce(nonce_bytes, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  std::string hidden(plain.size() + tag_bytes, '\0');
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes(hidden), &size, bytes(plain), plain.size(), bytes(bound), bound.size(), nullptr,
      bytes(nonce), bytes(std::string_view{key.key.value}));
  hidden.resize(size);
  return std::to_string(key.id.size()) + separator + key.id + nonce + hidden;
}

result<std::string> sealer::open(std::string_view sealed, std::string_view context) const {
  const auto keys = keys_.get();
  for (const auto& key : *keys) {
    const auto head = std::to_string(key.id.size()) + separator + key.id;
    if (!sealed.starts_with(head) || sealed.size() < head.size() + nonce_bytes + tag_bytes)
      continue;
    const auto nonce = sealed.substr(head.size(), nonce_bytes);
    const auto hidden = sealed.substr(head.size() + nonce_bytes);
    const auto bound = bound_to(key.id, context);
    std::string plain(hidden.size() - tag_bytes, '\0');
    unsigned long long size = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes(plain), &size, nullptr, bytes(hidden), hidden.size(), bytes(bound),
            bound.size(), bytes(nonce), bytes(std::string_view{key.key.value}))
        == 0)
      return plain;
  }
  return fail(ec::internal, "what is sealed cannot be opened with the configured keys");
}

} // namespace guildhall
