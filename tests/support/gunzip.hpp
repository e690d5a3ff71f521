#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace guildhall::test {

/// What one gzip member holds. Needs ZLIB::ZLIB.
inline std::string gunzip(std::string_view packed) {
  z_stream stream{};
  constexpr int gzip_format = 16;
  if (inflateInit2(&stream, MAX_WBITS + gzip_format) != Z_OK)
    throw std::runtime_error{"zlib could not be set up"};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  char chunk[16 * 1024];
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk);
    stream.avail_out = sizeof chunk;
    code = inflate(&stream, Z_NO_FLUSH);
    plain.append(chunk, sizeof chunk - stream.avail_out);
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END)
    throw std::runtime_error{"not one whole gzip member"};
  return plain;
}

} // namespace guildhall::test
