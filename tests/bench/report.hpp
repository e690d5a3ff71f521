#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace guildhall::bench {

/// One line of the table: a figure, its anchor, and what is wanted of the two.
struct figure {
  std::string id;
  std::string what;
  double value{0};
  std::string unit;
  double anchor{0}; ///< measured in the same run; 0: none, the value itself counts
  double wanted{0}; ///< of value / anchor, or of value
  bool at_most{false};

  double judged() const {
    return anchor > 0 ? value / anchor : value;
  }
  bool met() const {
    return at_most ? judged() <= wanted : judged() >= wanted;
  }
};

void print_table(const std::vector<figure>& figures);
void write_json(const std::vector<figure>& figures, const std::filesystem::path& file);

} // namespace guildhall::bench
