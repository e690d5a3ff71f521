#pragma once

#include "core/text.hpp"

#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

/// What the commands print. The only place that writes to a terminal: names and errors there
/// come from Battle.net, and a terminal obeys what it is shown.
namespace guildhall::app {

/// Own text, whole, with its line ends. What it quotes is made safe all the same.
struct whole {
  std::string_view text;
};

/// One line of any length.
struct whole_line {
  std::string_view text;
};

inline std::string shown(whole own) {
  return text::printable_lines(own.text);
}
inline std::string shown(whole_line own) {
  return text::printable(own.text, std::numeric_limits<std::size_t>::max());
}
/// A text that was made at run time is somebody's; a literal is ours.
inline const char* shown(const char* literal) {
  return literal;
}
inline std::string shown(std::string_view foreign) {
  return text::printable(foreign);
}
inline std::string shown(const std::string& foreign) {
  return text::printable(foreign);
}
template <class Number>
requires std::is_arithmetic_v<Number> Number shown(Number number) {
  return number;
}

/// On standard output: literals and numbers as they are, every other text printable and cut.
template <class... Parts>
void say(const Parts&... parts) {
  ((std::cout << shown(parts)), ...);
}

/// The same on standard error.
template <class... Parts>
void complain(const Parts&... parts) {
  ((std::cerr << shown(parts)), ...);
}

} // namespace guildhall::app
