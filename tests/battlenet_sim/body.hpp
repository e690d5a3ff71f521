#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace guildhall::sim {

/// A piece of text that many bodies share, with its compressed form ready: a run of raw deflate
/// blocks that ends on a byte and refers to nothing before it, so that such runs can be joined.
struct chunk {
  explicit chunk(std::string content);

  std::string text;
  std::string deflated;
  std::uint32_t crc = 0;
};

/// A document's bytes as a list of shared chunks and of texts made for this one answer.
/// That way large documents cost a few copies, compressed or not.
class body {
public:
  body() = default;
  explicit body(std::string text) {
    own().append(text);
  }

  /// The text at the end, to be written to.
  std::string& own();
  /// Appends a chunk that outlives the body.
  void add(const chunk& shared) {
    pieces_.emplace_back(&shared);
  }

  std::size_t size() const;
  std::string plain() const;
  std::string gzipped() const;

private:
  std::vector<std::variant<std::string, const chunk*>> pieces_;
};

} // namespace guildhall::sim
