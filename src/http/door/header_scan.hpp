#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace guildhall::http {

/// Finds the end of a request's line and headers, and looks at each byte on the way: what two
/// readers could read in two ways (RFC 9112 sections 2.2, 3 and 5) goes no further. That are
/// control characters (also a CR or LF by itself, and NUL), folded lines, names that are no
/// token or do not end at their colon, and a "#" in the request line.
class header_scan {
public:
  enum class progress : std::uint8_t { need_more, complete, broken };

  /// More lines than anybody sends.
  static constexpr unsigned max_fields = 100;

  /// `max_bytes`: of line and headers together.
  explicit header_scan(std::size_t max_bytes) noexcept : max_bytes_{max_bytes} {}

  /// `bytes` begin with the request line each time; it goes on where it stopped.
  progress scan(std::string_view bytes) noexcept;

  /// When broken: `ec::bad_request` with a sentence, or what was too large.
  ec code() const noexcept {
    return code_;
  }
  std::string_view why() const noexcept {
    return why_;
  }

private:
  enum class place : std::uint8_t { line, line_end, field, name, value, value_end, end };

  bool step(char c) noexcept;
  bool refuse(std::string_view why) noexcept;
  bool go_to(place next) noexcept {
    place_ = next;
    return true;
  }

  const std::size_t max_bytes_;
  std::size_t at_{0};
  place place_{place::line};
  unsigned fields_{0};
  bool complete_{false};
  ec code_{ec::none};
  std::string_view why_;
};

} // namespace guildhall::http
