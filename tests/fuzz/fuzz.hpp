#pragma once

#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What the targets share: each is one `LLVMFuzzerTestOneInput`. Besides what the sanitizers
/// see, each says what must hold of every input.
namespace guildhall::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The first byte, taken off; 0 for no input.
inline unsigned take_choice(std::string_view& input) {
  if (input.empty())
    return 0;
  const auto first = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return first;
}

/// What stands before the next `mark`, taken off with it.
inline std::string_view take_until(std::string_view& input, char mark) {
  const auto at = std::min(input.find(mark), input.size());
  const auto part = input.substr(0, at);
  input.remove_prefix(std::min(at + 1, input.size()));
  return part;
}

inline void expect(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// What is logged, stored and shown of a failure.
inline void expect_printable(std::string_view text) {
  expect(text::printable_lines(text) == text, "a failure can be shown");
}

template <class T>
void expect_told(const result<T>& outcome) {
  if (!outcome)
    expect_printable(message_of(outcome.error()));
}

} // namespace guildhall::fuzz
