#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace guildhall::store {

/// SQL that several statements share, put together when compiling: `join<head, columns, tail>`.
template <const std::string_view&... Parts>
struct joined_text {
  static constexpr auto text = [] {
    std::array<char, (Parts.size() + ...)> out{};
    auto at = out.begin();
    ((at = std::copy(Parts.begin(), Parts.end(), at)), ...);
    return out;
  }();
  static constexpr std::string_view value{text.data(), text.size()};
};

template <const std::string_view&... Parts>
inline constexpr std::string_view join = joined_text<Parts...>::value;

/// SQL that a function without arguments (`std::string()`) writes when compiling, from a table.
template <auto Write>
struct generated_text {
  static constexpr auto text = [] {
    std::array<char, Write().size()> out{};
    std::ranges::copy(Write(), out.begin());
    return out;
  }();
  static constexpr std::string_view value{text.data(), text.size()};
};

template <auto Write>
inline constexpr std::string_view generated = generated_text<Write>::value;

} // namespace guildhall::store
