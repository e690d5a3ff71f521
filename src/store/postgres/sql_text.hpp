#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <vector>

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

/// SQL that grows when compiling. Not `std::string`: Clang, whose checkers read this as well,
/// cannot evaluate that of libstdc++ 12.
class sql_text {
public:
  constexpr sql_text() = default;
  constexpr sql_text(std::initializer_list<std::string_view> parts) {
    append(parts);
  }

  constexpr void append(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts)
      text_.insert(text_.end(), part.begin(), part.end());
  }
  constexpr bool empty() const {
    return text_.empty();
  }
  constexpr std::size_t size() const {
    return text_.size();
  }
  constexpr operator std::string_view() const { // NOLINT(google-explicit-constructor)
    return {text_.data(), text_.size()};
  }

private:
  std::vector<char> text_;
};

/// SQL that a function without arguments (`sql_text()`) writes when compiling, from a table.
template <auto Write>
struct generated_text {
  static constexpr auto text = [] {
    std::array<char, Write().size()> out{};
    std::ranges::copy(std::string_view{Write()}, out.begin());
    return out;
  }();
  static constexpr std::string_view value{text.data(), text.size()};
};

template <auto Write>
inline constexpr std::string_view generated = generated_text<Write>::value;

} // namespace guildhall::store
