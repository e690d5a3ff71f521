#pragma once

#include "core/trace_context.hpp"
#include "http/ascii.hpp"
#include "http/door/ip_address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::http {

enum class method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view to_string(method verb) noexcept;

/// One request, whole. A plain value that its connection fills, hands to a handler and fills
/// again: a handler that answers later copies what it still needs.
class request {
public:
  static constexpr std::size_t max_params = 4;

  method verb{method::get};
  std::string target; ///< as sent: path and query, still percent-encoded
  std::string body;
  std::string id;        ///< X-Request-Id: the client's when sane, else ours
  trace_context trace;   ///< the client's `traceparent`, else a trace of our own
  std::string authority; ///< "host:port" of an absolute target; it counts instead of Host
  ip_address peer;       ///< whoever opened the connection; see `client_address`

  /// The part of `target` before `?`.
  std::string_view path() const noexcept;

  /// The first header of that name (any letter case), or an empty view.
  std::string_view header(std::string_view name) const noexcept;
  void add_header(std::string_view name, std::string_view value);
  /// Adds to the header of that name, or adds it: its lines are one list.
  void join_header(std::string_view name, std::string_view value, std::string_view separator);
  /// Every line of that name, in order.
  template <class Function>
  void each_header(std::string_view name, Function visit) const {
    for (const auto& header : headers_)
      if (equal_ignoring_case(name_of(header), name))
        visit(value_of(header));
  }

  /// For which host it is: "guild.example:8080".
  std::string_view host() const noexcept {
    return authority.empty() ? header("Host") : std::string_view{authority};
  }

  /// The first `name=value` of the query, decoded ("" for a bare name). Nothing when it is
  /// absent or not percent-encoded UTF-8.
  std::optional<std::string> query(std::string_view name) const;

  /// The decoded path segment that the route calls `name` (":guildId" is "guildId"), or "".
  std::string_view param(std::string_view name) const noexcept;
  void add_param(std::string_view name, std::string value);

  /// Back to an empty request of the same peer; memory is kept.
  void clear() noexcept;

private:
  struct span {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  struct named_value {
    std::string_view name; ///< points into the route's pattern
    std::string value;
  };

  std::string_view name_of(const span& of) const noexcept {
    return std::string_view{header_text_}.substr(of.name_at, of.name_size);
  }
  std::string_view value_of(const span& of) const noexcept {
    return std::string_view{header_text_}.substr(of.value_at, of.value_size);
  }

  std::string header_text_; ///< names and values, one after the other
  std::vector<span> headers_;
  std::array<named_value, max_params> params_;
  std::size_t param_count_{0};
};

} // namespace guildhall::http
