#include "battlenet_sim/body.hpp"

#include <stdexcept>
#include <utility>
#include <zlib.h>

namespace guildhall::sim {

namespace {

/// A raw deflate stream that is kept per thread: setting one up costs more than a small text.
class deflater {
public:
  deflater() {
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib refuses to start");
  }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;
  ~deflater() {
    deflateEnd(&stream_);
  }

  /// Appends the text as blocks that end on a byte boundary, without the final mark.
  void append(std::string& out, std::string_view text) {
    deflateReset(&stream_);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    auto before = out.size();
    out.resize(before + deflateBound(&stream_, text.size()) + 64);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(out.size() - before);
    deflate(&stream_, Z_FULL_FLUSH);
    out.resize(out.size() - stream_.avail_out);
  }

private:
  z_stream stream_{};
};

deflater& this_threads_deflater() {
  thread_local deflater instance;
  return instance;
}

std::uint32_t crc_of(std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (auto shift : {0, 8, 16, 24})
    out += static_cast<char>((value >> shift) & 0xff);
}

constexpr std::string_view gzip_header("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10);
/// An empty final block.
constexpr std::string_view deflate_end("\x03\0", 2);

} // namespace

chunk::chunk(std::string content) : text(std::move(content)), crc(crc_of(text)) {
  this_threads_deflater().append(deflated, text);
}

std::string& body::own() {
  if (pieces_.empty() || !std::holds_alternative<std::string>(pieces_.back()))
    pieces_.emplace_back(std::string());
  return std::get<std::string>(pieces_.back());
}

std::size_t body::size() const {
  std::size_t total = 0;
  for (const auto& piece : pieces_)
    total += std::holds_alternative<std::string>(piece)
               ? std::get<std::string>(piece).size()
               : std::get<const chunk*>(piece)->text.size();
  return total;
}

std::string body::plain() const {
  std::string out;
  out.reserve(size());
  for (const auto& piece : pieces_)
    out += std::holds_alternative<std::string>(piece) ? std::get<std::string>(piece)
                                                      : std::get<const chunk*>(piece)->text;
  return out;
}

std::string body::gzipped() const {
  std::string out(gzip_header);
  std::uint32_t crc = 0;
  std::size_t length = 0;
  auto count = [&](std::uint32_t piece_crc, std::size_t piece_length) {
    crc = static_cast<std::uint32_t>(
        crc32_combine(crc, piece_crc, static_cast<z_off_t>(piece_length)));
    length += piece_length;
  };
  for (const auto& piece : pieces_) {
    if (const auto* text = std::get_if<std::string>(&piece)) {
      this_threads_deflater().append(out, *text);
      count(crc_of(*text), text->size());
    } else {
      const auto& shared = *std::get<const chunk*>(piece);
      out += shared.deflated;
      count(shared.crc, shared.text.size());
    }
  }
  out += deflate_end;
  append_little_endian(out, crc);
  append_little_endian(out, static_cast<std::uint32_t>(length));
  return out;
}

} // namespace guildhall::sim
