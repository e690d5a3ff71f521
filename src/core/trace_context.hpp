#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace guildhall {

/// Where one request stands in a trace that spans several services (W3C Trace Context, header
/// `traceparent`).
struct trace_context {
  std::string trace_id; ///< 32 lower-case hexadecimal digits; empty: none
  bool is_sampled{false};

  friend bool operator==(const trace_context&, const trace_context&) = default;
};

/// What a `traceparent` says; none when it is not one.
trace_context parse_traceparent(std::string_view header);

/// Makes ids that nobody else makes. One thread; not for secrets.
class trace_ids {
public:
  trace_ids();

  trace_context new_trace();
  /// The header for this trace, with a span id of ours.
  std::string header_of(const trace_context& trace);

private:
  std::uint64_t next() noexcept;

  std::uint64_t state_;
};

} // namespace guildhall
