#include "core/trace_context.hpp"

#include "core/crypto.hpp"

#include <algorithm>
#include <charconv>

namespace guildhall {

namespace {

constexpr std::size_t trace_digits{32};
constexpr std::size_t span_digits{16};
/// "00-<trace>-<span>-01"
constexpr std::size_t trace_at{3};
constexpr std::size_t span_at{trace_at + trace_digits + 1};
constexpr std::size_t flags_at{span_at + span_digits + 1};
constexpr std::size_t header_size{flags_at + 2};

bool is_hex(std::string_view text) noexcept {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) noexcept {
  return text.find_first_not_of('0') == std::string_view::npos;
}

void append_hex(std::string& out, std::uint64_t number) {
  constexpr std::string_view digits{"0123456789abcdef"};
  for (int shift = 60; shift >= 0; shift -= 4)
    out += digits[(number >> shift) & 15];
}

} // namespace

trace_context parse_traceparent(std::string_view header) {
  // A later version may say more, behind a hyphen.
  const bool has_form = header.size() >= header_size && header[2] == '-'
                     && header[span_at - 1] == '-' && header[flags_at - 1] == '-'
                     && (header.size() == header_size
                         || (header[header_size] == '-' && !header.starts_with("00")));
  if (!has_form)
    return {};
  const auto version = header.substr(0, 2);
  const auto trace = header.substr(trace_at, trace_digits);
  const auto span = header.substr(span_at, span_digits);
  const auto flags = header.substr(flags_at, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(trace) || is_zero(trace) || !is_hex(span)
      || is_zero(span) || !is_hex(flags))
    return {};
  unsigned bits = 0;
  std::from_chars(flags.data(), flags.data() + flags.size(), bits, 16);
  return {std::string{trace}, (bits & 1) != 0};
}

trace_ids::trace_ids() : state_{0} {
  const auto seed = crypto::random_hex(8);
  std::from_chars(seed.data(), seed.data() + seed.size(), state_, 16);
}

/// splitmix64
std::uint64_t trace_ids::next() noexcept {
  state_ += 0x9e3779b97f4a7c15U;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  mixed ^= mixed >> 31;
  return mixed == 0 ? 1 : mixed; // an id of zeros is none
}

trace_context trace_ids::new_trace() {
  trace_context made;
  made.trace_id.reserve(trace_digits);
  append_hex(made.trace_id, next());
  append_hex(made.trace_id, next());
  return made;
}

std::string trace_ids::header_of(const trace_context& trace) {
  std::string header{"00-"};
  header.reserve(header_size);
  header += trace.trace_id;
  header += '-';
  append_hex(header, next());
  header += trace.is_sampled ? "-01" : "-00";
  return header;
}

} // namespace guildhall
