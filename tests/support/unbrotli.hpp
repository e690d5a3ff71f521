#pragma once

#include <brotli/decode.h>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace guildhall::test {

/// What a Brotli stream holds, up to 16 MiB. Needs PkgConfig::brotlidec.
inline std::string unbrotli(std::string_view packed) {
  std::string plain(16u << 20, '\0');
  auto size = plain.size();
  const auto outcome = BrotliDecoderDecompress(
      packed.size(), reinterpret_cast<const std::uint8_t*>(packed.data()), &size,
      reinterpret_cast<std::uint8_t*>(plain.data()));
  if (outcome != BROTLI_DECODER_RESULT_SUCCESS)
    throw std::runtime_error{"not one whole Brotli stream"};
  plain.resize(size);
  return plain;
}

} // namespace guildhall::test
