#include "core/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace guildhall::crypto {

namespace {

constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// OpenSSL without SHA-256 or without randomness: nothing that follows could be trusted.
[[noreturn]] void give_up(const char* what) noexcept {
  std::fprintf(stderr, "guildhall: OpenSSL cannot provide %s\n", what);
  std::abort();
}

/// Groups of six bits, without padding.
std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3 + 2);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out += alphabet[(pending >> (bits - 6)) & 63];
  }
  if (bits > 0)
    out += alphabet[(pending << (6 - bits)) & 63];
  return out;
}

} // namespace

digest sha256(std::string_view bytes) {
  digest out{};
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr) != 1)
    give_up("SHA-256");
  return out;
}

digest hmac_sha256(std::string_view key, std::string_view bytes) {
  digest out{};
  unsigned size = 0;
  // OpenSSL takes a null pointer for "the key set before", of which there is none.
  if (key.empty())
    key = "";
  if (!HMAC(
          EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
          out.data(), &size))
    give_up("HMAC-SHA-256");
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t count) {
  std::string bytes(count, '\0');
  const auto size = static_cast<int>(count);
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), size) != 1)
    give_up("random bytes");
  return to_hex(bytes);
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string base64url_encode(std::string_view bytes) {
  return encode(bytes, url_alphabet);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = url_alphabet.find(c);
    if (value == std::string_view::npos)
      return std::nullopt;
    pending = (pending << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((pending >> bits) & 255);
    }
  }
  const auto left_over = pending & ((1u << bits) - 1);
  if (bits == 6 || left_over != 0)
    return std::nullopt;
  return out;
}

std::string base64_encode(std::string_view bytes) {
  auto out = encode(bytes, standard_alphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

} // namespace guildhall::crypto
