#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace guildhall::robustness {

enum class verdict {
  met,
  not_met,
  beyond, ///< a time or a rate that was not reached: printed, and nothing else
  not_run
};

/// One line of the table: a target and what was found.
struct line {
  std::string id;
  std::string what;
  std::string target;
  std::string figure;
  verdict outcome{verdict::met};
};

/// Collects the lines of one run and prints each as it comes.
class report {
public:
  /// A count, or a size: asserted. At most, unless another is asked for.
  void count(
      const std::string& id, const std::string& what, double value, double most,
      const std::string& unit = {});
  void at_least(
      const std::string& id, const std::string& what, double value, double least,
      const std::string& unit = {});
  /// A time, a rate or a ratio of them: printed only.
  void figure(
      const std::string& id, const std::string& what, double value, double wanted,
      const std::string& unit, bool at_most = true);
  /// Something could not be done at all.
  void failed(const std::string& id, const std::string& what, const std::string& why);
  void not_run(const std::string& id, const std::string& what, const std::string& why);
  /// Detail for whoever looks into a line.
  void note(const std::string& text) const;

  void print_table() const;
  void write_json(const std::filesystem::path& file) const;
  /// No count was missed.
  bool met() const;
  const std::vector<line>& lines() const {
    return lines_;
  }

private:
  void add(line one);

  std::vector<line> lines_;
};

} // namespace guildhall::robustness
