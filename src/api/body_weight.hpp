#pragma once

#include <cstddef>
#include <string_view>

/// What a JSON text would cost to parse, counted before anything is kept of it.
namespace guildhall::api {

/// Objects, arrays, texts, numbers and so on of one body, all together: more than the longest
/// list that any body may hold, and more than what people store may have.
inline constexpr std::size_t max_body_values = 10'000;
/// Fields of one object. Whoever chooses their names can make finding one as slow as looking at
/// all of them.
inline constexpr std::size_t max_body_fields = 1'000;

/// Whether a text has more of either. What is no JSON has as many as it seems to.
bool is_too_heavy(std::string_view json) noexcept;

} // namespace guildhall::api
