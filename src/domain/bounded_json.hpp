#pragma once

#include "core/error.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

/// Parses other people's JSON. How much memory a body takes is not to be its sender's choice:
/// a byte of text can cost a hundred of memory, so that what is no document any more is given
/// up while it is read.
namespace guildhall::domain {

struct json_bounds {
  std::size_t depth{32};
  std::size_t values{250'000}; ///< a roster of a thousand members has a tenth
  std::size_t members{10'000}; ///< of one object
  std::size_t key_bytes{1'024};
};

struct bounded_json {
  boost::json::value root;
  /// It holds a NUL in a key or string, or a number no double holds.
  bool is_odd{false};
};

/// What is parsed lives in `memory`. `ec::malformed` names the byte at which it is broken or
/// too much. It throws nothing but for want of memory.
result<bounded_json> parse_bounded(std::string_view body, boost::json::storage_ptr memory);

} // namespace guildhall::domain
