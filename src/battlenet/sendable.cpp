#include "battlenet/sendable.hpp"

#include <algorithm>

namespace guildhall::battlenet {

namespace {

bool is_visible(char c) noexcept {
  return c > ' ' && c <= '~';
}

} // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_token && std::ranges::all_of(text, is_visible);
}

bool is_field(std::string_view text) noexcept {
  return text.size() <= longest_field
      && std::ranges::all_of(text, [](char c) { return c == ' ' || is_visible(c); });
}

bool is_target(std::string_view text) noexcept {
  return text.starts_with('/') && text.size() <= longest_target
      && std::ranges::all_of(text, is_visible);
}

} // namespace guildhall::battlenet
