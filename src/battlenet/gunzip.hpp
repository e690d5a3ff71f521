#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// Unpacks one gzip member (RFC 1952). Stops as soon as the output would exceed `max_bytes`, so
/// that a small body cannot fill the memory. `ec::malformed` for that, for broken or truncated
/// data, and for anything behind the member.
result<std::string> gunzip(std::string_view packed, std::size_t max_bytes);

} // namespace guildhall::battlenet
