#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace guildhall::test {

/// One gzip member, as a web server sends it. Needs ZLIB::ZLIB.
inline std::string gzip(std::string_view plain) {
  z_stream stream{};
  constexpr int gzip_format = 16;
  if (deflateInit2(
          &stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip_format, 8,
          Z_DEFAULT_STRATEGY)
      != Z_OK)
    throw std::runtime_error{"zlib could not be set up"};
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const auto code = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END)
    throw std::runtime_error{"zlib could not pack"};
  return packed;
}

} // namespace guildhall::test
