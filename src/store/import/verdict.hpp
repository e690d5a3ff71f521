#pragma once

#include "core/ids.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

/// What happens to one old row.
namespace guildhall::store {

enum class fate : std::uint8_t { taken, here, waits, left };

struct verdict {
  fate what{fate::left};
  std::string why{}; ///< with `taken` and `here`: what is different from the old row
};

/// Something that an old row needs, or what its absence makes of the row.
template <class T>
using found = std::expected<T, verdict>;

inline std::unexpected<verdict> left(std::string why) {
  return std::unexpected(verdict{fate::left, std::move(why)});
}

inline std::unexpected<verdict> waits(std::string why) {
  return std::unexpected(verdict{fate::waits, std::move(why)});
}

} // namespace guildhall::store
