#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// A body that grows to more than this many times its size is no document, unless it is short
/// all the same: documents grow some tenfold, and zlib could make a thousandfold of nothing.
inline constexpr std::size_t most_growth = 100;
inline constexpr std::size_t grows_freely_to = 1u << 20;

/// Unpacks gzip (RFC 1952), of one member or of several. Stops as soon as the output would
/// exceed `max_bytes` or grows as no document does, so that a small body cannot fill the
/// memory. `ec::malformed` for that, for broken or truncated data, and for anything else behind
/// a member.
result<std::string> gunzip(std::string_view packed, std::size_t max_bytes);

} // namespace guildhall::battlenet
