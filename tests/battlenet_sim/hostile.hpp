#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guildhall::sim {

/// The names of the answers that no honest service gives: heads, framings, packings and texts
/// that break whoever trusts them.
const std::vector<std::string_view>& hostile_names();

/// All bytes of the answer of that name, made from the right body where that matters. After
/// them the connection closes.
std::string hostile_answer(std::string_view name, const std::string& body);

} // namespace guildhall::sim
