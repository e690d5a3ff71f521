#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What somebody may have meant who has misspelt a name.
namespace guildhall::text {

/// How many letters have to be changed, added, left out or swapped with their neighbour to make
/// one text of the other. Only the first 128 code points of each count.
std::size_t letters_apart(std::string_view a, std::string_view b);

/// Whether what is so many letters apart from a text of `length` code points may be meant by
/// it.
constexpr bool may_be_meant(std::size_t apart, std::size_t length) noexcept {
  return apart < length && apart <= (length < 6 ? 2 : length / 3);
}

/// Those of `known` that may be meant by `wanted`, the nearest first, at most `most`.
std::vector<std::string>
nearest(std::string_view wanted, const std::vector<std::string>& known, std::size_t most = 3);

/// "a, b" ("" of none).
std::string joined(const std::vector<std::string>& texts, std::string_view between = ", ");

} // namespace guildhall::text
