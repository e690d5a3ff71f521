#include "battlenet/gunzip.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <zlib.h>

namespace guildhall::battlenet {

namespace {

constexpr std::size_t first_guess = 16 * 1024;
constexpr int gzip_format = 16; // added to the window bits: gzip framing only

} // namespace

result<std::string> gunzip(std::string_view packed, std::size_t max_bytes) {
  if (packed.size() > std::numeric_limits<uInt>::max())
    return fail(ec::malformed, "the packed body is too large");
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + gzip_format) != Z_OK)
    return fail(ec::internal, "zlib could not be set up");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ends{&stream, &inflateEnd};

  // zlib reads through a pointer to non-const, but does not write.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  const auto limit =
      std::min(max_bytes, std::max(grows_freely_to, most_growth * packed.size()));
  // One byte above the limit tells "exactly at the limit" from "over it".
  const auto capacity = limit + 1;
  // One buffer for all members: they may be very many, and hold nothing.
  std::string unpacked;
  std::size_t filled = 0;
  for (;;) {
    if (filled == unpacked.size()) {
      const auto wanted = std::max({first_guess, filled, 4 * packed.size()});
      unpacked.resize(filled + std::min({wanted, capacity - filled, std::size_t{1} << 30}));
    }
    const auto room = unpacked.size() - filled;
    stream.next_out = reinterpret_cast<Bytef*>(unpacked.data() + filled);
    stream.avail_out = static_cast<uInt>(room);
    const auto code = inflate(&stream, Z_NO_FLUSH);
    filled += room - stream.avail_out;
    if (filled > limit)
      return fail(ec::malformed, "the unpacked body is over the limit");
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK)
        break;
    } else if (code != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
      return fail(ec::malformed, "the packed body is broken or cut off");
    }
  }
  unpacked.resize(filled);
  return unpacked;
}

} // namespace guildhall::battlenet
