#pragma once

#include <string>
#include <string_view>

namespace guildhall::sim {

/// A document with some of it changed. `edits` is JSON: `{"repeat":["/members/1"],
/// "set":{"/members/0/rank":"x"},"remove":["/_links"]}`, in that order. Paths are JSON
/// pointers; an element that is repeated stands at the end of its list once more. What is not
/// there is made by `set` (the last step of its path) and left alone by the others.
std::string edited(const std::string& document, std::string_view edits);

} // namespace guildhall::sim
