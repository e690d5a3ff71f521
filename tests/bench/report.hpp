#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The table that all programs of `./dev bench` write together.
namespace guildhall::bench {

/// One line of the table: a figure, its anchor, and what is wanted of the two.
struct figure {
  std::string id;
  std::string what;
  double value{0}; ///< not a number: could not be measured
  std::string unit;
  double anchor{0}; ///< measured in the same run; 0: none
  double wanted{0}; ///< of value / anchor, or of value
  bool at_most{false};
  bool by_value{false}; ///< the value itself counts, the anchor only stands beside it

  double judged() const {
    return anchor > 0 && !by_value ? value / anchor : value;
  }
  bool met() const {
    return at_most ? judged() <= wanted : judged() >= wanted;
  }
};

/// A figure that could not be measured, which is not met.
figure not_measured(std::string id, std::string_view why);

/// `--out FILE` (none: nothing is written) and `--only ID,ID...` (none: all of them).
/// Everything else is left to the program.
struct wishes {
  std::filesystem::path out;
  std::set<std::string> only;

  wishes() = default;
  wishes(int count, const char* const* words);
  /// Whether one of these is wanted.
  bool want(std::initializer_list<std::string_view> ids) const;
};

/// Of these, those that are wanted.
std::vector<figure> wanted_of(const std::vector<figure>& figures, const wishes& what);

void print_table(const std::vector<figure>& figures);
/// "12 of 14 figures met; not met: S4, F6 (twice)".
std::string summary_of(const std::vector<figure>& figures);
/// Adds them to those that stand in the file: the programs of one run write one after another.
void write_json(const std::vector<figure>& figures, const std::filesystem::path& file);
/// What stands there; none if there is no such file. Throws when it is something else.
std::vector<figure> read_json(const std::filesystem::path& file);

} // namespace guildhall::bench
